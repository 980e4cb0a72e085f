"""Parser for tables of texts: CSV, TSV and JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import Block, BlockKind
from retrieval.ingest.parsers.builder import Run, TextBuilder
from retrieval.ingest.parsers.markup.dom.parsing import NestingError
from retrieval.ingest.parsers.markup.html_tree import write_fragment
from retrieval.ingest.parsers.parsed import Parsed
from retrieval.ingest.parsers.rows.columns import Columns, Row, RowColumns, find_columns, is_header
from retrieval.ingest.parsers.rows.reading import MAX_CELL, Table, read_csv, read_json_lines
from retrieval.ingest.parsers.text.decoding import decode, mend_strays
from retrieval.ingest.parsers.text.metadata import is_web_address, one_line
from retrieval.ingest.parsers.text.plain_text import parse_plain_text

_METADATA = ("title", "published", "url", "author", "publisher")
_MAX_PART = 80  # characters
# Marks of a cell that was copied out of a page or a content management system.
_HTML = re.compile(r"</(?:p|div|ul|ol|li|h[1-6]|table|blockquote|pre)>|<br ?/?>|<p>", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w.-]+")


def parse_rows(source: bytes, file: str, columns: RowColumns) -> tuple[Parsed, ...]:
    """Read a table of texts, each row an article or a passage of one article, as ``columns.each`` says.

    Columns that are not named are found by their usual names, the text also by its length. A row that cannot be read
    is left out and listed in ``problems``, those of an article a row in the first one's.

    Example:
        >>> [row.text for row in parse_rows(b"title,text\\nLeave,Ask early.", "faq.csv", RowColumns())]
        ['Ask early.']

    Raises:
        CorpusFileError: if the file is no text, has no column of texts, or no row with a text.
    """
    decoded = decode(source)
    if decoded is None:
        remedy = "Save it as UTF-8 text or remove it."
        raise CorpusFileError(file, "it is no text (binary, or in an unknown encoding)", remedy)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    ending = file.lower().rpartition(".")[2]
    if ending in {"jsonl", "ndjson"}:
        table = read_json_lines(text)
    else:
        table = read_csv(text, "\t" if ending == "tsv" else None)
    found = _columns(table, columns, file)
    read = _articles if columns.each == "article" else _passages
    parsed = tuple(read(table, found, decoded.encoding))
    if not parsed:
        raise _no_text(table, file)
    return (replace(parsed[0], problems=tuple(table.problems)), *parsed[1:])


def _columns(table: Table, wanted: RowColumns, file: str) -> Columns:
    if not table.rows:
        raise _no_text(table, file)
    names = table.names
    if names is None:
        if is_header(table.rows[0], table.rows[1:], wanted):
            header = table.rows.pop(0)
            table.lines.pop(0)
            names = [mend_strays(header.get(at, ""))[0] for at in range(1 + max(header))]
            table.drop_wider_than(len(names))
        else:
            names = [f"column {number + 1}" for number in range(1 + max(map(max, table.rows)))]
    if not table.rows:
        raise _no_text(table, file)
    return find_columns(names, table.rows, wanted, file)


def _no_text(table: Table, file: str) -> CorpusFileError:
    problem = f"it has no row with a text{f' ({table.problems[0]})' if table.problems else ''}"
    return CorpusFileError(file, problem, "Write a row an article into it or remove it.")


def _articles(table: Table, columns: Columns, encoding: str) -> Iterator[Parsed]:
    parts: set[str] = set()
    for number, row in enumerate(table.rows, start=1):
        cell = _text_of(table, columns, number - 1)
        if not cell:
            continue
        part = _UNSAFE.sub("-", columns.value(row, "id"))[:_MAX_PART].strip("-.") or str(number)
        if part in parts:
            part = f"{part}-{number}"
        while part in parts:
            part += "-"
        parts.add(part)
        properties = _properties(row, columns)
        builder = TextBuilder()
        if _HTML.search(cell):
            try:
                write_fragment(builder, _mended(cell))
            except NestingError:
                table.report(table.lines[number - 1], "its HTML is nested too deeply")
                continue
        if builder.blocks():
            text, blocks, annotations = builder.text(), builder.blocks(), builder.annotations()
            yield Parsed(text, blocks, annotations, properties, encoding=encoding, part=part)
        else:
            text, repairs = mend_strays(cell)
            blocks = parse_plain_text(text) if "\n" in text else (Block(1, 1, 0, len(text)),)
            yield Parsed(text, blocks, (), properties, encoding=encoding, repairs=repairs, part=part)


def _passages(table: Table, columns: Columns, encoding: str) -> Iterator[Parsed]:
    builder = TextBuilder()
    for at, row in enumerate(table.rows):
        cell = _text_of(table, columns, at)
        if not cell:
            continue
        title = _mended(columns.value(row, "title")).strip()
        if title.endswith("?"):
            builder.paragraph([Run(title)], kind=BlockKind.QUESTION)
        else:
            builder.heading(2, [Run(title)])
        builder.paragraph([Run(_mended(cell))])
    if builder.blocks():
        yield Parsed(builder.text(), builder.blocks(), builder.annotations(), encoding=encoding)


def _text_of(table: Table, columns: Columns, at: int) -> str:
    """The text of a row, without white space at its edges; empty if the row has to be left out, which is noted."""
    cell = columns.value(table.rows[at], "text").strip()
    if not cell:
        table.report(table.lines[at], "it has no text")
    elif len(cell) > MAX_CELL:
        table.report(table.lines[at], f"a text of {len(cell):,} characters is none that can be quoted")
        return ""
    return cell


def _properties(row: Row, columns: Columns) -> dict[str, str]:
    cells = ((field, columns.value(row, field)) for field in _METADATA)
    values = ((field, one_line(_mended(cell), field)) for field, cell in cells if cell)
    return {field: value for field, value in values if value and (field != "url" or is_web_address(value))}


def _mended(text: str) -> str:
    return mend_strays(text)[0]
