"""Elements of a quote as a reader sees them: prose, list items, code and tables, with their styled words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from retrieval.core.display.annotations import Annotation, AnnotationKind, Display, display
from retrieval.core.display.span import Span

INLINE = frozenset(
    {
        AnnotationKind.BOLD,
        AnnotationKind.ITALIC,
        AnnotationKind.CODE,
        AnnotationKind.STRIKE,
        AnnotationKind.LINK,
        AnnotationKind.HIGHLIGHT,
    }
)
_ITEMS = frozenset({AnnotationKind.BULLET, AnnotationKind.NUMBER, AnnotationKind.TASK, AnnotationKind.DONE})
_OPAQUE = frozenset({AnnotationKind.CODE_BLOCK, AnnotationKind.TABLE})
_BLOCKS = _ITEMS | _OPAQUE | {AnnotationKind.QUOTE}
_MOST_COLUMNS = 50  # of a table; more are shown as lines
_DEEPEST = 9


class ElementKind(StrEnum):
    """Kind of an element."""

    PROSE = "prose"
    ITEM = "item"
    CODE = "code"
    TABLE = "table"


class Words(NamedTuple):
    """Words as shown, and the inline styles of them; of one kind none overlap."""

    text: str
    styles: tuple[Annotation, ...] = ()


_NO_WORDS = Words("")


@dataclass(frozen=True, slots=True)
class Element:
    """A block of a quote.

    ``words`` are empty for a table, whose cells are in ``rows``, the first ``headers`` of which head it. ``bullet`` is
    the sign before an item's first line ("•", "☐", "☑"); empty where its number stands in the words, or where the
    item goes on after something nested in it. ``depth`` counts from 0. ``spaced``: a blank line stands above it.
    ``quoted``: it is part of a block quotation.
    """

    kind: ElementKind
    words: Words = _NO_WORDS
    rows: tuple[tuple[Words, ...], ...] = ()
    headers: int = 0
    bullet: str = ""
    depth: int = 0
    language: str = ""
    spaced: bool = False
    quoted: bool = False


_SIGNS = {AnnotationKind.BULLET: "•", AnnotationKind.TASK: "☐", AnnotationKind.DONE: "☑"}


class _Run(NamedTuple):
    """A stretch of the display that belongs to ``block``; ``opens`` if it is the block's first."""

    start: int
    end: int
    block: Annotation | None
    opens: bool
    quoted: bool


def elements(text: str, annotations: Sequence[Annotation] = (), highlights: Iterable[Span] = ()) -> tuple[Element, ...]:
    """The elements of a slice, in order.

    ``annotations`` are relative to ``text``, sorted by their start, as are ``highlights``. All words of the elements
    together, with the white space between them, are the display of ``text``.

    Example:
        >>> [each.bullet for each in elements("Leave", [Annotation(0, 5, AnnotationKind.BULLET, "0")])]
        ['•']
    """
    shown = display(text, annotations)
    marks = [Annotation(*span, AnnotationKind.HIGHLIGHT) for span in highlights]
    moved = [_moved(each, shown) for each in (*annotations, *marks) if each.kind in INLINE or each.kind in _BLOCKS]
    moved = sorted((each for each in moved if each.start < each.end), key=lambda each: (each.start, -each.end))
    styles = _Styles(_merged([each for each in moved if each.kind in INLINE]))
    runs = _runs(len(shown.text), [each for each in moved if each.kind in _BLOCKS])
    cells = _cells(text, [each for each in annotations if each.kind is AnnotationKind.CELL], shown)
    return tuple(_normalised(list(_elements(shown.text, runs, cells, styles))))


def _moved(each: Annotation, shown: Display) -> Annotation:
    start, end = shown.shown(each.start, each.end)
    return each._replace(start=start, end=end)


class _Cell(NamedTuple):
    """A cell as shown; ``opens``: its row begins with it. ``empty`` cells stand before it."""

    start: int
    end: int
    header: bool
    opens: bool
    empty: int


def _cells(text: str, cells: Iterable[Annotation], shown: Display) -> Iterator[_Cell]:
    """The cells that show something. An empty cell has no annotation, but a tab or a bar."""
    at = 0
    for cell in cells:
        start, end = shown.shown(cell.start, cell.end)
        if start == end or cell.start < at:
            continue
        between = text[at : cell.start]
        opens = "\n" in between or at == 0
        between = between.rpartition("\n")[2]
        bars = between.count("|")
        empty = between.count("\t") + (max(bars - 1, 0) if opens else bars - 1)
        yield _Cell(start, end, cell.value == "header", opens, max(empty, 0))
        at = cell.end


def _merged(styles: list[Annotation]) -> list[Annotation]:
    """Styles of one kind put together where they overlap or meet; a link ends where the next one begins."""
    done: dict[AnnotationKind, list[Annotation]] = {}
    for each in styles:
        same = done.setdefault(each.kind, [])
        if not same or same[-1].end < each.start or (same[-1].end == each.start and same[-1].value != each.value):
            same.append(each)
        elif same[-1].value == each.value:
            same[-1] = same[-1]._replace(end=max(same[-1].end, each.end))
        elif each.end > same[-1].end:
            same.append(each._replace(start=same[-1].end))
    return sorted((each for some in done.values() for each in some), key=lambda each: (each.start, -each.end))


class _Styles:
    """Inline styles, handed out range by range from the start."""

    def __init__(self, styles: list[Annotation]) -> None:
        self._left = list(reversed(styles))
        self._active: list[Annotation] = []

    def words(self, text: str, start: int, end: int) -> Words:
        """The words of ``text[start:end]``; ``start`` is not before the end of the range before."""
        while self._left and self._left[-1].start < end:
            self._active.append(self._left.pop())
        self._active = [each for each in self._active if each.end > start]
        clipped = (
            each._replace(start=max(each.start, start) - start, end=min(each.end, end) - start) for each in self._active
        )
        return Words(text[start:end], tuple(clipped))


def _runs(size: int, blocks: list[Annotation]) -> Iterator[_Run]:
    """Divide the display among the innermost blocks; code and tables hold no others."""
    open_blocks: list[tuple[Annotation, bool]] = []  # with what is inside a quotation
    seen: set[int] = set()
    at = 0
    for block in (*blocks, Annotation(size, size, AnnotationKind.QUOTE)):
        while at < block.start:
            while open_blocks and open_blocks[-1][0].end <= at:
                open_blocks.pop()
            owner, quoted = open_blocks[-1] if open_blocks else (None, False)
            stop = min(block.start, owner.end) if owner else block.start
            yield _Run(at, stop, owner, id(owner) not in seen, quoted)
            seen.add(id(owner))
            at = stop
        while open_blocks and open_blocks[-1][0].end <= at:
            open_blocks.pop()
        inside, quoted = open_blocks[-1] if open_blocks else (None, False)
        if inside is None or inside.kind not in _OPAQUE:
            open_blocks.append((block, quoted or block.kind is AnnotationKind.QUOTE))


def _elements(text: str, runs: Iterable[_Run], cells: Iterable[_Cell], styles: _Styles) -> Iterator[Element]:
    end_before = 0
    left = list(cells)[::-1]
    for run in runs:
        start, end = _trimmed(text, run)
        if start >= end:
            continue
        spaced = text.count("\n", end_before, start) > 1
        end_before = end
        kind = run.block.kind if run.block else AnnotationKind.QUOTE
        value = run.block.value if run.block else ""
        if kind is AnnotationKind.TABLE:
            rows, headers = _rows(text, Span(start, end), left, styles)
            if rows:
                yield Element(ElementKind.TABLE, rows=rows, headers=headers, spaced=spaced, quoted=run.quoted)
                continue
        words = styles.words(text, start, end)
        if kind in _OPAQUE:
            yield Element(ElementKind.CODE, words, language=value, spaced=spaced, quoted=run.quoted)
        elif kind in _ITEMS:
            depth = min(int(value), _DEEPEST) if value.isdecimal() and len(value) < 5 else 0
            bullet = _SIGNS.get(kind, "") if run.opens else ""
            yield Element(ElementKind.ITEM, words, bullet=bullet, depth=depth, spaced=spaced, quoted=run.quoted)
        else:
            yield Element(ElementKind.PROSE, words, spaced=spaced, quoted=run.quoted)


def _trimmed(text: str, run: _Run) -> Span:
    """The range of a run without white space at its edges; code keeps the indentation of its first line."""
    words = text[run.start : run.end]
    end = run.start + len(words.rstrip())
    start = run.end - len(words.lstrip())
    if run.block is not None and run.block.kind is AnnotationKind.CODE_BLOCK:
        start = max(run.start, text.rfind("\n", run.start, start) + 1)
    return Span(start, end)


def _rows(text: str, table: Span, left: list[_Cell], styles: _Styles) -> tuple[tuple[tuple[Words, ...], ...], int]:
    """The rows of a table, and how many of them are headers; no rows where the cells are not known.

    ``left`` are the cells that are left, the next one last.
    """
    rows: list[list[Words]] = []
    headers = 0
    while left and left[-1].start < table.end:
        cell = left.pop()
        if cell.start < table.start:
            continue
        if not rows or cell.opens:
            rows.append([])
            headers += cell.header and headers == len(rows) - 1
        rows[-1] += [_NO_WORDS] * min(cell.empty, _MOST_COLUMNS)
        rows[-1].append(styles.words(text, cell.start, cell.end))
        if len(rows[-1]) > _MOST_COLUMNS:
            return (), 0
    return tuple(map(tuple, rows)), headers


def _normalised(found: list[Element]) -> Iterator[Element]:
    """Lists that begin inside another one begin at the edge."""
    least = min((each.depth for each in found if each.kind is ElementKind.ITEM), default=0)
    for each in found:
        yield replace(each, depth=each.depth - least) if each.kind is ElementKind.ITEM else each
