"""Pages of a plain text: form feeds, the feet of standards ("[Page 3]"), and what repeats at the pages' edges."""

from __future__ import annotations

import re
from collections import Counter

from retrieval.ingest.parsers.blocks import Line

_FOOT = re.compile(r"\[Page (?:\d{1,5}|[ivxlc]{1,8})\]\s*$")
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"[-–—|\[( ]*(?:page|seite|p\.)?\s*(?:#|[ivxlc]{1,7})(?:\s*(?:of|von|de|/)\s*#)?[-–—|\]) ]*")
_EDGE = 3  # lines at the top and at the bottom of a page that can be furniture
_MAX_SIZE = 120  # columns of a running head
_SEVERAL = 3  # pages on which a line has to repeat; of few pages two
_FEW = 5


def page_numbers(lines: list[Line]) -> list[int] | None:
    """The page of each line, from 1; ``None`` if the text has no pages."""
    feeds = [line.text.count("\f") for line in lines]
    if any(feeds):
        return [1 + before + _leading_feeds(line) for before, line in zip(_running(feeds), lines, strict=True)]
    feet = [_FOOT.search(line.text[-40:]) is not None for line in lines]
    return [1 + before for before in _running(feet)] if sum(feet) > 1 else None


def furniture(lines: list[Line], pages: list[int]) -> set[int]:
    """Indexes of the lines that are running heads, feet or page numbers."""
    edges = _edges(lines, pages)
    found = {at for at, line in enumerate(lines) if _FOOT.search(line.text[-40:])}
    seen = Counter((top, _key(lines[at])) for top, edge in edges for at in edge)
    everywhere = Counter(_key(line) for line in lines if not line.blank)
    several = _SEVERAL if len(edges) > 2 * _FEW else 2
    for top, edge in edges:
        for at in edge:
            key = _key(lines[at])
            # What stands in the middle of pages as well is text that repeats itself.
            edge_only = seen[True, key] + seen[False, key] >= 0.7 * everywhere[key] or key == "#"
            repeats = seen[top, key] >= several and len(key) <= _MAX_SIZE and edge_only
            if at in found or repeats:
                found.add(at)
            else:
                break  # behind the first line of the text nothing is at the edge
    return found


def _edges(lines: list[Line], pages: list[int]) -> list[tuple[bool, list[int]]]:
    """The outermost lines of each page, from its edge inwards; ``True`` for the top."""
    by_page: dict[int, list[int]] = {}
    for at, line in enumerate(lines):
        if not line.blank:
            by_page.setdefault(pages[at], []).append(at)
    edges: list[tuple[bool, list[int]]] = []
    for full in by_page.values():
        edges.append((True, full[:_EDGE]))
        edges.append((False, full[: -_EDGE - 1 : -1]))
    return edges


def _key(line: Line) -> str:
    """A line without what differs from page to page."""
    key = _DIGITS.sub("#", " ".join(line.text[: 2 * _MAX_SIZE].casefold().split()))
    return "#" if _NUMBER.fullmatch(key) else key


def _leading_feeds(line: Line) -> int:
    return line.text.count("\f", 0, len(line.text) - len(line.text.lstrip()))


def _running(counts: list[int] | list[bool]) -> list[int]:
    total = 0
    sums: list[int] = []
    for count in counts:
        sums.append(total)
        total += count
    return sums
