"""Tables of Markdown."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.span import Span
from retrieval.ingest.parsers.blocks import Block, BlockKind, Line
from retrieval.ingest.parsers.markup.markdown.content import (
    Content,
    Leaf,
    marks,
)
from retrieval.ingest.parsers.markup.markdown.inline.reader import read_inline
from retrieval.ingest.parsers.markup.markdown.inline.state import Shown


def read_table(block: Block, lines: list[Line], starts: list[int], env: dict[str, Any]) -> Leaf:
    """A table; its delimiter row and its pipes are hidden."""
    shown: list[Shown] = []
    annotations = [Annotation(block.start, block.end, AnnotationKind.TABLE)]
    rows: list[Span] = []
    for index, (line, start) in enumerate(zip(lines, starts, strict=True)):
        if index == 1:
            continue
        text = line.text[start - line.start :].rstrip()
        rows.append(Span(max(start, block.start), start + len(text)))
        _row(text, start, "header" if index == 0 else "", shown, annotations, env)
        end = line.start + len(line.text)
        if end < block.end:
            shown.append(Shown(end, end + 1))
    block = block._replace(kind=BlockKind.TABLE, rows=tuple(rows), header_rows=1)
    return Leaf(block, [*marks(block, shown), *annotations])


def _row(
    text: str, offset: int, value: str, shown: list[Shown], annotations: list[Annotation], env: dict[str, Any]
) -> None:
    pipes = [at for at, char in enumerate(text) if char == "|" and not (at > 0 and text[at - 1] == "\\")]
    edges = [-1, *pipes, len(text)]
    inner = pipes[0 if text[:1] != "|" else 1 : -1 if pipes and pipes[-1] == len(text) - 1 else None]
    parting = set(inner)
    for before, after in pairwise(edges):
        raw = text[before + 1 : after]
        start = before + 1 + len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        if start < end:
            content = Content.of_cell(text[start:end], offset + start)
            inline = read_inline(content.text, env)
            placed = content.placed(inline.shown)
            shown.extend(placed)
            if placed:
                annotations.append(Annotation(offset + start, offset + end, AnnotationKind.CELL, value))
            annotations.extend(
                Annotation(content.place(each.start), content.place(each.end - 1) + 1, each.kind, each.value)
                for each in inline.styles
            )
        if after in parting:
            blank = next((at for at in (after - 1, after + 1) if text[at : at + 1].isspace()), after)
            shown.append(Shown(offset + blank, offset + blank + 1))
