"""Parser for plain text: what a line is depends on the lines around it, never on those of another region."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.ingest.parsers.blocks import Block, BlockKind, Line, LineGroup, lines_of, number_blocks
from retrieval.ingest.parsers.text.plain_text.headings import mark_headings
from retrieval.ingest.parsers.text.plain_text.lists import Lists, find_lists, list_id_of
from retrieval.ingest.parsers.text.plain_text.mail import part_mails
from retrieval.ingest.parsers.text.plain_text.pages import furniture, page_numbers
from retrieval.ingest.parsers.text.plain_text.rows import Chunk, Row, row_of
from retrieval.ingest.parsers.text.plain_text.wrapping import continues, find_widths, paragraphs


def parse_plain_text(text: str, body_start: int = 0) -> tuple[Block, ...]:
    """Divide ``text[body_start:]``; every character that is not white space is in exactly one block.

    Paragraphs end at a blank line; where the lines of a region are not wrapped, each is a paragraph. Pages are those of
    form feeds, and what repeats at their edges is furniture.

    Example:
        >>> [block.kind.value for block in parse_plain_text("Leave\\n=====\\n\\nAsk early.")]
        ['heading', 'text']
    """
    lines = list(lines_of(text, body_start))
    pages = page_numbers(lines)
    chunks = mark_headings(list(part_mails(list(_chunks(lines, pages)))))
    find_widths([chunk for chunk in chunks if chunk.kind is BlockKind.TEXT])
    lists = find_lists(chunks)
    groups: list[LineGroup] = []
    marks: list[tuple[int | None, int]] = []
    for chunk in chunks:
        for group, rows in _groups(chunk, lists):
            groups.append(group)
            owner = lists.owners.get(rows[0].line.number) or lists.items.get(rows[0].line.number)
            marks.append((rows[0].page, list_id_of(owner) if owner and chunk.kind is BlockKind.TEXT else 0))
    blocks = number_blocks(iter(groups))
    return tuple(
        block._replace(page=page, list_id=list_id) for block, (page, list_id) in zip(blocks, marks, strict=True)
    )


def _chunks(lines: list[Line], pages: list[int] | None) -> Iterator[Chunk]:
    """Part the lines at blank ones, at pages, at running heads, and where quotation begins or ends."""
    left_out = furniture(lines, pages) if pages else set()
    held: list[Row] = []
    for at, line in enumerate(lines):
        row = None if line.blank else row_of(line, pages[at] if pages else None)
        apart = row is None or at in left_out or not row.text
        if held and (row is None or apart or row.quotes != held[-1].quotes or row.page != held[-1].page):
            yield Chunk(held)
            held = []
        if row is None:
            continue
        if apart:  # a mark of quotation alone is none of its text
            yield Chunk([row], BlockKind.FURNITURE if at in left_out else BlockKind.MARKUP)
        else:
            held.append(row)
    if held:
        yield Chunk(held)


def _groups(chunk: Chunk, lists: Lists) -> Iterator[tuple[LineGroup, list[Row]]]:
    """The blocks of a chunk."""
    if chunk.kind is not BlockKind.TEXT or chunk.alone:
        yield LineGroup(_lines(chunk.rows), chunk.kind, chunk.label, chunk.level), chunk.rows
        return
    for rows in _parted(chunk, lists):
        item = lists.items.get(rows[0].line.number)
        if item is not None:
            yield LineGroup(_lines(rows), BlockKind.ITEM, level=item.level), rows
        else:
            for paragraph in paragraphs(rows, chunk.width):
                yield LineGroup(_lines(paragraph)), paragraph


def _parted(chunk: Chunk, lists: Lists) -> Iterator[list[Row]]:
    """Part a chunk at its list items; an item goes on in lines that are indented, or wrapped."""
    held: list[Row] = []
    item = False
    for row in chunk.rows:
        begins = row.line.number in lists.items
        goes_on = held and not begins and (not item or _goes_on(held, row, chunk.width))
        if held and not goes_on:
            yield held
            held = []
        if not held:
            item = begins
        held.append(row)
    if held:
        yield held


def _goes_on(held: list[Row], row: Row, width: int) -> bool:
    return row.indent > held[0].indent or continues(held[-1], row, width)


def _lines(rows: list[Row]) -> list[Line]:
    return [row.line for row in rows]
