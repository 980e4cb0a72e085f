"""Furniture of pages: running heads and feet, page numbers, and lines of a table of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from retrieval.ingest.parsers.pdf.layout.styles import Body
from retrieval.ingest.parsers.pdf.page.boxes import Line

_DEPTH = 3  # lines from an edge of the page that may be furniture
_BUCKET = 6.0  # points within which the same words stand at the same height
_APART = 1.3  # times the usual distance of lines: furniture stands apart from the text
_MAX_LENGTH = 160
_MAX_ENTRY = 400  # characters of a line of a table of contents
_LARGER = 1.12  # times the body's size: a heading
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"[-–—|\[(\s]*(?:page|seite|p\.|s\.|pág\.?|página|pagina|blz\.)?\s*(\d{1,5}|[ivxlc]{1,8})"
    r"(?:\s*(?:/|of|von|de|sur|van|di)\s*\d{1,5})?[-–—|\])\s]*",
    re.IGNORECASE,
)
_EDGE_NUMBER = re.compile(r"^(\d{1,5})(?=\s)|(?<=\s)(\d{1,5})$")
_LEADERS = re.compile(r"(?:\.\s?){5,}|…{2,}|(?:…\s){2,}|(?:·\s?){5,}|_{6,}\s*\d{1,4}$")
_CONTENTS = frozenset({
    "contents", "table of contents", "inhalt", "inhaltsverzeichnis", "inhaltsübersicht", "sommaire",
    "table des matières", "índice", "indice", "inhoud", "inhoudsopgave",
})  # fmt: skip
_ENTRY = re.compile(r"\s(\d{1,4})$")

CONTENTS = "line of a table of contents"
RUNNING = "running head or foot"
NUMBER = "page number"


class _Edge(NamedTuple):
    """A line near the top (1) or the bottom (-1) of its page; ``apart`` from the text by a wide gap."""

    page: int
    at: int
    line: Line
    side: int
    apart: bool

    @property
    def key(self) -> tuple[int, str]:
        return self.side, self.line.text.casefold()


def furniture_of(pages: Sequence[Sequence[Line]], body: Body) -> dict[tuple[int, int], str]:
    """What lines are no text, by the indexes of the page and of the line on it."""
    edges = [edge for number, lines in enumerate(pages) for edge in _edges(number, lines, body)]
    found = dict.fromkeys(_contents(pages), CONTENTS)
    offsets = Counter(offset for edge in edges for offset in {*_offsets(edge)})
    places = Counter((*edge.key, round(edge.line.y / _BUCKET)) for edge in edges)
    least = 3 if len(pages) > 4 else 2
    for edge in edges:
        numbered = any(offsets[offset] >= least for offset in _offsets(edge))
        here = round(edge.line.y / _BUCKET)
        exact = places[(*edge.key, here)]
        near = exact + places[(*edge.key, here - 1)] + places[(*edge.key, here + 1)]
        repeated = near >= least and (edge.apart or (exact >= least and _constant(edge, body)))
        large = edge.line.style.size >= _LARGER * body.style.size
        if _NUMBER.fullmatch(edge.line.text) and (numbered or (edge.apart and not large)):
            found[edge.page, edge.at] = NUMBER
        elif repeated or (numbered and edge.apart and not large):
            found[edge.page, edge.at] = RUNNING
    return found


def _constant(edge: _Edge, body: Body) -> bool:
    """True if it is the same words on every page, in a look of its own."""
    return not _DIGITS.search(edge.line.text) and edge.line.style != body.style


def _offsets(edge: _Edge) -> Iterator[tuple[int, int]]:
    """By how much the numbers at its ends differ from the page's."""
    text = edge.line.text
    number = _NUMBER.fullmatch(text)
    numbers = [number[1]] if number else [each[0] for each in _EDGE_NUMBER.finditer(text)]
    for each in numbers:
        if each.isdecimal():
            yield edge.side, int(each) - edge.page


def _edges(page: int, lines: Sequence[Line], body: Body) -> Iterator[_Edge]:
    """The outermost lines of a page, as far as they are short."""
    ordered = sorted(range(len(lines)), key=lambda index: -lines[index].y)
    for side, indexes in ((1, ordered), (-1, ordered[::-1])):
        outer = indexes[: _DEPTH + 1]
        steps = [abs(lines[a].y - lines[b].y) for a, b in pairwise(outer)]
        usual = body.distance(body.style.size)
        gap = max((at for at, step in enumerate(steps) if step > _APART * usual), default=-1)
        for place, index in enumerate(outer[:_DEPTH]):
            if len(lines[index].text) <= _MAX_LENGTH:
                yield _Edge(page, index, lines[index], side, place <= gap)


def _contents(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[int, int]]:
    """Lines with dot leaders, and those below the word "Contents" as long as page numbers at their ends rise."""
    last: int | None = None
    missed = 0
    for number, lines in enumerate(pages):
        for index, line in enumerate(lines):
            text = line.text
            if len(text) > _MAX_ENTRY:
                last = None
                continue
            entry = _ENTRY.search(text)
            if _LEADERS.search(text):
                last, missed = int(entry[1]) if entry else last, 0
                yield number, index
            elif text.strip(" .:").casefold() in _CONTENTS:
                last, missed = 0, 0
            elif last is not None and entry and last <= int(entry[1]) <= last + 500:
                last, missed = int(entry[1]), 0
                yield number, index
            elif last is not None:
                missed += 1
                last = None if missed > 2 else last
