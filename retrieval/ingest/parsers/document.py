"""Bytes of a file to documents: the parser of its format chosen, text decoded and repaired, front matter apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from pathlib import PurePosixPath
from typing import Any

from retrieval.core.display import Annotation
from retrieval.core.errors import CorpusFileError, NoTextError
from retrieval.core.types import Format, Repair
from retrieval.ingest.parsers.blocks import Block
from retrieval.ingest.parsers.parsed import Parsed
from retrieval.ingest.parsers.rows.columns import RowColumns
from retrieval.ingest.parsers.text.decoding import decode, mend_strays
from retrieval.ingest.parsers.text.front_matter import read_front_matter
from retrieval.text.mojibake import repair

MAX_PARAGRAPH = 1_000_000  # characters; a longer line is an export gone wrong, and would be cut into nonsense
_ENDINGS = {
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".mdx": Format.MARKDOWN,
    ".rst": Format.RST,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".odt": Format.ODT,
    ".epub": Format.EPUB,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
}
#: Parsers of formats that write the stored text, by module and function.
_PARSERS = {
    Format.RST: "markup.rst:parse_rst",
    Format.HTML: "markup.html:parse_html",
    Format.PDF: "pdf:parse_pdf",
    Format.DOCX: "office.docx:parse_docx",
    Format.ODT: "office.odt:parse_odt",
    Format.EPUB: "office.epub:parse_epub",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One document as text. ``text`` of text formats includes the front matter, so offsets are the file's.

    ``properties`` have the names of ``Metadata``'s fields; ``blocks`` divide ``text[body_start:]``. ``part`` tells
    apart the documents of one file. ``problems`` say, a line each, what of it the parser left out.
    """

    file: str
    format: Format
    source: bytes
    encoding: str
    text: str
    repairs: tuple[Repair, ...]
    properties: dict[str, str]
    body_start: int
    blocks: tuple[Block, ...]
    annotations: tuple[Annotation, ...] = ()
    part: str = ""
    problems: tuple[str, ...] = ()


def format_of(file: str) -> Format | None:
    """Format of a file by the ending of its name; ``None`` for an unknown one.

    Example:
        >>> format_of("handbook/Leave.PDF")
        <Format.PDF: 'PDF'>
    """
    return _ENDINGS.get(PurePosixPath(file).suffix.lower())


def parse_document(source: bytes, file: str, *, mend: bool = True) -> Document:
    """Turn a file's bytes into its first document; see ``parse_documents``."""
    return parse_documents(source, file, mend=mend)[0]


def parse_documents(
    source: bytes, file: str, *, mend: bool = True, columns: RowColumns | None = None
) -> tuple[Document, ...]:
    """Turn a file's bytes into documents: one, or one a row of a table.

    ``mend=False`` leaves wrongly decoded characters as they are. ``columns`` name those of a CSV or JSON Lines file.

    Raises:
        CorpusFileError: if the bytes cannot be read as the file's format (NoTextError: if they hold no words).
    """
    kind = format_of(file) or Format.TEXT
    if not source.strip():  # before anything slower: a million empty lines are no reason to wait
        raise NoTextError(file, "it is empty", "Write the article into it or delete it.")
    found: Sequence[Parsed]
    if kind in {Format.TEXT, Format.MARKDOWN, Format.RST}:
        found = (_parse_text(source, file, kind, mend=mend),)
    elif kind in {Format.CSV, Format.TSV, Format.JSON_LINES}:
        found = _parse_rows(source, file, columns)
    else:
        found = (_parser(kind)(source, file),)
    return tuple(
        Document(
            file, kind, source, each.encoding, each.text, each.repairs, dict(each.properties), each.body_start,
            each.blocks, each.annotations, each.part, each.problems,
        )
        for each in found
    )  # fmt: skip


def _parser(kind: Format) -> Any:
    """The parser of a format; its library is imported with it, so that a worker loads only what it needs."""
    module, _, function = _PARSERS[kind].partition(":")
    return getattr(import_module(f"retrieval.ingest.parsers.{module}"), function)


def _parse_rows(source: bytes, file: str, columns: RowColumns | None) -> Sequence[Parsed]:
    from retrieval.ingest.parsers.rows import parse_rows

    return parse_rows(source, file, columns or RowColumns())


def _parse_text(source: bytes, file: str, kind: Format, *, mend: bool) -> Parsed:
    # No encoding takes more bytes for a character; finding a code page for endless lines would take seconds.
    _check_lines(source.splitlines(), 4 * MAX_PARAGRAPH, "bytes", file)
    decoded = decode(source)
    if decoded is None:
        raise CorpusFileError(
            file, "it is no text (binary, or in an unknown encoding)", "Save it as UTF-8 text or remove it."
        )
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise NoTextError(file, "it is empty", "Write the article into it or delete it.")
    _check_lines(text.split("\n"), MAX_PARAGRAPH, "characters", file)
    text, repairs = repair(text) if mend else (text, ())
    text, strays = mend_strays(text)
    repairs = tuple(sorted((*repairs, *strays), key=attrgetter("start")))
    if kind is Format.RST:
        parsed = _parser(kind)(text, file)
        return Parsed(parsed.text, parsed.blocks, parsed.annotations, parsed.properties, encoding=decoded.encoding)
    front_matter = read_front_matter(text, file, "markdown" if kind is Format.MARKDOWN else "plain")
    if not text[front_matter.body_start :].strip():
        raise NoTextError(file, "it has front matter but no text", "Write the article below it.")
    blocks, annotations = _blocks(text, front_matter.body_start, kind)
    return Parsed(text, blocks, annotations, front_matter.fields, front_matter.body_start, decoded.encoding, repairs)


def _blocks(text: str, body_start: int, kind: Format) -> tuple[tuple[Block, ...], tuple[Annotation, ...]]:
    if kind is Format.MARKDOWN:
        from retrieval.ingest.parsers.markup.markdown import parse_markdown

        return parse_markdown(text, body_start)
    from retrieval.ingest.parsers.text.plain_text import parse_plain_text

    return parse_plain_text(text, body_start), ()


def _check_lines(lines: Sequence[bytes | str], limit: int, unit: str, file: str) -> None:
    for number, line in enumerate(lines, start=1):
        if len(line) > limit:
            problem = f"a paragraph of {len(line):,} {unit} is none that can be quoted"
            remedy = f"Break it into lines of at most {MAX_PARAGRAPH:,} characters."
            raise CorpusFileError(file, problem, remedy, number)
