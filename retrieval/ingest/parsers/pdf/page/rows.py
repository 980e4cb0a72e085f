"""Rows of a page or a column: words that belong to one line are joined, lines of centred table cells are one row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from retrieval.ingest.parsers.pdf.page.boxes import Cell, joined

_LINE = 1.3  # times the size: the distance of lines in a cell of a table
_HALF_LINE = 0.85  # times the size: lines that close are no lines of one cell
_MAX_GROUP = 20  # lines of a table's row


class Row(NamedTuple):
    """Cells on one base line of a column, or of one row of a table."""

    cells: tuple[Cell, ...]


def table_rows(rows: Sequence[Sequence[Cell]]) -> list[Row]:
    """Rows, given from top to bottom, with their cells joined; every cell is in exactly one row.

    Where the cells of a table are centred, their base lines interleave: such lines are one row.
    """
    found: list[Row] = []
    group: list[Row] = []
    for row in (Row(tuple(joined(each))) for each in rows):
        if group and group[-1].cells[0].y - row.cells[0].y > _LINE * row.cells[0].style.size:
            found += _grouped(group)
            group = []
        group.append(row)
    return found + (_grouped(group) if group else [])


def _grouped(group: Sequence[Row]) -> list[Row]:
    close = any(
        above.cells[0].y - row.cells[0].y < _HALF_LINE * row.cells[0].style.size for above, row in pairwise(group)
    )
    if not close or len(group) > _MAX_GROUP:
        return list(group)
    columns = _columns([cell for row in group for cell in row.cells])
    if len(columns) < 2 or any(map(_crowded, columns)):
        return list(group)
    return [Row(tuple(_one(column) for column in columns))]


def _columns(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells by the ranges of x in which they overlap, from left to right."""
    columns: list[list[Cell]] = []
    right = 0.0
    for cell in sorted(cells, key=lambda each: each.x0):
        if columns and cell.x0 < right:
            columns[-1].append(cell)
            right = max(right, cell.x1)
        else:
            columns.append([cell])
            right = cell.x1
    return columns


def _crowded(column: list[Cell]) -> bool:
    """True if these cannot be the lines of one cell."""
    column.sort(key=lambda cell: -cell.y)
    return any(above.y - cell.y < _HALF_LINE * cell.style.size for above, cell in pairwise(column))


def _one(column: Sequence[Cell]) -> Cell:
    """All lines of one cell."""
    x0, x1 = min(cell.x0 for cell in column), max(cell.x1 for cell in column)
    return column[0]._replace(text=" ".join(cell.text for cell in column), x0=x0, x1=x1)
