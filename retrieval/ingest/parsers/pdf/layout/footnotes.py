"""Footnotes: small lines with a number at the foot of a page or a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from retrieval.ingest.parsers.pdf.layout.styles import Body
from retrieval.ingest.parsers.pdf.page.boxes import Line

_SMALLER = 0.93  # times the body's size
_MARK = re.compile(r"(?:\d{1,3}|[*†‡§]{1,3}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|\[\d{1,3}\])[\s.)]*[^\W\d]")
_MOST = 0.7  # of a page's lines; a page of small print is no page of footnotes


def footnotes_of(lines: Sequence[Line], body: Body, *, unfinished: bool = False) -> dict[int, bool]:
    """Indexes of a page's lines that belong to footnotes, and if a footnote begins with the line.

    ``unfinished``: the last footnote of the page before goes on, so that small lines without a number are its rest.
    """
    found: dict[int, bool] = {}
    for start, end in _columns(lines):
        first = end
        while first > start and lines[first - 1].style.size <= _SMALLER * body.style.size:
            first -= 1
        marks = [_MARK.match(lines[at].text) is not None for at in range(first, end)]
        if any(marks) or unfinished:
            # What stands above the first number goes on with the note of the page before.
            found |= {first + at: mark or (at == 0 and not unfinished) for at, mark in enumerate(marks)}
    return found if len(found) <= _MOST * len(lines) else {}


def _columns(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Runs of lines that go down the page."""
    start = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or lines[at].y > lines[at - 1].y:
            yield start, at
            start = at
