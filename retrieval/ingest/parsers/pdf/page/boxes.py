"""Boxes of text on a page: words as the file has them, cells of words that belong together, lines of cells.

Coordinates are points from the page's lower left corner, turned so that the text runs from left to right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple
from unicodedata import bidirectional

_SAME_LINE = 0.45  # of the size: a raised number still stands in its line, the next line (from 0.9) does not
_WORD_GAP = 0.5  # of the size: a wider gap may be a gutter between columns or cells
_NEAR = 0.45  # of the size: a gap that is a blank
_GLUED = 0.1  # of the size: a gap that is no blank
_OVERLAP = 0.6  # of the size: words drawn one over the other (a shadow, an overlapping blank) are one line

_RAISED = str.maketrans("0123456789", "\u2070\xb9\xb2\xb3\u2074\u2075\u2076\u2077\u2078\u2079")


class Style(NamedTuple):
    """Look of a word; ``size`` in points, to a tenth."""

    size: float
    bold: bool = False
    mono: bool = False


class Word(NamedTuple):
    """Characters without white space between ``x0`` and ``x1`` on the base line ``y``; ``glued`` to the one before."""

    text: str
    x0: float
    x1: float
    y: float
    style: Style
    glued: bool = False


class Cell(NamedTuple):
    """Words on one base line without a wide gap.

    ``first`` is the width of the first word, ``blank`` that of the widest blank.
    """

    text: str
    x0: float
    x1: float
    y: float
    style: Style
    first: float
    blank: float = 0.0

    @property
    def width(self) -> float:
        """Its width."""
        return self.x1 - self.x0


class Line(NamedTuple):
    """Cells on one base line of a column, in reading order; ``page`` counts from 1."""

    cells: tuple[Cell, ...]
    page: int

    @property
    def text(self) -> str:
        """The cells with single blanks between them."""
        return " ".join(cell.text for cell in self.cells)

    @property
    def x0(self) -> float:
        """Left edge."""
        return min(cell.x0 for cell in self.cells)

    @property
    def x1(self) -> float:
        """Right edge."""
        return max(cell.x1 for cell in self.cells)

    @property
    def y(self) -> float:
        """Base line."""
        return self.cells[0].y

    @property
    def style(self) -> Style:
        """Style of the longest cell."""
        return max(self.cells, key=lambda cell: len(cell.text)).style


def cells_of(words: Iterable[Word]) -> Iterator[Cell]:
    """Join words that follow each other on one base line; every word is in exactly one cell."""
    group: list[Word] = []
    for word in words:
        if group and not (word.glued or _continues(group[-1], word)):
            yield _cell(group)
            group = []
        group.append(word)
    if group:
        yield _cell(group)


def rows_of(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells by base line from top to bottom, each row from left to right (or from right to left, by its script)."""
    rows: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda each: -each.y):
        if rows and rows[-1][0].y - cell.y <= _SAME_LINE * max(rows[-1][0].style.size, cell.style.size):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    for row in rows:
        row.sort(key=attrgetter("x0"), reverse=is_right_to_left("".join(cell.text for cell in row)))
    return rows


def joined(row: Sequence[Cell]) -> list[Cell]:
    """Join cells of a row that stand no further apart than the words of a justified line."""
    gaps = [max(after.x0 - before.x1, before.x0 - after.x1) for before, after in pairwise(row)]
    size = max((cell.style.size for cell in row), default=0.0)
    near = max(_NEAR * size, 1.6 * min(max((cell.blank for cell in row), default=0.0), size))
    # In a line that is stretched a lot every word is a cell, but all blanks are equal.
    stretched = len(gaps) > 1 and max(gaps) <= min(1.1 * min(gaps) + 0.2, 3 * size)
    groups: list[list[Cell]] = [[cell] for cell in row[:1]]
    for gap, cell in zip(gaps, row[1:], strict=True):
        if gap <= near or stretched:
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return [group[0] if len(group) == 1 else _merged(group) for group in groups]


def _merged(cells: Sequence[Cell]) -> Cell:
    parts = [cells[0].text]
    widest = cells[0].blank
    for last, cell in pairwise(cells):
        gap = max(cell.x0 - last.x1, last.x0 - cell.x1)
        parts += ["" if gap < _GLUED * min(cell.style.size, last.style.size) else " ", cell.text]
        widest = max(widest, gap, cell.blank)
    style = max(cells, key=lambda each: len(each.text)).style._replace(bold=all(each.style.bold for each in cells))
    base = max(cells, key=lambda each: each.style.size).y
    x0, x1 = min(each.x0 for each in cells), max(each.x1 for each in cells)
    return Cell("".join(parts), x0, x1, base, style, cells[0].first, widest)


def is_right_to_left(text: str) -> bool:
    """True if most letters of ``text`` are of a script that runs from right to left."""
    if text.isascii():
        return False
    directions = Counter(map(bidirectional, text))
    return directions["R"] + directions["AL"] > directions["L"]


def _continues(before: Word, after: Word) -> bool:
    size = max(before.style.size, after.style.size)
    if abs(before.y - after.y) > _SAME_LINE * size:
        return False
    gap = after.x0 - before.x1
    if is_right_to_left(after.text) or is_right_to_left(before.text):
        gap = max(gap, before.x0 - after.x1)
    return -_OVERLAP * size <= gap <= _WORD_GAP * size


def _cell(words: Sequence[Word]) -> Cell:
    weights: Counter[Style] = Counter()
    for word in words:
        weights[word.style] += len(word.text)
    style = weights.most_common(1)[0][0]
    base = next((word.y for word in words if word.style == style), words[0].y)
    parts = []
    for index, word in enumerate(words):
        beside = words[index - 1] if index else words[min(1, len(words) - 1)]
        raised = word.y - beside.y > 0.15 * beside.style.size and word.style.size < 0.85 * beside.style.size
        text = word.text.translate(_RAISED) if raised and word.text.isdecimal() else word.text
        parts += [text] if word.glued or not index else [" ", text]
    # A cell is bold only when all of it is: a bold first word is no heading.
    style = style._replace(bold=all(word.style.bold for word in words if any(map(str.isalnum, word.text))))
    x0, x1 = min(word.x0 for word in words), max(word.x1 for word in words)
    blank = max((after.x0 - before.x1 for before, after in pairwise(words) if not after.glued), default=0.0)
    return Cell("".join(parts), x0, x1, base, style, words[0].x1 - words[0].x0, blank)
