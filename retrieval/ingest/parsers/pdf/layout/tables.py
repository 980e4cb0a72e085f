"""Tables: rows of cells that stand below each other in the same columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from retrieval.ingest.parsers.pdf.page.boxes import Cell, Line

_MAX_STEP = 10  # times the size: rows further apart are no rows of one table
_MAX_COLUMNS = 60


class Table(NamedTuple):
    """The lines ``start`` to ``end`` (excluded) as rows of cells, each cell a list of its lines."""

    start: int
    end: int
    rows: list[list[list[str]]]


def tables_of(lines: Sequence[Line]) -> Iterator[Table]:
    """Tables among lines in reading order; no two of them overlap."""
    start = 0
    while start < len(lines):
        if len(lines[start].cells) < 2:
            start += 1
            continue
        end = _end(lines, start)
        run = lines[start:end]
        columns = _columns([cell for line in run for cell in line.cells])
        full = sum(_filled(line, columns) > 1 for line in run)
        if full >= (3 if len(columns) == 2 else 2) and 1 < len(columns) <= _MAX_COLUMNS:
            yield Table(start, end, _rows(run, columns))
        start = max(end, start + 1)


def _end(lines: Sequence[Line], start: int) -> int:
    """End of the run of lines from ``start`` that have several cells, or go on in a cell of the line above."""
    end = start + 1
    last = end
    while end < len(lines):
        above, line = lines[end - 1], lines[end]
        step = above.y - line.y
        if line.page != above.page or not 0 < step < _MAX_STEP * line.style.size:
            break
        if len(line.cells) > 1:
            last = end + 1
        elif not _goes_on(lines[last - 1], line) or end - last > 8:
            break
        end += 1
    return _tail(lines, last, end)


def _tail(lines: Sequence[Line], last: int, end: int) -> int:
    """Single cells after the last full row belong to it when they do not stand in its first column."""
    while last < end and lines[last].x0 > lines[last - 1].cells[0].x1:
        last += 1
    return last


def _goes_on(row: Line, line: Line) -> bool:
    """True if a line of one cell stands within a column of the row above."""
    cell = line.cells[0]
    for index, each in enumerate(row.cells):
        right = row.cells[index + 1].x0 if index + 1 < len(row.cells) else float("inf")
        if cell.x0 >= each.x0 - 0.5 * cell.style.size and cell.x1 < right:
            return True
    return False


def _columns(cells: Sequence[Cell]) -> list[tuple[float, float]]:
    """Ranges of x in which cells overlap."""
    columns: list[tuple[float, float]] = []
    for cell in sorted(cells, key=lambda each: each.x0):
        if columns and cell.x0 < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], cell.x1))
        else:
            columns.append((cell.x0, cell.x1))
    return columns


def _filled(line: Line, columns: Sequence[tuple[float, float]]) -> int:
    return len({_column(cell, columns) for cell in line.cells})


def _column(cell: Cell, columns: Sequence[tuple[float, float]]) -> int:
    return min(bisect_right(columns, cell.x0, key=itemgetter(1)), len(columns) - 1)


def _rows(lines: Sequence[Line], columns: Sequence[tuple[float, float]]) -> list[list[list[str]]]:
    """Rows of a table; a line without anything in the first column goes on in the row above."""
    rows: list[list[list[str]]] = []
    above: Line | None = None
    for line in lines:
        places = [_column(cell, columns) for cell in line.cells]
        close = above is not None and above.y - line.y < 1.6 * line.style.size
        wrapped = rows and close and (0 not in places or (len(places) == 1 and len(columns) > 1))
        if not wrapped:
            rows.append([[] for _ in columns])
        for place, cell in zip(places, line.cells, strict=True):
            rows[-1][place].append(cell.text)
        above = line
    return rows
