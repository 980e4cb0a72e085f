"""Display of a slice: the text as a reader of the rendered document sees it, with a map back to the slice.

Annotations are kept apart from the text (standoff): hidden rendering marks, and the styles and structures of what they
stood for. Every character of a display is a character of the slice, except where a character reference is replaced.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from retrieval.core.display.span import Span


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
    HIGHLIGHT = "highlight"  # words that answer a question: made for a quote, never stored with an article


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
        """The range of the display that shows ``slice[start:end]``; empty where none of it is shown.

        What is replaced is shown as a whole, also where a part of it is asked for.
        """
        first = self._shown(start, whole=0)
        return Span(first, max(first, self._shown(end, whole=1)))

    def source(self, start: int, end: int) -> Span:
        """The range of the slice that ``display[start:end]`` shows."""
        if start >= end:
            at, _ = self._source(start)
            return Span(at, at)
        return Span(self._source(start)[0], self._source(end - 1)[1])

    def _shown(self, at: int, *, whole: int) -> int:
        index = bisect_right(self.pieces, at, key=lambda piece: piece.start) - 1
        if index < 0:
            return 0
        start, length, shown, size = self.pieces[index]
        if size != length and start < at < start + length:
            return shown + size * whole
        return shown + (at - start if at < start + length else size)

    def _source(self, at: int) -> Span:
        index = bisect_right(self.pieces, at, key=lambda piece: piece.shown) - 1
        if index < 0:
            return Span(0, 0)
        start, length, shown, size = self.pieces[index]
        if size != length or at >= shown + size:
            return Span(start, start + length)
        return Span(start + at - shown, start + at - shown + 1)


class AnnotationIndex:
    """Annotations of a whole text, to be asked for those of many ranges.

    ``annotations`` are sorted by their start. A range costs what it holds: annotations of one kind hardly nest, so
    looking back from its end is over at the first that ends before its start.
    """

    def __init__(self, annotations: Iterable[Annotation]) -> None:
        by_kind: dict[AnnotationKind, list[tuple[int, Annotation]]] = {}
        for number, each in enumerate(annotations):
            by_kind.setdefault(each.kind, []).append((number, each))
        self._kinds = [
            ([each.start for _, each in some], list(accumulate((each.end for _, each in some), max)), some)
            for some in by_kind.values()
        ]

    def within(self, start: int, end: int) -> tuple[Annotation, ...]:
        """The annotations that touch ``start:end``, clipped to it and relative to ``start``, in their order."""
        found: list[tuple[int, Annotation]] = []
        for starts, furthest, some in self._kinds:
            at = bisect_left(starts, end)
            while at > 0 and furthest[at - 1] > start:
                at -= 1
                if some[at][1].end > start:
                    found.append(some[at])
        return tuple(_clipped(each, start, end) for _, each in sorted(found))


def _clipped(each: Annotation, start: int, end: int) -> Annotation:
    return each._replace(start=max(each.start, start) - start, end=min(each.end, end) - start)


def within(annotations: Sequence[Annotation], start: int, end: int) -> tuple[Annotation, ...]:
    """The annotations that touch ``start:end``, clipped to it and relative to ``start``.

    ``annotations`` are sorted by their start. For many ranges of one text use an AnnotationIndex.
    """
    last = bisect_left(annotations, end, key=lambda each: each.start)
    return tuple(_clipped(each, start, end) for each in annotations[:last] if each.end > start)


def display(text: str, annotations: Iterable[Annotation] = ()) -> Display:
    """Show ``text`` without its hidden marks. ``annotations`` are relative to ``text``, sorted by their start.

    A line of nothing but hidden marks goes with its line break, and with the blank line after it where one stands
    before it. In a text with marks the white space at both ends of a line means nothing and goes, outside of code. So
    does white space at both ends of the whole. All else stays as it is.

    Example:
        >>> marks = [Annotation(4, 5, AnnotationKind.HIDDEN), Annotation(8, 9, AnnotationKind.HIDDEN)]
        >>> display("the *new* rule", marks).text
        'the new rule'
    """
    unshown: list[Annotation] = []
    code: list[Annotation] = []
    for each in annotations:
        if each.kind in _UNSHOWN:
            unshown.append(each)
        elif each.kind is AnnotationKind.CODE_BLOCK:
            code.append(each)
    if not unshown:
        return _assembled(text, _trimmed(text, _lines(text, [_Part(0, len(text))]), code))
    lines = (_stripped(text, line, code) for line in _shown_lines(text, _kept(text, unshown)))
    return _assembled(text, _trimmed(text, lines, code))


class _Part(NamedTuple):
    """A part of the slice that is shown, as ``value`` where that is given."""

    start: int
    end: int
    value: str | None = None

    def blank(self, text: str) -> bool:
        return not (text[self.start : self.end] if self.value is None else self.value).strip()

    def breaks(self, text: str) -> bool:
        return self.value is None and text[self.start : self.end] == "\n"


def _kept(text: str, unshown: Iterable[Annotation]) -> Iterator[_Part]:
    at = 0
    for start, end, kind, value in unshown:
        if end <= at:
            continue
        if start > at:
            yield _Part(at, start)
        if kind is AnnotationKind.REPLACED and start >= at:
            yield _Part(start, end, value)
        at = end
    if at < len(text):
        yield _Part(at, len(text))


def _lines(text: str, parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """The parts of each line, the last of which holds its line break alone, if it has one."""
    line: list[_Part] = []
    for start, end, value in parts:
        if value is not None:
            line.append(_Part(start, end, value))
            continue
        rest = start
        while (at := text.find("\n", rest, end)) >= 0:
            if at > rest:
                line.append(_Part(rest, at))
            line.append(_Part(at, at + 1))
            yield line
            line, rest = [], at + 1
        if end > rest:
            line.append(_Part(rest, end))
    if line:
        yield line


def _shown_lines(text: str, parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Leave out the lines of nothing but marks, and a blank line where that makes two of them meet."""
    source = 0  # where the line begins in the slice
    after_blank = True  # the line shown before is blank
    left_out = False  # a line was left out since
    for line in _lines(text, parts):
        end = line[-1].end
        blank = all(part.blank(text) for part in line)
        marks = blank and bool(text[source:end].strip())
        source = end
        if marks or (blank and after_blank and left_out):
            left_out = True
            continue
        after_blank, left_out = blank, False
        yield line


def _trimmed(text: str, found: Iterable[list[_Part]], code: Sequence[Annotation]) -> Iterator[_Part]:
    """The parts of all lines without blank lines and white space at both ends of the whole."""
    lines = list(found)
    first, last = 0, len(lines)
    while first < last and all(part.blank(text) for part in lines[first]):
        first += 1
    while last > first and all(part.blank(text) for part in lines[last - 1]):
        last -= 1
    for number in range(first, last):
        line = lines[number]
        if number == last - 1 and line[-1].breaks(text):
            del line[-1]
        yield from _stripped(text, line, code, left=number == first, right=number == last - 1)


def _stripped(
    text: str, line: list[_Part], code: Sequence[Annotation], *, left: bool = True, right: bool = True
) -> list[_Part]:
    """A line without white space at its ends, its line break apart, as far as that is no code."""
    if not left and not right:
        return line
    end = line.pop() if line and line[-1].breaks(text) else None
    while left and line and line[0].blank(text) and not _in_code(line[0].start, code):
        del line[0]
    while right and line and line[-1].blank(text) and not _in_code(line[-1].end, code):
        line.pop()
    if left and line and line[0].value is None and not _in_code(line[0].start, code):
        line[0] = line[0]._replace(start=line[0].end - len(text[line[0].start : line[0].end].lstrip()))
    if right and line and line[-1].value is None and not _in_code(line[-1].end, code):
        line[-1] = line[-1]._replace(end=line[-1].start + len(text[line[-1].start : line[-1].end].rstrip()))
    return line if end is None else [*line, end]


def _in_code(at: int, code: Sequence[Annotation]) -> bool:
    index = bisect_right(code, at, key=lambda each: each.start) - 1
    return index >= 0 and at <= code[index].end


def _assembled(text: str, parts: Iterable[_Part]) -> Display:
    """Join parts; those that meet are one piece."""
    shown: list[str] = []
    pieces: list[Piece] = []
    size = 0
    for start, end, value in parts:
        words = text[start:end] if value is None else value
        if pieces and value is None and pieces[-1].start + pieces[-1].size == start == _end(pieces[-1]):
            pieces[-1] = pieces[-1]._replace(length=end - pieces[-1].start, size=end - pieces[-1].start)
        else:
            pieces.append(Piece(start, end - start, size, len(words)))
        shown.append(words)
        size += len(words)
    return Display("".join(shown), tuple(pieces))


def _end(piece: Piece) -> int:
    return piece.start + piece.length


def shown_line(text: str, span: Span, annotations: Sequence[Annotation]) -> str:
    """``text[start:end]`` without rendering marks, on one line if it has any; ``annotations`` are of the whole text."""
    start, end = span
    marks = within(annotations, start, end) if annotations else ()
    if not any(mark.kind in _UNSHOWN for mark in marks):
        return text[start:end]
    return " ".join(display(text[start:end], marks).text.split())
