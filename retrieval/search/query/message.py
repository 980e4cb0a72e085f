"""Turns a chat message into search queries, and their answers into one list of passages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

from retrieval.core.types import Answer, Outcome, Quote

MAX_QUERIES = 5
#: Characters. A message up to this length is one query; a longer one gives a query a sentence.
_SINGLE_QUERY_LENGTH = 200
_MAX_QUERY_LENGTH = 1000
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?!\s|$)[^.!?\n]+)*[.!?]*")
_NOT_WORDS = re.compile(r"<[@#:/][^<>\s]*+>|https?://\S+|```|[*_~|>`#]+")
_WORD = re.compile(r"\w[\w’'-]*")
_BY_CERTAINTY = (Outcome.ANSWERED, Outcome.NOT_SURE, Outcome.NOTHING)


def message_queries(message: str) -> list[str]:
    """Up to five queries of at most 1000 characters for ``message``, the most specific, in order; none if wordless."""
    plain = " ".join(_NOT_WORDS.sub(" ", message).split())
    if not _WORD.search(plain):
        return []
    if len(plain) <= _SINGLE_QUERY_LENGTH:
        return [plain]
    lines = [_NOT_WORDS.sub(" ", line) for line in message.split("\n")]
    sentences = [" ".join(found.split())[:_MAX_QUERY_LENGTH] for line in lines for found in _SENTENCE.findall(line)]
    sentences = list(dict.fromkeys(sentence for sentence in sentences if _WORD.search(sentence)))
    best = sorted(range(len(sentences)), key=lambda index: (-_specificity(sentences[index]), index))[:MAX_QUERIES]
    return [sentences[index] for index in sorted(best)]


def _specificity(sentence: str) -> float:
    """Score how much of a sentence can be looked up: names and numbers first, then long words."""
    words = _WORD.findall(sentence)
    names = sum(1 for word in words[1:] if word[0].isupper())
    numbers = sum(1 for word in words if word[0].isdigit())
    long = sum(1 for word in words if len(word) > 5)
    return 2.0 * min(names, 6) + 2.0 * min(numbers, 4) + min(long, 10)


def related_passages(answers: Iterable[Answer]) -> tuple[list[Quote], list[Quote]]:
    """Merge a message's answers, the surest first in turn, into related and merely close passages, each once."""
    ordered = sorted(answers, key=lambda answer: (_BY_CERTAINTY.index(answer.outcome), -answer.confidence))
    related = _interleave([answer.quotes for answer in ordered if answer.outcome is Outcome.ANSWERED])
    known = {quote.passage.passage_id for quote in related}
    close = _interleave([answer.closest for answer in ordered])
    return related, [quote for quote in close if quote.passage.passage_id not in known]


def _interleave(rankings: Sequence[Sequence[Quote]]) -> list[Quote]:
    """Return the first of each ranking, then the second of each, and so on, without duplicates."""
    found: dict[str, Quote] = {}
    for quote in chain.from_iterable(zip_longest(*rankings)):
        if quote is not None:
            found.setdefault(quote.passage.passage_id, quote)
    return list(found.values())
