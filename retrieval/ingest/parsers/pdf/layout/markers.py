"""Markers at the start of a line: bullets, numbers of a list, numbers of clauses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.ingest.parsers.pdf.page.boxes import Cell

_BULLET = re.compile(r"[•◦▪▫■□●○‣⁃·∙➢➤►▶✓✔❖◆–—*-](?=\s|$)|o$")
_NUMBER = re.compile(r"\(?(\d{1,3}|[a-z]|[ivx]{1,5})[.)](?=\s|$)|\((?:\d{1,3}|[A-Z]|[ivx]{1,5})\)(?=\s|$)")
_CLAUSE = re.compile(r"(?:§+\s?\d+\w?|\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}|[A-Z]\.|[IVX]{1,5}\.)$")


class Marker(NamedTuple):
    """What a list item starts with; ``ordinal`` is empty for a bullet, ``rest`` the text after it."""

    ordinal: str
    rest: str


def marker_of(text: str) -> Marker | None:
    """The marker of a list item at the start of ``text``."""
    if found := _BULLET.match(text):
        return Marker("", text[found.end() :].lstrip())
    if found := _NUMBER.match(text):
        return Marker(found[0], text[found.end() :].lstrip())
    return None


def follows(before: str, ordinal: str) -> bool:
    """True if ``ordinal`` is the next one after ``before`` ("b)" after "a)"), or the first one after none."""
    value = ordinal.strip("().")
    previous = before.strip("().")
    if not before:
        return value in ("1", "a", "i", "A", "0")
    if value.isdecimal() and previous.isdecimal():
        return int(value) == int(previous) + 1
    if len(value) == len(previous) == 1:
        return ord(value) == ord(previous) + 1 or (previous, value) in {("i", "v"), ("v", "x")}
    return bool(re.fullmatch("[ivx]+", value) and re.fullmatch("[ivx]+", previous))


def with_marker(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Cells of a row, the first joined to the second when it is no more than a marker or a clause's number."""
    if len(cells) < 2 or len(cells[0].text) > 12:
        return tuple(cells)
    first, second = cells[0], cells[1]
    near = second.x0 - first.x1 < 5 * first.style.size
    alone = _BULLET.fullmatch(first.text) or _NUMBER.fullmatch(first.text) or _CLAUSE.match(first.text)
    if not near or not alone:
        return tuple(cells)
    text = f"{'•' if first.text == 'o' else first.text} {second.text}"
    return (Cell(text, first.x0, second.x1, second.y, second.style, first.first), *cells[2:])
