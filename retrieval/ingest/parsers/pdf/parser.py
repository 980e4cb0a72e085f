"""Parser of PDFs: reads page after page, tells text from furniture, writes the stored text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import TextBuilder
from retrieval.ingest.parsers.parsed import Parsed
from retrieval.ingest.parsers.pdf.layout.footnotes import footnotes_of
from retrieval.ingest.parsers.pdf.layout.furniture import furniture_of
from retrieval.ingest.parsers.pdf.layout.hyphens import vocabulary_of
from retrieval.ingest.parsers.pdf.layout.markers import with_marker
from retrieval.ingest.parsers.pdf.layout.paragraphs import Marked, drafts_of, ended
from retrieval.ingest.parsers.pdf.layout.styles import Body, body_of, heading_levels
from retrieval.ingest.parsers.pdf.layout.tables import tables_of
from retrieval.ingest.parsers.pdf.page.boxes import Line, cells_of
from retrieval.ingest.parsers.pdf.page.columns import reading_order
from retrieval.ingest.parsers.pdf.page.reader import Bookmark, PdfFile
from retrieval.ingest.parsers.pdf.properties import properties_of
from retrieval.ingest.parsers.pdf.writer import Writer

_MAX_CHARACTERS = 30_000_000
_MAX_UNKNOWN = 0.3  # share of characters without a meaning


def parse_pdf(source: bytes, file: str) -> Parsed:
    """Read a PDF: blocks in reading order, each with the page it starts on.

    Raises:
        CorpusFileError: if it cannot be opened, needs a password, is too large or holds no text.
    """
    with closing(PdfFile(source, file)) as pdf:
        pages = list(_pages(pdf, file))
        properties = properties_of(pdf.info(), pdf.language())
        bookmarks = pdf.bookmarks()
        unreadable = pdf.unknown > _MAX_UNKNOWN * pdf.letters
    if unreadable or not any(pages):
        number = len(pages)
        problem = f"it has no text (a scan of {number:,} page{'s' if number > 1 else ''})"
        if unreadable:
            problem = "its text cannot be read (the fonts do not tell which letters they show)"
        remedy = "Run OCR on it, for example with ocrmypdf, and index the result."
        raise CorpusFileError(file, problem, remedy)
    builder = TextBuilder()
    _write(builder, pages, bookmarks)
    return Parsed(builder.text(), builder.blocks(), builder.annotations(), properties)


def _pages(pdf: PdfFile, file: str) -> Iterator[list[Line]]:
    """Lines of each page in reading order."""
    size = 0
    for number in range(1, pdf.pages + 1):
        rows = reading_order(cells_of(pdf.words(number)))
        lines = [Line(with_marker(row.cells), number) for row in rows]
        size += sum(len(line.text) for line in lines)
        if size > _MAX_CHARACTERS:
            problem = f"it has more than {_MAX_CHARACTERS:,} characters"
            raise CorpusFileError(file, problem, "Split it into parts.")
        yield lines


def _write(builder: TextBuilder, pages: Sequence[Sequence[Line]], bookmarks: Sequence[Bookmark]) -> None:
    lines = [line for page in pages for line in page]
    body = body_of(lines)
    writer = Writer(builder, vocabulary_of(line.text for line in lines))
    for draft in drafts_of(_marked(pages, body, bookmarks), body):
        writer.write(draft)


def _marked(pages: Sequence[Sequence[Line]], body: Body, bookmarks: Sequence[Bookmark]) -> list[Marked]:
    """Lines with their kinds."""
    furniture = furniture_of(pages, body)
    marked: list[Marked] = []
    unfinished = False
    for number, page in enumerate(pages):
        text = [at for at in range(len(page)) if (number, at) not in furniture]
        found = footnotes_of([page[at] for at in text], body, unfinished=unfinished)
        notes = {text[at]: first for at, first in found.items()}
        unfinished = bool(notes) and not ended(page[max(notes)].text)
        for at, line in enumerate(page):
            if (label := furniture.get((number, at))) is not None:
                marked.append(Marked(line, BlockKind.FURNITURE, label=label))
            elif at in notes:
                marked.append(Marked(line, BlockKind.FOOTNOTE, notes[at]))
            elif not body.style.mono and all(cell.style.mono for cell in line.cells):
                marked.append(Marked(line, BlockKind.CODE))
            else:
                marked.append(Marked(line))
    _mark_tables(marked)
    _mark_headings(marked, body, bookmarks)
    return marked


def _mark_headings(marked: list[Marked], body: Body, bookmarks: Sequence[Bookmark]) -> None:
    text = [at for at, each in enumerate(marked) if each.kind is BlockKind.TEXT]
    for at, level in heading_levels([marked[at].line for at in text], body, bookmarks).items():
        marked[text[at]] = Marked(marked[text[at]].line, BlockKind.HEADING, level)


def _mark_tables(marked: list[Marked]) -> None:
    text = [at for at, each in enumerate(marked) if each.kind is BlockKind.TEXT]
    for table in tables_of([marked[at].line for at in text]):
        for at in text[table.start : table.end]:
            marked[at] = Marked(marked[at].line, BlockKind.TABLE)
        marked[text[table.start]] = Marked(marked[text[table.start]].line, BlockKind.TABLE, rows=table.rows)
