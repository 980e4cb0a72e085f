"""Which parts of a text stand in double quotation marks, and whether a paragraph ends inside of them."""

from __future__ import annotations

import re
from typing import NamedTuple

from retrieval.core.types import Span

_MARK = re.compile('[“”„‟«»"「」『』]')
LOOKAHEAD_PARAGRAPHS = 8
_LOOKAHEAD_CHARACTERS = 6_000
_UNMARKED_PARAGRAPHS = 2  # a quotation that runs on re-opens its marks; this many do not without it


class Mark(NamedTuple):
    """A quotation mark and whether it opens."""

    at: int
    opens: bool


def marks(text: str, start: int, end: int) -> list[Mark]:
    """The double quotation marks of a paragraph. Direction comes from shape, in doubt from the neighbours."""
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
    """Straight marks and guillemets (French «…», German »…«): an opening one has space only before it."""
    left = before.isspace() or before in "([{—–-’'"
    right = after.isspace() or after in ")]}.,;:!?…—–"
    if left != right:
        return left
    return char == "«" or (char == '"' and not right)


def quoted(text: str, start: int, end: int, *, inside: bool = False) -> list[Span]:
    """The spans between quotation marks; ``inside`` says that the range begins within one.

    A quotation that is still open at the end reaches to the end.
    """
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
    """Whether a paragraph ends within a quotation."""
    state = inside
    for mark in marks(text, start, end):
        state = mark.opens
    return state


def paragraphs_sharing_quotation(text: str, paragraphs: list[Span]) -> int:
    """How many of the paragraphs, from the first on, belong together because a quotation runs through them.

    A quotation that opens in one and closes in another joins them; each paragraph in between may open it
    again. One that never closes (a mark was forgotten) joins nothing.
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
        # Who opens the marks anew does so in each paragraph; any other opening mark begins another quotation.
        over = (reopened and unmarked) or (inner and inner[0].opens) or unmarked > _UNMARKED_PARAGRAPHS
        if over:
            return 1
        if inner and not inner[-1].opens:
            return count
    return 1
