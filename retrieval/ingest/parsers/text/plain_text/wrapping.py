"""Wrapped lines: the column at which the lines of a region end, and the paragraphs that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from retrieval.ingest.parsers.text.plain_text.rows import LIST_MARK, Chunk, Row

_LONGEST = 110  # columns at which anybody wraps; a longer line is a paragraph
_NARROWEST = 40
_PAIRS = 3  # lines with a next one, from which on they tell by themselves
_OUTLIERS = 10  # lines of which one may stick out

Pair = tuple[Row, Row]


def find_widths(chunks: list[Chunk]) -> None:
    """Set the width of each chunk: by its own lines, else by those of its neighbours.

    A region ends at a chunk of long lines. Where no chunk of a region has lines enough, all of them tell together.
    """
    region: list[Chunk] = []
    for chunk in chunks:
        if chunk.alone or sum(row.width > _LONGEST and " " in row.text for row in chunk.rows) * 3 >= len(chunk.rows):
            _find_widths(region)
            region = []
        else:
            region.append(chunk)
    _find_widths(region)


def _find_widths(region: list[Chunk]) -> None:
    undecided: list[tuple[int, Chunk, list[Pair]]] = []
    for at, chunk in enumerate(region):
        pairs = _pairs(chunk)
        if len(pairs) >= _PAIRS:
            chunk.width = _width(pairs)
        elif pairs:
            undecided.append((at, chunk, pairs))
    near = _nearest([chunk.width for chunk in region])
    together = 0
    if not any(chunk.width for chunk in region):
        together = _width([pair for _, _, pairs in undecided for pair in pairs])
    for at, chunk, pairs in undecided:
        if together:
            chunk.width = together
        else:
            chunk.width = next((width for width in near[at] if width and _all_full(pairs, width)), 0)


def _nearest(widths: list[int]) -> list[tuple[int, int]]:
    """For each chunk the widths of the nearest wrapped ones before and behind it."""
    before, behind = _carried(widths), _carried(widths[::-1])[::-1]
    return list(zip(before, behind, strict=True))


def _carried(widths: list[int]) -> list[int]:
    last = 0
    carried: list[int] = []
    for width in widths:
        last = width or last
        carried.append(last)
    return carried


def _pairs(chunk: Chunk) -> list[Pair]:
    return [
        (one, two) for one, two in pairwise(chunk.rows)
        if one.quotes == two.quotes and one.width <= _LONGEST and not LIST_MARK.match(two.text)
    ]  # fmt: skip


def _width(pairs: list[Pair]) -> int:
    """Column at which lines were wrapped, so that the next line's first word never fits on the line before; else 0."""
    lengths = sorted(one.width for one, _ in pairs if " " in one.text)
    if len(lengths) < _PAIRS:
        return 0
    for width in sorted({lengths[-1], lengths[-1 - len(lengths) // _OUTLIERS]}, reverse=True):
        if _NARROWEST <= width <= _LONGEST and (_is_filled(pairs, width) or _is_flowing(pairs, width)):
            return width
    return 0


def _is_filled(pairs: list[Pair], width: int) -> bool:
    """Tell whether nearly all lines are full, and half of them end within a sentence."""
    running = sum(_is_running(one) for one, _ in pairs)
    return sum(_is_full(pair, width - 4) for pair in pairs) >= 0.75 * len(pairs) and running >= 0.5 * len(pairs)


def _is_flowing(pairs: list[Pair], width: int) -> bool:
    """Tell whether lines are about full, or end a sentence early, and many go on with a small letter.

    In a proportional font lines of one width differ by some letters, and without blank lines paragraphs end anywhere.
    """
    full = [pair for pair in pairs if _is_full(pair, 0.8 * width)]
    ends = sum(one.text[-1] in ".!?:" for one, two in pairs if not _is_full((one, two), 0.8 * width))
    running = sum(_is_running(one) for one, _ in full)
    small = sum(two.text[0].islower() for _, two in full)
    many = len(full) >= max(2, 0.35 * len(pairs)) and len(full) + ends >= 0.75 * len(pairs)
    return many and running >= 0.5 * len(full) and small >= 0.5 * len(full)


def _is_running(row: Row) -> bool:
    return row.text[-1].isalnum() or row.text[-1] in ",-–—"


def _all_full(pairs: list[Pair], width: int) -> bool:
    """Tell whether each line is as long as a wrapped one of that width."""
    return all(_is_full(pair, 0.8 * width if pair[1].text[0].islower() else width - 4) for pair in pairs)


def _is_full(pair: Pair, width: float) -> bool:
    one, two = pair
    return one.width + 1 + len(two.text.split(None, 1)[0]) > width


def paragraphs(rows: list[Row], width: int) -> Iterator[list[Row]]:
    """Join rows up to one that ends well before the margin, or before one that is indented as a beginning is."""
    begins = _beginnings(rows) if width else None
    held: list[Row] = []
    for row in rows:
        if held and (not width or _breaks(held[-1], row, width) or row.indent == begins):
            yield held
            held = []
        held.append(row)
    if held:
        yield held


def continues(before: Row, row: Row, width: int) -> bool:
    """Tell whether a row of wrapped text goes on with the paragraph of the row before."""
    return width > 0 and not _breaks(before, row, width)


def _breaks(before: Row, row: Row, width: int) -> bool:
    room = width - before.width
    early = room > max(0.25 * width, len(row.text.split(None, 1)[0]) + 1)
    return before.quotes != row.quotes or early or before.width > _LONGEST or row.width > _LONGEST


def _beginnings(rows: list[Row]) -> int | None:
    """The indentation by which the first lines of paragraphs differ from the others, hanging or not."""
    first, *others = (row.indent for row in rows)
    if not others:
        return None
    most, times = Counter(others).most_common(1)[0]
    return first if first != most and 1 <= abs(first - most) <= 12 and times >= 0.5 * len(others) else None
