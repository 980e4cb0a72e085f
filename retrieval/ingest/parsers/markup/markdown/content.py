"""Content of a leaf: its words without the marks of its containers, with the way back to the file's offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.ingest.parsers.blocks import Block, BlockKind, Line
from retrieval.ingest.parsers.markup.markdown.inline.state import Shown, Styled

_ESCAPED_PIPE = re.compile(r"\\(?=\|)")


class Content(NamedTuple):
    """Text made of pieces of the file: ``text[begins[i]:begins[i + 1]]`` stands in the file from ``starts[i]``."""

    text: str
    begins: list[int]
    starts: list[int]

    @classmethod
    def of_lines(cls, lines: Sequence[Line], starts: Sequence[int]) -> Content:
        """The lines, each from its own start."""
        if len(lines) == 1:
            line = lines[0]
            return cls(line.text[starts[0] - line.start :].rstrip(), [0], [starts[0]])
        parts: list[str] = []
        begins: list[int] = []
        size = 0
        for line, start in zip(lines, starts, strict=False):
            begins.append(size)
            parts.append(line.text[start - line.start :])
            size += len(parts[-1]) + 1
        return cls("\n".join(parts).rstrip(), begins, list(starts))

    @classmethod
    def of_range(cls, text: str, offset: int, start: int, end: int) -> Content:
        """``text[start:end]`` of a text that stands at ``offset``."""
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        return cls(words.strip(), [0], [offset + start])

    @classmethod
    def of_cell(cls, text: str, offset: int) -> Content:
        """A table's cell, in which a backslash makes a pipe a character."""
        if "\\|" not in text:
            return cls(text, [0], [offset])
        parts: list[str] = []
        begins: list[int] = []
        starts: list[int] = []
        size = at = 0
        for found in [*_ESCAPED_PIPE.finditer(text), None]:
            end = len(text) if found is None else found.start()
            if end > at:
                parts.append(text[at:end])
                begins.append(size)
                starts.append(offset + at)
                size += end - at
            at = end + 1
        return cls("".join(parts), begins, starts)

    def place(self, at: int) -> int:
        """The file's offset of ``text[at]``."""
        index = bisect_right(self.begins, at) - 1
        return self.starts[index] + at - self.begins[index]

    def placed(self, shown: Sequence[Shown]) -> list[Shown]:
        """The same ranges in the file, parted where the pieces are."""
        result: list[Shown] = []
        begins, starts = self.begins, self.starts
        if len(begins) == 1:
            by = starts[0]
            return [Shown(start + by, end + by, value) for start, end, value in shown]
        for start, end, value in shown:
            if value is not None:
                result.append(Shown(self.place(start), self.place(end - 1) + 1, value))
                continue
            index, at = bisect_right(begins, start) - 1, start
            while at < end:
                stop = min(end, begins[index + 1]) if index + 1 < len(begins) else end
                by = starts[index] - begins[index]
                result.append(Shown(at + by, stop + by))
                at = stop
                index += 1
        return result


def shown_text(content: str, shown: Sequence[Shown]) -> str:
    """What is shown of a content."""
    return "".join(content[start:end] if value is None else value for start, end, value in shown)


def marks(block: Block, shown: Sequence[Shown]) -> list[Annotation]:
    """Annotations of what is not shown of a block, or as another text; ``shown`` is sorted."""
    result: list[Annotation] = []
    at = block.start
    for each in shown:
        start, end = max(each.start, block.start), min(each.end, block.end)
        if start >= end:
            continue
        if start > at:
            result.append(Annotation(at, start, AnnotationKind.HIDDEN))
        if each.value is not None:
            result.append(Annotation(start, end, AnnotationKind.REPLACED, each.value))
        at = end
    if at < block.end:
        result.append(Annotation(at, block.end, AnnotationKind.HIDDEN))
    return result


def place_styles(block: Block, content: Content, styles: Sequence[Styled]) -> list[Annotation]:
    """The styles of a content, in the file."""
    placed = [
        Annotation(content.place(start), content.place(end - 1) + 1, kind, value) for start, end, kind, value in styles
    ]
    return [each for each in placed if block.start <= each.start < each.end <= block.end]


_WORD = re.compile(r"[^\W_]")


class Leaf(NamedTuple):
    """A block, and the annotations within it."""

    block: Block
    annotations: list[Annotation]


def markup_leaf(block: Block) -> Leaf:
    """A block that shows nothing."""
    hidden = Annotation(block.start, block.end, AnnotationKind.HIDDEN)
    return Leaf(block._replace(kind=BlockKind.MARKUP, level=0), [hidden])


def has_words(text: str) -> bool:
    """Tell whether a text holds a letter or a digit."""
    return _WORD.search(text) is not None
