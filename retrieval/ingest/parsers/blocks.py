"""Blocks: the paragraphs of a document's body as a reader counts them, and the lines they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from retrieval.core.display.span import Span


class BlockKind(StrEnum):
    """Kind of a block by its markup; in plain text every block is text."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "list item"
    CODE = "code"
    TABLE = "table"
    QUESTION = "question"
    TERM = "term"
    DEFINITION = "definition"
    FOOTNOTE = "footnote"
    MARKUP = "markup"
    FURNITURE = "running head or page number"


class Block(NamedTuple):
    """Paragraph ``number`` (from 1) of a body: ``text[start:end]`` without white space at its edges.

    ``line`` counts from 1 in the file. ``label`` is a heading's text without its marks, ``level`` its depth (1 to 6) or
    that of a list item's nesting (from 0). ``page`` counts from 1, where the format has pages. Of a list item the block
    is the item alone, without the lists nested in it; its further paragraphs and code are blocks of their own kind.
    Blocks of the same ``list_id`` (not 0) make one list, those of nested lists and an item's further blocks included.
    ``rows`` are the spans of a table's rows, ``header_rows`` of which head it.
    """

    number: int
    line: int
    start: int
    end: int
    kind: BlockKind = BlockKind.TEXT
    label: str = ""
    level: int = 0
    page: int | None = None
    list_id: int = 0
    rows: tuple[Span, ...] = ()
    header_rows: int = 0


class Line(NamedTuple):
    """A line of a text without its line break; ``number`` counts from 1 in the file."""

    number: int
    start: int
    text: str

    @property
    def blank(self) -> bool:
        """True if the line holds nothing but white space."""
        return not self.text or self.text.isspace()


class LineGroup(NamedTuple):
    """Lines that make one block; the first and the last are not blank."""

    lines: list[Line]
    kind: BlockKind = BlockKind.TEXT
    label: str = ""
    level: int = 0


def lines_of(text: str, start: int) -> Iterator[Line]:
    """Split ``text[start:]`` at its line breaks (LF)."""
    first = 1 + text.count("\n", 0, start)
    for number, line in enumerate(text[start:].split("\n"), start=first):
        yield Line(number, start, line)
        start += len(line) + 1


def number_blocks(groups: Iterator[LineGroup]) -> tuple[Block, ...]:
    """Turn groups of lines, in order, into blocks numbered from 1."""
    return tuple(_block(number, group) for number, group in enumerate(groups, start=1))


def _block(number: int, group: LineGroup) -> Block:
    first, last = group.lines[0], group.lines[-1]
    start = first.start + len(first.text) - len(first.text.lstrip())
    end = last.start + len(last.text.rstrip())
    return Block(number, first.number, start, end, group.kind, group.label, group.level)
