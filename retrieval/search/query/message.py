"""What a message speaks of: the searches to make for it, and what they find put together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from retrieval.core.types import Answer, Outcome, Quote

MOST_SEARCHES = 5
#: Characters: what is not longer than this is searched for as it stands, what is longer sentence by sentence.
_SHORT = 200
_LONGEST = 1000
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?!\s|$)[^.!?\n]+)*[.!?]*")
_NOT_WORDS = re.compile(r"<[@#:/][^>\s]*>|https?://\S+|```|[*_~|>`#]+")
_WORD = re.compile(r"\w[\w’'-]*")
_ORDER = {Outcome.ANSWERED: 0, Outcome.NOT_SURE: 1, Outcome.NOTHING: 2}


def searches(message: str) -> list[str]:
    """At most five texts of at most 1000 characters that say what ``message`` speaks of; none if it has no words."""
    plain = " ".join(_NOT_WORDS.sub(" ", message).split())
    if not _WORD.search(plain):
        return []
    if len(plain) <= _SHORT:
        return [plain]
    lines = [_NOT_WORDS.sub(" ", line) for line in message.split("\n")]
    sentences = [" ".join(found.split())[:_LONGEST] for line in lines for found in _SENTENCE.findall(line)]
    sentences = list(dict.fromkeys(sentence for sentence in sentences if _WORD.search(sentence)))
    best = sorted(range(len(sentences)), key=lambda place: (-_telling(sentences[place]), place))[:MOST_SEARCHES]
    return [sentences[place] for place in sorted(best)]


def _telling(sentence: str) -> float:
    """How much a sentence says that can be looked up: names and numbers first, then long words."""
    words = _WORD.findall(sentence)
    names = sum(1 for word in words[1:] if word[0].isupper())
    numbers = sum(1 for word in words if word[0].isdigit())
    long = sum(1 for word in words if len(word) > 5)
    return 2.0 * min(names, 6) + 2.0 * min(numbers, 4) + min(long, 10)


def merged(answers: Iterable[Answer]) -> tuple[list[Quote], list[Quote]]:
    """What bears on the message, and what merely comes close: each passage once, the surest search first."""
    ordered = sorted(answers, key=lambda answer: (_ORDER[answer.outcome], -answer.confidence))
    bearing = _alternating([answer.quotes for answer in ordered if answer.outcome is Outcome.ANSWERED])
    known = {quote.passage.passage_id for quote in bearing}
    close = _alternating([answer.closest for answer in ordered])
    return bearing, [quote for quote in close if quote.passage.passage_id not in known]


def _alternating(lists: Sequence[Sequence[Quote]]) -> list[Quote]:
    """The first of each list, then the second of each, without repeats."""
    found: dict[str, Quote] = {}
    for place in range(max(map(len, lists), default=0)):
        for quotes in lists:
            if place < len(quotes):
                found.setdefault(quotes[place].passage.passage_id, quotes[place])
    return list(found.values())
