"""Builder of the stored text for formats that are no text themselves: what the parser read, block after block."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.span import Span
from retrieval.ingest.parsers.blocks import Block, BlockKind


class Run(NamedTuple):
    """Words of one style; ``styles`` are pairs of a kind and its value, such as a link's target."""

    text: str
    styles: tuple[tuple[AnnotationKind, str], ...] = ()


#: A line break within a paragraph or a list item; elsewhere it is a blank.
BREAK = Run("\n")
#: Words of a paragraph, a heading or a cell.
Runs = Sequence[Run]


class TextBuilder:
    """Writes blocks one below the other, with their annotations.

    White space within runs is folded to single blanks, except in code and for ``BREAK``. An empty block is left out.

    Example:
        >>> builder = TextBuilder()
        >>> builder.heading(1, [Run("Leave")])
        >>> builder.item([Run("Ask "), Run("early", ((AnnotationKind.BOLD, ""),))], list_id=1)
        >>> builder.text()
        'Leave\\n\\nAsk early'
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0
        self._line = 1
        self._blocks: list[Block] = []
        self._annotations: list[Annotation] = []
        self._list_id = 0

    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far, numbered from 1."""
        return tuple(self._blocks)

    def annotations(self) -> tuple[Annotation, ...]:
        """The annotations so far, by their start; of two that start together the longer one first."""
        return tuple(sorted(self._annotations, key=lambda each: (each.start, -each.end)))

    def __len__(self) -> int:
        """Number of blocks so far."""
        return len(self._blocks)

    def quote_since(self, first: int) -> None:
        """Mark as one block quotation all blocks that were added after the first ``first`` ones."""
        if first < len(self._blocks):
            span = Span(self._blocks[first].start, self._blocks[-1].end)
            self._annotations.append(Annotation(*span, AnnotationKind.QUOTE))

    def heading(self, level: int, runs: Runs, *, page: int | None = None) -> None:
        """Add a heading; ``level`` counts from 1."""
        self._add(BlockKind.HEADING, runs, level=level, page=page)

    def paragraph(
        self, runs: Runs, *, kind: BlockKind = BlockKind.TEXT, list_id: int = 0, quote: bool = False,
        page: int | None = None,
    ) -> None:  # fmt: skip
        """Add a paragraph, or another block of running words by its ``kind``; ``quote`` marks a block quotation."""
        span = self._add(kind, runs, list_id=list_id, page=page, tight=list_id)
        if quote and span is not None:
            self._annotations.append(Annotation(*span, AnnotationKind.QUOTE))

    def item(
        self, runs: Runs, *, list_id: int, depth: int = 0, ordinal: str = "", kind: AnnotationKind | None = None,
        page: int | None = None,
    ) -> None:  # fmt: skip
        """Add a list item; its ``ordinal`` ("1.") stands in the text, a bullet does not. ``kind``: TASK or DONE."""
        words = [Run(f"{ordinal} "), *runs] if ordinal else runs
        span = self._add(BlockKind.ITEM, words, level=depth, list_id=list_id, page=page, tight=list_id)
        if span is not None:
            kind = kind or (AnnotationKind.NUMBER if ordinal else AnnotationKind.BULLET)
            self._annotations.append(Annotation(*span, kind, str(depth)))

    def code(self, text: str, *, language: str = "", list_id: int = 0, page: int | None = None) -> None:
        """Add a code block, its lines as they are."""
        lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        if not lines:
            return
        # An indented first line would lose its blanks, since a block has none at its edges.
        margin = min(len(line) - len(line.lstrip()) for line in lines if line)
        start = self._open(list_id)
        self._write("\n".join(line[margin:] for line in lines))
        block = Block(len(self._blocks) + 1, self._line, start, self._size, BlockKind.CODE, page=page, list_id=list_id)
        first = len(block_text := self._tail(start)) - len(block_text.lstrip())
        self._blocks.append(block._replace(start=start + first))
        self._annotations.append(Annotation(start + first, self._size, AnnotationKind.CODE_BLOCK, language))
        self._line += len(lines) - 1

    def table(
        self, rows: Sequence[Sequence[Runs]], *, header_rows: int = 1, list_id: int = 0, page: int | None = None
    ) -> None:
        """Add a table: a line a row, tabs between cells; rows without any words are left out."""
        kept = [number for number, row in enumerate(rows) if any(run.text.strip() for cell in row for run in cell)]
        if not kept:
            return
        header_rows = bisect_left(kept, header_rows)
        rows = [rows[number] for number in kept]
        start = self._open(list_id)
        spans: list[Span] = []
        for index, row in enumerate(rows):
            if index:
                self._write("\n")
            first = self._size
            for column, cell in enumerate(row):
                if column:
                    self._write("\t")
                begin = self._size
                self._write_runs(cell)
                if self._size > begin:
                    value = "header" if index < header_rows else ""
                    self._annotations.append(Annotation(begin, self._size, AnnotationKind.CELL, value))
            spans.append(Span(first, self._size))
        text = self._tail(start)
        end = start + len(text.rstrip())
        start += len(text) - len(text.lstrip())
        spans = [Span(max(span.start, start), min(span.end, end)) for span in spans]
        self._blocks.append(
            Block(len(self._blocks) + 1, self._line, start, end, BlockKind.TABLE, page=page, list_id=list_id,
                  rows=tuple(spans), header_rows=min(header_rows, len(rows) - 1))
        )  # fmt: skip
        self._annotations.append(Annotation(start, end, AnnotationKind.TABLE))
        self._line += len(rows) - 1

    def new_list(self) -> int:
        """A number for one more list, from 1."""
        self._list_id += 1
        return self._list_id

    def _add(
        self, kind: BlockKind, runs: Runs, *, level: int = 0, list_id: int = 0, page: int | None = None, tight: int = 0
    ) -> Span | None:
        if not any(run.text.strip() for run in runs):
            return None
        start = self._open(tight)
        self._write_runs(runs, breaks=kind is not BlockKind.HEADING)
        label = self._tail(start) if kind is BlockKind.HEADING else ""
        number = len(self._blocks) + 1
        self._blocks.append(
            Block(number, self._line, start, self._size, kind, label, level=level, page=page, list_id=list_id)
        )
        self._line += sum(run is BREAK for run in runs) and self._tail(start).count("\n")
        return Span(start, self._size)

    def _open(self, tight: int) -> int:
        """Leave a blank line before the next block, none between blocks of one list; its start."""
        if self._blocks:
            same_list = tight and self._blocks[-1].list_id == tight
            self._write("\n" if same_list else "\n\n")
            self._line += 1 if same_list else 2
        return self._size

    def _write_runs(self, runs: Runs, *, breaks: bool = False) -> None:
        """Write words with white space folded, none at the edges; ``breaks`` keeps line breaks."""
        first = self._size
        gap = False
        opened: dict[tuple[AnnotationKind, str], int] = {}  # styles of the run before: where each one began
        broken = False
        for run in runs:
            text, styles = run
            words = text.split()
            if not words:
                gap = gap or bool(text)
                broken = broken or (run is BREAK and breaks)
                continue
            end = self._size
            if (gap or text[0].isspace()) and self._size > first:
                self._write("\n" if broken else " ")
            broken = False
            self._annotate({style: begin for style, begin in opened.items() if style not in styles}, end)
            opened = {style: opened.get(style, self._size) for style in styles}
            self._write(" ".join(words))
            gap = text[-1].isspace()
        self._annotate(opened, self._size)

    def _annotate(self, styles: dict[tuple[AnnotationKind, str], int], end: int) -> None:
        self._annotations += [Annotation(begin, end, kind, value) for (kind, value), begin in styles.items()]

    def _tail(self, start: int) -> str:
        """The text from ``start``, without joining all that stands before it."""
        size, first = self._size, len(self._parts)
        while size > start:
            first -= 1
            size -= len(self._parts[first])
        return "".join(self._parts[first:])[start - size :]

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)
