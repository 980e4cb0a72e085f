"""Reading of what a parser wrote: its blocks with their text, and what must hold for any of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.ingest.parsers.blocks import Block, BlockKind


def pairs(text: str, blocks: Iterable[Block]) -> list[tuple[BlockKind, str]]:
    """Kind and text of each block."""
    return [(block.kind, text[block.start : block.end]) for block in blocks]


def styled(text: str, annotations: Iterable[Annotation]) -> list[tuple[AnnotationKind, str, str]]:
    """Kind, value and text of each annotation, without those of items and cells that only say where they are."""
    return [(each.kind, each.value, text[each.start : each.end]) for each in annotations]


def assert_divided(text: str, blocks: Sequence[Block], annotations: Sequence[Annotation]) -> None:
    """Assert what ``Parsed`` promises of its blocks and annotations."""
    at = 0
    for number, block in enumerate(blocks, start=1):
        assert block.number == number
        assert not text[at : block.start].strip()
        assert text[block.start : block.end] == text[block.start : block.end].strip() != ""
        assert block.line == 1 + text.count("\n", 0, block.start)
        assert all(block.start <= row.start <= row.end <= block.end for row in block.rows)
        at = block.end
    assert not text[at:].strip()
    assert list(annotations) == sorted(annotations, key=lambda each: (each.start, -each.end))
    assert all(0 <= each.start < each.end <= len(text) for each in annotations)
