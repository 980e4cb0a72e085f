"""Reading order: columns of a page found by the gutters that its cells leave free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from retrieval.ingest.parsers.pdf.page.boxes import Cell, is_right_to_left, rows_of
from retrieval.ingest.parsers.pdf.page.rows import Row, table_rows

_MARGIN = 0.12  # of the width: free space at the sides is no gutter
_MIN_GUTTER = 0.8  # of the size
_MIN_LINES = 3  # of a column
_MIN_WORDS = 3  # of a column's line, at the median
_FILLED = 0.4  # share of a column's lines that reach over most of its width

_FIRM = 6  # rows that make a gutter sure
_OVERFULL = 0.3  # of a gutter's least width: what a line that is too long has to leave
_MAX_APART = 3  # rows of a running head or foot
_MAX_NUMBER = 30  # characters of a page number
_MAX_LENGTH = 160  # characters of such a row
_APART = 2.0  # times the size: the distance of such a row from the text
_MAX_BACK = 30  # rows that a band may take over from the one above it

Interval = tuple[float, float]


def reading_order(cells: Iterable[Cell]) -> list[Row]:
    """Rows of a page in the order in which they are read, column after column; every cell is in exactly one row."""
    rows = rows_of(cells)
    head, foot = _apart(rows), _apart(rows[::-1])
    if head + foot >= len(rows):
        return table_rows(rows)
    middle = rows[head : len(rows) - foot]
    order = _columns_in_order(middle)
    return table_rows(rows[:head]) + order + table_rows(rows[len(rows) - foot :])


def _apart(rows: Sequence[Sequence[Cell]]) -> int:
    """How many of the first rows stand apart from all others: the parts of a running head are no lines of columns.

    A longer row of one cell may be a column's last line.
    """
    last = 0
    parted = False
    for at, (row, after) in enumerate(pairwise(rows[: _MAX_APART + 1]), start=1):
        sides = sum(cell.text.count(" ") >= _MIN_WORDS for cell in row)
        if sides > 1 or sum(len(cell.text) for cell in row) > _MAX_LENGTH:
            break
        parted = parted or len(row) > 1 or len(row[0].text) <= _MAX_NUMBER
        size = max(cell.style.size for cell in (*row, *after))
        last = at if parted and abs(row[0].y - after[0].y) > _APART * size else last
    return last


def _columns_in_order(rows: Sequence[Sequence[Cell]]) -> list[Row]:
    gutters: list[Interval] = []
    bands = [(band, _divided(band, free)) for band, free in _bands(rows)]
    for _, columns in bands:
        if _is_text(columns, _MIN_LINES):
            gutters += _between(columns)
    found: list[Row] = []
    waiting: list[Sequence[Cell]] = []  # rows outside of columns
    for band, columns in bands:
        known = all(any(left < high and low < right for low, high in gutters) for left, right in _between(columns))
        if len(columns) > 1 and (known or _is_text(columns, _MIN_LINES)):
            found += table_rows(waiting)
            waiting = []
            if is_right_to_left("".join(cell.text for row in band for cell in row)):
                columns.reverse()
            for column in columns:
                found += table_rows(rows_of(column))
        else:
            waiting += band
    return found + table_rows(waiting)


def _bands(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[list[Sequence[Cell]], list[Interval]]]:
    """Divide rows, given from top to bottom, where no gutter runs on; each band with its gutters."""
    cells = [cell for row in rows for cell in row]
    left, right = min(cell.x0 for cell in cells), max(cell.x1 for cell in cells)
    width = right - left
    whole = [(left + _MARGIN * width, right - _MARGIN * width)]
    # Of the text's size, since a large heading makes no gutter smaller; at most a hundred gutters.
    least = max(_MIN_GUTTER * median(cell.style.size for cell in cells), width / 100)
    band: list[Sequence[Cell]] = []
    free = whole
    for row in rows:
        # A line that is too long for its column does not end a gutter that many lines have left free.
        rest = _without(free, row, least if len(band) < _FIRM else _OVERFULL * least)
        if band and not rest:
            own, rest = _without_last(band, _without(whole, row, least), least)
            if len(own) < len(band):
                yield band[: len(band) - len(own)], free
            band = own
        band.append(row)
        free = rest
    yield band, free


def _without_last(
    band: Sequence[Sequence[Cell]], free: list[Interval], least: float
) -> tuple[list[Sequence[Cell]], list[Interval]]:
    """The last rows of a band that leave a gutter free, which is left of what was ``free``; they begin the next band.

    A line in a column may fit in with the title above the columns, but belongs to its column.
    """
    first = len(band)
    while first > max(len(band) - _MAX_BACK, 0) and (rest := _without(free, band[first - 1], least)):
        first, free = first - 1, rest
    return list(band[first:]), free


def _without(free: Sequence[Interval], row: Sequence[Cell], least: float) -> list[Interval]:
    """What the cells of a row leave of free intervals."""
    rest = list(free)
    for cell in row:
        if not rest:
            break
        rest = [
            each
            for low, high in rest
            for each in ([(low, high)] if cell.x1 <= low or high <= cell.x0 else [(low, cell.x0), (cell.x1, high)])
            if each[1] - each[0] >= least
        ]
    return rest


def _divided(band: Sequence[Sequence[Cell]], free: Sequence[Interval]) -> list[list[Cell]]:
    """The columns of a band, from left to right; those without cells are left out."""
    edges = [low for low, _ in free]
    columns: list[list[Cell]] = [[] for _ in range(len(edges) + 1)]
    for cell in (cell for row in band for cell in row):
        columns[sum(edge <= cell.x0 for edge in edges)].append(cell)
    return [column for column in columns if column]


def _between(columns: Sequence[Sequence[Cell]]) -> list[Interval]:
    """The gaps between columns."""
    sides = [(min(cell.x0 for cell in column), max(cell.x1 for cell in column)) for column in columns]
    return [(before[1], after[0]) for before, after in pairwise(sides)]


def _is_text(columns: Sequence[Sequence[Cell]], least: int) -> bool:
    """True if these are columns of running text, not of a table or a list."""
    return len(columns) > 1 and all(_is_column(column, least) for column in columns)


def _is_column(cells: Sequence[Cell], least: int) -> bool:
    lines = rows_of(cells)
    if len(lines) < least:
        return False
    left, right = min(cell.x0 for cell in cells), max(cell.x1 for cell in cells)
    if right - left < 8 * median(cell.style.size for cell in cells):
        return False
    spans = [max(cell.x1 for cell in line) - min(cell.x0 for cell in line) for line in lines]
    filled = sum(span > 0.6 * (right - left) for span in spans)
    words = median(sum(cell.text.count(" ") + 1 for cell in line) for line in lines)
    return filled >= _FILLED * len(lines) and words >= _MIN_WORDS
