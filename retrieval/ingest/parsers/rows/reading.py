"""Rows of a table as its file holds them: records of CSV with whatever delimiter, or lines of JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import compress, islice

from retrieval.ingest.parsers.rows.columns import Row

MAX_CELL = 1_000_000  # characters, those of the longest paragraph of a text file
_DELIMITERS = ",;\t|"
_NO_DELIMITER = "\x1f"  # of a file with a single column
_SAMPLE = 60  # lines that decide the delimiter
_SAMPLE_SIZE = 100_000  # characters of them
_MAX_PROBLEMS = 100
_RESTARTS = 3  # after quotation marks that never close; each reads the rest of the file once more
_MAX_WORD = 60  # characters of an author or a tag; what is longer is a paragraph
_DECLARED = re.compile(r"sep=(.)\n", re.IGNORECASE)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(slots=True)
class Table:
    """Rows and the line of the file that each begins at; ``names`` are the columns' where the format has them."""

    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    names: list[str] | None = None
    problems: list[str] = field(default_factory=list)

    def add(self, row: Row, line: int) -> None:
        """Add a row unless it is empty."""
        if any(cell and not cell.isspace() for cell in row.values()):
            self.rows.append(row)
            self.lines.append(line)

    def drop_wider_than(self, width: int) -> None:
        """Leave out rows with more cells than there are columns: a delimiter in their text has cut it."""
        kept = [max(row) < width for row in self.rows]
        for line in compress(self.lines, (not keep for keep in kept)):
            self.report(
                line, "it has more cells than the table has columns (quotation marks around a text are missing)"
            )
        self.rows, self.lines = list(compress(self.rows, kept)), list(compress(self.lines, kept))

    def report(self, line: int, problem: str) -> None:
        """Note why a line is left out; the first hundred are enough."""
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(f"line {line}: {problem}")


def read_csv(text: str, delimiter: str | None = None) -> Table:
    """Read records of CSV; the delimiter is found unless it is given."""
    declared = _DECLARED.match(text)
    lines = text.split("\n")
    first = 0
    if declared:
        delimiter, first = declared[1], 1
    delimiter = delimiter or _delimiter(lines)
    table = Table()
    limit = csv.field_size_limit(MAX_CELL)
    try:
        for _ in range(_RESTARTS):
            stopped = _read_records(table, lines, first, delimiter)
            if stopped is None:
                break
            first = stopped + 1
        else:
            table.report(first + 1, "the rest is left out, since too many quotation marks never close")
    finally:
        csv.field_size_limit(limit)
    return table


def _read_records(table: Table, lines: list[str], first: int, delimiter: str) -> int | None:
    """Read records from line ``first`` (from 0) on; the line of a record that cannot be read, which ends it."""
    reader = csv.reader(_ended(lines, first), delimiter=delimiter, strict=False)
    begin = first
    try:
        for row in reader:
            end = first + reader.line_num
            if end >= len(lines) and end - begin > 1 and _is_open(row, lines, begin):
                table.report(begin + 1, "a quotation mark is never closed")
                return begin
            table.add({at: cell for at, cell in enumerate(row) if cell}, begin + 1)
            begin = end
    except csv.Error as error:
        table.report(begin + 1, str(error))
        return begin
    return None


def _ended(lines: list[str], first: int) -> Iterator[str]:
    return (f"{line}\n" for line in islice(lines, first, None))


def _is_open(row: list[str], lines: list[str], begin: int) -> bool:
    """Tell whether the file's last record ends within quotation marks."""
    return sum(line.count('"') for line in lines[begin:]) % 2 == 1 and "\n" in row[-1]


def _delimiter(lines: list[str]) -> str:
    """The delimiter by which most of the first records have as many cells as the very first."""
    sample: list[str] = []
    size = 0
    for line in lines[:_SAMPLE]:
        size += len(line)
        if size > _SAMPLE_SIZE and sample:
            break
        sample.append(line[:_SAMPLE_SIZE])
    agreed = {delimiter: _agreement(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(agreed, key=agreed.__getitem__)
    return best if agreed[best] > (0.5, 0) else _NO_DELIMITER


def _agreement(sample: list[str], delimiter: str) -> tuple[float, int]:
    """Share of records (0 to 1, in tenths) that have as many cells as the first, and how many those are."""
    try:
        sizes = [len(row) for row in csv.reader(_ended(sample, 0), delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    if not sizes or sizes[0] < 2:
        return 0.0, 0
    return round(sizes.count(sizes[0]) / len(sizes), 1), sizes[0]


def read_json_lines(text: str) -> Table:
    """Read a JSON object a line; a line that holds none costs that line."""
    table = Table(names=[])
    names: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            table.report(number, "it is no JSON")
            continue
        if not isinstance(values, dict):
            table.report(number, "it is no JSON object")
            continue
        cells: dict[int, str] = {}
        for name, value in values.items():
            cell = _UNSTORABLE.sub("\ufffd", _cell(value)).replace("\r\n", "\n").replace("\r", "\n")
            if cell:
                cells[names.setdefault(name, len(names))] = cell
        table.add(cells, number)
    table.names = [_UNSTORABLE.sub("\ufffd", name) for name in names]
    return table


def _cell(value: object) -> str:
    """A value as text: of a list its paragraphs, or its names; nothing of what is no text."""
    if isinstance(value, list):
        parts = [part for part in value if isinstance(part, str)]
        return ("\n\n" if any(len(part) > _MAX_WORD for part in parts) else ", ").join(parts)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
