"""Display of a slice: the text as a reader of the rendered document sees it, with a map back to the slice.

Annotations are kept apart from the text (standoff): hidden rendering marks, and the styles and structures of what they
stood for. Every character of a display is a character of the slice, except where a character reference is replaced.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from retrieval.core.span import Span

_LINE_BREAK = re.compile("\n")


class AnnotationKind(StrEnum):
    """Kind of an annotation. ``value`` holds what is given in brackets."""

    HIDDEN = "hidden"  # a rendering mark: emphasis, fence, link target, bullet
    REPLACED = "replaced"  # a character reference (the character that it stands for)
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    STRIKE = "strike"
    LINK = "link"  # (its target)
    CODE_BLOCK = "code block"  # the lines of code alone, without fences (the language, or nothing)
    BULLET = "bullet"  # a list item whose bullet is hidden or not in the text (its depth, from 0)
    NUMBER = "number"  # a list item whose number stands in the text (its depth, from 0)
    TASK = "task"  # a list item with an empty box, hidden (its depth)
    DONE = "done"  # a list item with a ticked box, hidden (its depth)
    TABLE = "table"  # all rows of a table, a line each
    CELL = "cell"  # one cell ("header" in a header row)
    QUOTE = "quote"  # a block quotation


_UNSHOWN = frozenset({AnnotationKind.HIDDEN, AnnotationKind.REPLACED})


class Annotation(NamedTuple):
    """An annotation of ``text[start:end]``."""

    start: int
    end: int
    kind: AnnotationKind
    value: str = ""

    def moved(self, by: int) -> Annotation:
        """The same annotation, ``by`` characters further on."""
        return self._replace(start=self.start + by, end=self.end + by)


class Piece(NamedTuple):
    """``length`` characters of the slice from ``start``, shown from ``shown``; ``size`` differs where replaced."""

    start: int
    length: int
    shown: int
    size: int


@dataclass(frozen=True, slots=True)
class Display:
    """What is shown of a slice, and the pieces of the slice that it is made of, in order."""

    text: str
    pieces: tuple[Piece, ...]

    def shown(self, start: int, end: int) -> Span:
        """The range of the display that shows ``slice[start:end]``; empty where none of it is shown."""
        return Span(self._shown(start), max(self._shown(start), self._shown(end)))

    def source(self, start: int, end: int) -> Span:
        """The range of the slice that ``display[start:end]`` shows."""
        if start >= end:
            at = self._source(start)
            return Span(at, at)
        return Span(self._source(start), self._source(end - 1) + 1)

    def _shown(self, at: int) -> int:
        index = bisect_right(self.pieces, at, key=lambda piece: piece.start) - 1
        if index < 0:
            return 0
        piece = self.pieces[index]
        return piece.shown + min(at - piece.start, piece.size)

    def _source(self, at: int) -> int:
        index = bisect_right(self.pieces, at, key=lambda piece: piece.shown) - 1
        if index < 0:
            return 0
        piece = self.pieces[index]
        return piece.start + min(at - piece.shown, max(piece.length - 1, 0))


def within(annotations: Sequence[Annotation], start: int, end: int) -> tuple[Annotation, ...]:
    """The annotations that touch ``start:end``, clipped to it and relative to ``start``.

    ``annotations`` are sorted by their start.
    """
    last = bisect_left(annotations, end, key=lambda each: each.start)
    return tuple(
        each._replace(start=max(each.start, start) - start, end=min(each.end, end) - start)
        for each in annotations[:last]
        if each.end > start
    )


def display(text: str, annotations: Iterable[Annotation] = ()) -> Display:
    """Show ``text`` without its hidden marks. ``annotations`` are relative to ``text``, sorted by their start.

    A line of nothing but hidden marks goes with its line break; so do white space at both ends and blank lines in a
    row.

    Example:
        >>> marks = [Annotation(4, 5, AnnotationKind.HIDDEN), Annotation(8, 9, AnnotationKind.HIDDEN)]
        >>> display("the *new* rule", marks).text
        'the new rule'
    """
    kept: list[tuple[int, int, str | None]] = []  # start, end, what is shown instead
    at = 0
    for start, end, kind, value in annotations:
        if kind not in _UNSHOWN or end <= at:
            continue
        if start > at:
            kept.append((at, start, None))
        if kind is AnnotationKind.REPLACED:
            kept.append((max(start, at), end, value))
        at = end
    if not kept and at == 0:
        return _assembled(text, _trimmed(text, [(0, len(text), None)]))
    if at < len(text):
        kept.append((at, len(text), None))
    return _assembled(text, _trimmed(text, list(_without_empty_lines(text, kept))))


def _without_empty_lines(
    text: str, kept: Iterable[tuple[int, int, str | None]]
) -> Iterator[tuple[int, int, str | None]]:
    """Leave out the line breaks of lines that show nothing, except of one blank line in a row."""
    empty, blank = True, False  # this line shows nothing yet; a blank line was shown just before
    for start, end, value in kept:
        if value is not None:
            empty = blank = False
            yield start, end, value
            continue
        run = start
        for found in _LINE_BREAK.finditer(text, start, end):
            at = found.start()
            if text[run:at].strip():
                empty = False
            if empty:
                whole = not text[text.rfind("\n", 0, at) + 1 : at].strip()  # blank in the source as well
                if blank or not whole:
                    if at > run and text[run:at].strip():
                        yield run, at, None
                    run = at + 1
                blank = blank or whole
            else:
                blank = False
            empty = True
        if run < end:
            if text[run:end].strip():
                empty = blank = False
            yield run, end, None


def _trimmed(text: str, kept: list[tuple[int, int, str | None]]) -> list[tuple[int, int, str | None]]:
    """Leave out white space at both ends."""
    first, last = 0, len(kept)
    while first < last:
        start, end, value = kept[first]
        if value is not None:
            break
        lead = len(text[start:end]) - len(text[start:end].lstrip())
        if start + lead < end:
            kept[first] = (start + lead, end, None)
            break
        first += 1
    while last > first:
        start, end, value = kept[last - 1]
        if value is not None:
            break
        size = len(text[start:end].rstrip())
        if size:
            kept[last - 1] = (start, start + size, None)
            break
        last -= 1
    return kept[first:last]


def _assembled(text: str, kept: Iterable[tuple[int, int, str | None]]) -> Display:
    shown: list[str] = []
    pieces: list[Piece] = []
    size = 0
    for start, end, value in kept:
        part = text[start:end] if value is None else value
        shown.append(part)
        pieces.append(Piece(start, end - start, size, len(part)))
        size += len(part)
    return Display("".join(shown), tuple(pieces))
