"""Splits text into sentences by rules, in one pass: offsets in, offsets out."""

from __future__ import annotations

import re

from retrieval.core.display.span import Span
from retrieval.text.languages.abbreviations import BEFORE_NUMBER, MAY_END_SENTENCE, SENTENCE_STARTERS, TITLES
from retrieval.text.languages.english import SPEECH_VERBS

# Possessive quantifiers: a run of marks is read once, however long it is and whatever follows it.
_STOP = re.compile(
    r"[.!?…。！？｡؟।॥۔։]++[\"'”’»«“›)\]}」』）】*_]*+"
    r"(?:[ \u00a0\u202f]»(?=[\s.,;:!?)]|$))?"  # French sets a space before the closing mark
)
_SPACE = re.compile(r"\s*+")
_LETTER_AFTER = re.compile(r"[\"'“„«»‘‚‹「『(\[{¿¡*_]*+(\S?)")
_WORD_BEFORE = re.compile(r"[^\s\"'“„«»‘(\[{/—–]*$")
_NEXT_WORD = re.compile(r"[\"'“„«»‘(\[]*+([^\W_]+)")
_CLOSERS = "\"'”’»«“›)]}」』）】*_ \u00a0\u202f"
# Continues a sentence after a quotation in Japanese and Chinese.
_CONTINUES = frozenset("とっての、，,。はがにもなだで的地說说）」』”")
_NO_SPACE_NEEDED = frozenset("。！？｡")
_DASHES = frozenset("–—―-")
_DASHED_SPEAKER = re.compile(r"[–—―-]++\s?[^\W\d_][^\n.!?]{0,100}(?:\.?\s*$|\n)")
_SPEAKS = re.compile(rf"(?:[A-ZÀ-Þ][\w.’'-]*\s+){{1,4}}(?:{SPEECH_VERBS}|wrote|cried|shouted|answered)\b")
_LOOKBACK = 24  # characters; no abbreviation is longer
_LOOKAHEAD = 130

_MONTHS_AFTER_ORDINAL = re.compile(
    r"(?:Jan|Feb|Febr|März|Mär|Apr|Mai|Juni?|Juli?|Aug|Sept?|Okt|Nov|Dez|Jahrhundert|Jh|Platz|Runde|Tag|Geburtstag|Oktober)"
)


def split_sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Split ``text[start:end]`` into sentences: in order, disjoint, without white space at their edges.

    Together they contain every character that is not white space. Where an end is uncertain, two sentences stay one.
    Time is linear in the length of the range.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = _after_space(text, start, end)
    for stop in _STOP.finditer(text, begin, end):
        following = _after_space(text, stop.end(), end)
        if stop.start() < begin or following >= end:
            continue
        if _ends_here(text, begin, stop, following, end):
            spans.append(Span(begin, stop.end()))
            begin = following
    last = start + len(text[start:end].rstrip())
    if begin < last:
        spans.append(Span(begin, last))
    return tuple(spans)


def _after_space(text: str, at: int, end: int) -> int:
    found = _SPACE.match(text, at, end)
    return found.end() if found else at


def _ends_here(text: str, begin: int, stop: re.Match[str], following: int, end: int) -> bool:
    spaced = following > stop.end()
    mark = stop[0].rstrip(_CLOSERS)
    closed = len(mark) < len(stop[0])
    if mark[-1] in _NO_SPACE_NEEDED:
        return spaced or not closed or text[following] not in _CONTINUES
    if not spaced:
        return False
    if text[following] in _DASHES:
        return not _is_aside(text, following, end)
    letter = _LETTER_AFTER.match(text, following, end)
    first = letter[1] if letter else ""
    if not first or first.islower() or first in ".,;:!?…)]}":
        return False
    if closed and mark[-1] in "!?" and _SPEAKS.match(text, following, min(end, following + _LOOKAHEAD)):
        return False
    return mark != "." or closed or not _is_abbreviation(text, begin, stop.start(), following, end)


def _is_aside(text: str, dash: int, end: int) -> bool:
    """Tell whether a dash after a full stop continues the sentence: with its speaker's name, or in lower case."""
    rest = text[dash : min(end, dash + _LOOKAHEAD)]
    letter = next((char for char in rest if char.isalpha()), "")
    whole = dash + _LOOKAHEAD >= end or "\n" in rest
    return not letter.isupper() or (whole and _DASHED_SPEAKER.match(rest) is not None)


def _is_abbreviation(text: str, begin: int, stop: int, following: int, end: int) -> bool:
    """Tell whether the full stop at ``stop`` belongs to an abbreviation, initial or number, and ends no sentence."""
    before = _WORD_BEFORE.search(text[max(begin, stop - _LOOKBACK) : stop])
    word = before[0] if before else ""
    lowered = word.casefold()
    found = _NEXT_WORD.match(text, following, min(end, following + 40))
    after = found[1] if found else ""
    if not word:
        return False
    if word.isdigit():
        listed = stop - len(word) == begin and len(word) <= 3  # "1. First"
        return listed or (len(word) <= 2 and _MONTHS_AFTER_ORDINAL.match(after) is not None)
    if lowered in TITLES:
        return True
    if after[:1].isdigit() and lowered in BEFORE_NUMBER:
        return True
    dotted = len(word) <= 8 and "." in word and word[1::2].strip(".") == ""  # U.S, J.K
    initials = dotted or (len(word) == 1 and (word.isupper() or len(after) == 1))  # z. B.
    return (initials or lowered in MAY_END_SENTENCE) and after.casefold() not in SENTENCE_STARTERS
