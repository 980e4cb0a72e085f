"""Classifies a question by the type of its answer. English; surface patterns, no model. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from retrieval.text.languages.english import SPEECH_VERBS


class AnswerType(StrEnum):
    """The expected type of an answer."""

    NUMBER = "a number"
    TIME = "a date or time"
    PERSON = "a person or body"
    SPEECH = "words of a speaker"
    REASON = "a reason"
    OTHER = "anything"


class Target(NamedTuple):
    """The expected answer of a question.

    ``focus`` is what is counted or named ("how many *households*", "which *year*"), ``speaker`` the person whose words
    are asked for; both may be empty. ``wants_year``, ``counts`` ("how many") and ``several`` ("what are the four …")
    narrow the type.
    """

    answer_type: AnswerType
    focus: str
    speaker: str
    wants_year: bool
    counts: bool
    several: bool


_MEASURES = (
    r"percent(?:age)?|share|proportion|fraction|number|amount|population|quantity|rate|size|age|cost|price|budget|"
    r"temperature|distance|height|length|weight|speed|gdp|average|total"
)
_TIME_NOUNS = r"year|date|day|month|week|century|decade|time|period|era|age|season|hour"
_PERSON_NOUNS = (
    r"person|president|king|queen|minister|leader|leaders|mayor|chancellor|author|writer|scientist|physicist|"
    r"inventor|founder|actor|director|general|emperor|ruler|man|woman|people|philosopher|economist|architect|artist"
)
# "How much does Ukraine spend" asks for no sort of Ukraine: the auxiliary ends what is counted.
_AUXILIARY = r"(?:does|do|did|is|are|was|were|be|been|has|have|had|can|could|will|would|shall|should|may|might|must)\b"
_COUNTED = rf"(?!{_AUXILIARY})\w+"
# "What happened when …" asks what, not when: the first question word decides.
_NO_OTHER = r"(?:(?!\b(?:what|which|who|how|where|why|when)\b).)*\b"


def _up_to(words: str) -> str:
    """Return a pattern of the text up to the first ``words``: tried once, where a search would try each occurrence."""
    return rf"^(?>.*?\b{words}\b)"


_RULES: tuple[tuple[AnswerType, re.Pattern[str]], ...] = tuple(
    (answer_type, re.compile(pattern, re.IGNORECASE))
    for answer_type, pattern in (
        (AnswerType.SPEECH, rf"{_up_to('what (?:did|does|do|has|have|had)')} (?P<speaker>.+?) (?:{SPEECH_VERBS})\b"),
        (
            AnswerType.SPEECH,
            rf"{_up_to('how (?:did|does|do|has|have)')} (?P<speaker>.+?) (?:respond|react|reply|describe|call)\b",
        ),
        (AnswerType.REASON, rf"^{_NO_OTHER}why\b|\bwhat (?:\w+ )?(?:reason|caused?|led to)\b|\bfor what purpose\b"),
        (AnswerType.TIME, rf"^{_NO_OTHER}when\b|\bhow long ago\b"),
        (AnswerType.TIME, rf"\b(?:what|which)(?: \w+)? (?P<focus>{_TIME_NOUNS})s?\b"),
        (AnswerType.NUMBER, rf"\bhow (?:many|much)(?: of)?(?: the)? (?P<focus>{_COUNTED}(?: {_COUNTED})?)"),
        (AnswerType.NUMBER, r"\bhow (?:much|old|long|far|tall|high|deep|wide|large|big|fast|heavy|often|frequently)\b"),
        (
            AnswerType.NUMBER,
            rf"\b(?:what|which)(?: (?:is|was|were|are))?(?: [a-z]+){{0,2}}? (?P<focus>{_MEASURES})\b",
        ),
        (AnswerType.PERSON, rf"^{_NO_OTHER}who(?:m|se)?\b|\bwhom\b"),
        (AnswerType.PERSON, rf"\b(?:what|which)(?: \w+){{0,3}}? (?P<focus>{_PERSON_NOUNS})s?\b"),
        (AnswerType.SPEECH, r"^according to (?P<speaker>[A-Z][\w’' -]+)"),
    )
)
_YEAR = re.compile(r"\b(?:what|which) (?:\w+ )?year\b", re.IGNORECASE)
_COUNTS = re.compile(r"\bhow many\b|\bwhat number of\b", re.IGNORECASE)
_SEVERAL = re.compile(
    r"^(?>.*\b(?:what|which|who) (?:are|were) )(?!.*\b(?:the same|one)\b)"
    r"|\b(?:list|name|all) (?:of )?(?:the|all|\w+s)\b"
    r"|\b(?:what|which) (?:\w+ )?(?!is\b|was\b|does\b|has\b)\w{3,}s (?:are|were|did|do|have|will|can|came|make|made)\b",
    re.IGNORECASE,
)


def classify(question: str) -> Target:
    """Return what ``question`` asks for; the first matching pattern decides."""
    matches = ((answer_type, pattern.search(question)) for answer_type, pattern in _RULES)
    answer_type, found = next(((kind, match) for kind, match in matches if match), (AnswerType.OTHER, None))
    groups = found.groupdict() if found else {}
    return Target(
        answer_type,
        groups.get("focus") or "",
        groups.get("speaker") or "",
        wants_year=bool(_YEAR.search(question)),
        counts=bool(_COUNTS.search(question)),
        several=bool(_SEVERAL.search(question)),
    )
