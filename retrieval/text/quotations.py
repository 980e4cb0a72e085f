"""Finds quotations in double marks, and the paragraphs that share one."""

from __future__ import annotations

import re
from typing import NamedTuple

from retrieval.core.display.span import Span

_MARK = re.compile('[“”„‟«»"「」『』]')
LOOKAHEAD_PARAGRAPHS = 8
_LOOKAHEAD_CHARACTERS = 6_000
_MAX_UNMARKED_PARAGRAPHS = 2  # of a quotation that goes on without opening its marks again


class Mark(NamedTuple):
    """A quotation mark: its offset, and whether it opens a quotation."""

    at: int
    opens: bool


def marks(text: str, start: int, end: int) -> list[Mark]:
    """Return the double quotation marks of a paragraph; their direction is that of their shape or neighbours."""
    found: list[Mark] = []
    low = False  # „ is open, so “ closes
    for match in _MARK.finditer(text, start, end):
        at, char = match.start(), match[0]
        before = text[at - 1] if at > start else " "
        after = text[at + 1] if at + 1 < end else " "
        if char in "„「『":
            low = char == "„"
            found.append(Mark(at, True))
        elif char in "」』":
            found.append(Mark(at, False))
        elif char in "“”‟" and low:
            low = False
            found.append(Mark(at, False))
        elif char in "“‟":  # closes a German quotation that began in an earlier paragraph
            found.append(Mark(at, before.isspace() or not (after.isspace() or after in ".,;:!?)")))
        elif char == "”":
            # Swedish and Finnish open with the same mark as they close with
            found.append(Mark(at, (before.isspace() or before in "([—") and after.isalnum()))
        elif char == '"' and before.isdigit() and not (found and found[-1].opens):
            continue  # inches
        else:
            found.append(Mark(at, _opens(char, before, after)))
    return found


def _opens(char: str, before: str, after: str) -> bool:
    """Tell whether a straight mark or guillemet (French «…», German »…«) opens: it has space only before it."""
    left = before.isspace() or before in "([{—–-’'"
    right = after.isspace() or after in ")]}.,;:!?…—–"
    if left != right:
        return left
    return char == "«" or (char == '"' and not right)


def quoted(text: str, start: int, end: int, *, inside: bool = False) -> list[Span]:
    """Spans of quotations, marks included, an open one to the end; with ``inside``, one is open at ``start``."""
    spans: list[Span] = []
    opened = start if inside else None
    for mark in marks(text, start, end):
        if mark.opens:
            opened = mark.at if opened is None else opened
        elif opened is not None:
            spans.append(Span(opened, mark.at + 1))
            opened = None
    if opened is not None:
        spans.append(Span(opened, end))
    return spans


def is_open_at_end(text: str, start: int, end: int, *, inside: bool = False) -> bool:
    """Tell whether a quotation is open at the end of a paragraph."""
    found = marks(text, start, end)
    return found[-1].opens if found else inside


def paragraphs_sharing_quotation(text: str, paragraphs: list[Span]) -> int:
    """Count the paragraphs, from the first on, that one quotation runs through; at least 1.

    A quotation may open in one paragraph and close in another, and be opened again in each between them. One that never
    closes (a mark was forgotten) joins nothing.
    """
    first = paragraphs[0]
    limit = first.start + _LOOKAHEAD_CHARACTERS
    near = [each for each in paragraphs[:LOOKAHEAD_PARAGRAPHS] if each.end <= limit]
    if not near or not is_open_at_end(text, first.start, first.end):
        return 1
    unmarked = 0
    for count, paragraph in enumerate(near[1:], start=2):
        found = marks(text, paragraph.start, paragraph.end)
        reopened = bool(found) and found[0].opens and found[0].at == paragraph.start
        inner = found[1:] if reopened else found
        unmarked += not found
        # A quotation that is opened again is so in each paragraph; any other opening mark begins another quotation.
        over = (reopened and unmarked) or (inner and inner[0].opens) or unmarked > _MAX_UNMARKED_PARAGRAPHS
        if over:
            return 1
        if inner and not inner[-1].opens:
            return count
    return 1
