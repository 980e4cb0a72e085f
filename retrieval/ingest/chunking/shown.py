"""Shown text of ranges of an article while it is chunked: rendering marks left out, found by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from retrieval.core.display import Annotation, AnnotationKind, display
from retrieval.core.display.span import Span

_UNSHOWN = frozenset({AnnotationKind.HIDDEN, AnnotationKind.REPLACED})


class ShownText:
    """Shows ranges of a text, in time that grows with the range alone."""

    def __init__(self, text: str, annotations: Sequence[Annotation]) -> None:
        self._text = text
        self._marks = [each for each in annotations if each.kind in _UNSHOWN]
        self._starts = [each.start for each in self._marks]
        self._ends = [each.end for each in self._marks]
        self._is_hidden = [each.kind is AnnotationKind.HIDDEN for each in self._marks]

    def of(self, start: int, end: int) -> str:
        """``text[start:end]`` without marks."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if first >= last:
            return self._text[start:end].strip()
        if self._text.find("\n", start, end) < 0 and all(self._is_hidden[first:last]):
            return self._on_one_line(start, end, self._marks[first:last])
        marks = [
            each._replace(start=max(each.start, start) - start, end=min(each.end, end) - start)
            for each in self._marks[first:last]
        ]
        return display(self._text[start:end], marks).text

    def _on_one_line(self, start: int, end: int, hidden: Sequence[Annotation]) -> str:
        """What ``display`` shows of a part of one line; most of what is short is one, such as headings."""
        kept = []
        for mark in hidden:
            if mark.start > start:
                kept.append(self._text[start : mark.start])
            start = max(start, mark.end)
        if start < end:
            kept.append(self._text[start:end])
        return "".join(kept).strip()

    def line(self, start: int, end: int) -> str:
        """``text[start:end]`` without marks, on one line."""
        return " ".join(self.of(start, end).split())

    def size(self, span: Span) -> int:
        """Number of characters shown of a range."""
        return len(self.of(*span))


class AnnotationSweep:
    """Hands out the annotations that touch each of a series of ranges; the ranges come in order and are disjoint."""

    def __init__(self, annotations: Sequence[Annotation]) -> None:
        self._annotations = annotations
        self._next = 0
        self._open: list[Annotation] = []

    def touching(self, start: int, end: int) -> tuple[Annotation, ...]:
        """Annotations that touch ``start:end``, clipped to it."""
        while self._next < len(self._annotations) and self._annotations[self._next].start < end:
            self._open.append(self._annotations[self._next])
            self._next += 1
        self._open = [each for each in self._open if each.end > start]
        return tuple(each._replace(start=max(each.start, start), end=min(each.end, end)) for each in self._open)
