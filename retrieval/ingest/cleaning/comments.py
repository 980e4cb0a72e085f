"""Blog comments below an article: praise for the site from a stranger, and its owner's reply.

Such text is written about the page, by an "I" to a "you", with promotion, thanks and careless punctuation.
No single one of these cues is enough, since articles thank people and speak of blogs too.
"""

from __future__ import annotations

import re

from retrieval.ingest.cleaning.boilerplate_patterns import CUES
from retrieval.ingest.cleaning.features import Traits

_QUOTED = re.compile(r"[“„«\"][^“”„«»\"]{0,600}[”“»\"]")
_CORE = frozenset({"site", "praise", "reader", "promotion"})  # what its own author does not write of a page
_OUTSIDE = frozenset({"site", "reader", "greeting"})
_I = re.compile(r"\b(?:I|I['’](?:m|ve|ll|d)|my|ich|mein\w*|je|j['’]ai|mon|yo|mi)\b|\b(?:я|мой|моя)\b")
_PERSON = re.compile(
    r"\b(?:I|i|me|my|mine|we|our|us|you|your|yours|ich|wir|mir|je|nous|moi|yo|me|nos|io|eu|ja|mi|ik|jag)\b|\b(?:я|мне|мы|вы|ваш\w*)\b",
)
_META = re.compile(
    r".{1,40}? (?:says|said|wrote|writes|sagt|schreibt|dit|dice|pisze)(?: on .{1,30})?\s?:?"
    r"|(?:\w+ ){0,3}(?:on |at |am )?\w+ \d{1,2},? \d{4}(?:,? (?:at )?\d{1,2}:\d{2}.{0,6})?"
    r"|reply|antworten|répondre|responder|rispondi|odpowiedz|ответить"
    r"|\d+ (?:days?|weeks?|months?|years?|hours?) ago",
    re.IGNORECASE,
)
_RUN_ON = re.compile(r"[a-z] (?:It|This|The|In|You|Thanks|Great|Please|Keep|There) [a-z]")


def cues(traits: Traits) -> frozenset[str]:
    """The kinds of cue in a block, quoted words left aside. Empty where no person speaks to another."""
    if traits.size > 3_000 or traits.opens_quote:
        return frozenset()
    own = _QUOTED.sub(" ", traits.text)
    found = {name for name, pattern in CUES if pattern.search(own)}
    careless = traits.words >= 12 and (not traits.ends_sentence or _RUN_ON.search(own) is not None)
    if not found or not (_PERSON.search(own) or "thanks" in found):
        return frozenset()
    return frozenset(found | {"careless"}) if careless else frozenset(found)


def comments_from(blocks: list[Traits], furniture: list[bool]) -> int:
    """The index at which the comments begin that end the article; ``len(blocks)`` if there are none.

    They are a run at the very end, at most half of the words, after at least two blocks that are none, and
    begin with one that is beyond doubt: twice over it speaks of the page from outside. Where the author says "I"
    too, it has to praise the article, or speak of it as another's, and more.
    """
    scores: dict[int, frozenset[str]] = {}
    start = len(blocks)
    while start > 0:
        scores[start - 1] = frozenset() if furniture[start - 1] else cues(blocks[start - 1])
        if not (furniture[start - 1] or _is_weak(blocks[start - 1], scores[start - 1])):
            break
        start -= 1
    likely = [at for at in range(start, len(blocks)) if len(scores[at] & _CORE) >= 2 and scores[at] & _OUTSIDE]
    if not likely:  # nearly every article; what stands above need not be looked at
        return len(blocks)
    needed = 3 if any(cues(block) & _CORE for block in blocks[:start]) else 2  # an article about blogs
    if any(_I.search(_QUOTED.sub(" ", block.text)) for block in blocks[:start]):
        likely = [at for at in likely if scores[at] & {"site", "praise"}]
        needed = 3
    first = next((at for at in likely if len(scores[at]) >= needed), len(blocks))
    while first > start and not furniture[first - 1] and _is_meta(blocks[first - 1]):
        first -= 1
    before = [block.size for block, aside in zip(blocks[:first], furniture, strict=False) if not aside]
    after = sum(block.size for block in blocks[first:])
    return first if len(before) >= 2 and after <= sum(before) else len(blocks)


def _is_meta(block: Traits) -> bool:
    return block.size <= 60 and not block.ends_sentence and _META.fullmatch(block.text) is not None


def _is_weak(block: Traits, score: frozenset[str]) -> bool:
    """Part of the comments if a sure one stands before it: a reply, a date, the name of who wrote it."""
    return bool(score) or _is_meta(block)
