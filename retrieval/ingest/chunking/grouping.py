"""Grouping of body blocks that belong together: a list with its lead-in, a question with its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from retrieval.core.display.span import Span
from retrieval.core.types import Reason
from retrieval.ingest.cleaning.cleaner import ClassifiedBlock
from retrieval.ingest.parsers.blocks import Block, BlockKind
from retrieval.text.quotations import LOOKAHEAD_PARAGRAPHS, is_open_at_end, paragraphs_sharing_quotation

#: Shown characters below which a paragraph says too little alone.
SHORT = 40
_INTRODUCED = frozenset({BlockKind.ITEM, BlockKind.CODE, BlockKind.TABLE})
_MAX_INTRODUCTION = 300  # characters; a longer paragraph says enough alone, unless it ends with a colon
_MAX_CHAIN = 3  # paragraphs that lead in one another
_ENDS_OPEN = (":", "：", ":**", ":*", ":__")


class Group(NamedTuple):
    """Blocks that stay together where they fit; ``follows`` says that body text stands directly above them.

    ``introduction`` is the first block, where it leads in the others.
    """

    blocks: tuple[ClassifiedBlock, ...]
    follows: bool
    introduction: Block | None = None

    @property
    def span(self) -> Span:
        return Span(self.blocks[0].block.start, self.blocks[-1].block.end)


def group_blocks(
    text: str, blocks: Sequence[ClassifiedBlock], size: Callable[[Span], int], joined: int = 0
) -> Iterator[Group]:
    """Group the body blocks, in order; each is in one group.

    ``size`` counts the shown characters of a range. What stands under the same headings is joined up to ``joined``
    shown characters; then markup without words divides nothing: a group may reach across it.
    """
    crossed = {None, Reason.MARKUP} if joined else {None}
    at = 0
    while at < len(blocks):
        if blocks[at].reason is not None:
            at += 1
            continue
        stop = at
        while stop < len(blocks) and blocks[stop].reason in crossed:
            stop += 1
        run = [each for each in blocks[at:stop] if each.reason is None]
        for index, unit in enumerate(_without_short(list(_units(text, run, chained=joined > 0)), size, joined)):
            yield unit._replace(follows=index > 0)
        at = stop


def _without_short(units: Sequence[Group], size: Callable[[Span], int], most: int) -> list[Group]:
    """Join what says too little alone with what follows it under the same headings, else with what stands before.

    Units that together have at most ``most`` shown characters are joined as well.
    """
    joined: list[list[Group]] = []
    shown = 0  # characters of the last of ``joined``
    for at, unit in enumerate(units):
        last = joined[-1][-1] if joined else None
        same = last is not None and _same_place(last.blocks[-1], unit.blocks[0])
        own = size(unit.span)
        final = at + 1 == len(units) or not _same_place(unit.blocks[-1], units[at + 1].blocks[0])
        opens = unit.blocks[0].block.kind in {BlockKind.QUESTION, BlockKind.TERM}
        flow = not opens and shown + own <= most
        if same and not opens and (shown < SHORT or flow or (own < SHORT and final)):
            joined[-1].append(unit)
            shown += own
        else:
            joined.append([unit])
            shown = own
    return [_joined(each, size) for each in joined]


def _same_place(one: ClassifiedBlock, two: ClassifiedBlock) -> bool:
    """Tell whether two blocks stand under the same headings, on the same page."""
    return one.headings == two.headings and one.block.page == two.block.page


def _joined(units: Sequence[Group], size: Callable[[Span], int]) -> Group:
    """One group of several; what is short leads in what follows it."""
    first = units[0]
    if len(units) == 1:
        return first
    opening = first.introduction or (first.blocks[0].block if size(first.span) < SHORT else None)
    return Group(tuple(each for unit in units for each in unit.blocks), first.follows, opening)


def _units(text: str, run: Sequence[ClassifiedBlock], *, chained: bool) -> Iterator[Group]:
    """``chained``: a paragraph that ends with a colon leads in the next paragraph as well."""
    at = 0
    while at < len(run):
        count, introduced = _extent(text, run, at, chained=chained)
        yield Group(tuple(run[at : at + count]), follows=False, introduction=run[at].block if introduced else None)
        at += count


def _extent(text: str, run: Sequence[ClassifiedBlock], at: int, *, chained: bool) -> tuple[int, bool]:
    """Number of blocks from ``at`` that belong together, and whether the first leads in the others."""
    block = run[at].block
    if block.kind in {BlockKind.QUESTION, BlockKind.TERM}:
        ends = {BlockKind.QUESTION} if block.kind is BlockKind.QUESTION else {BlockKind.QUESTION, BlockKind.TERM}
        limit = len(run) if block.kind is BlockKind.QUESTION else at + 1 + _definitions(run, at + 1)
        stop = at + 1
        while stop < limit and run[stop].block.kind not in ends:
            stop += 1
        return stop - at, True
    if block.list_id:
        return _list_length(run, at), False
    if block.kind is not BlockKind.TEXT:
        return 1, False
    below = _introduced(text, run, at, chained=chained)
    if below:
        return 1 + below, True
    if is_open_at_end(text, block.start, block.end):
        shared = takewhile(lambda each: each.block.kind is BlockKind.TEXT, run[at : at + LOOKAHEAD_PARAGRAPHS])
        return paragraphs_sharing_quotation(text, [Span(each.block.start, each.block.end) for each in shared]), False
    return 1, False


def _introduced(text: str, run: Sequence[ClassifiedBlock], at: int, *, chained: bool) -> int:
    """Number of blocks below the paragraph at ``at`` that it leads in: after a colon, and code or a table."""
    stop = at
    while stop - at < _MAX_CHAIN and stop + 1 < len(run) and run[stop + 1].headings == run[at].headings:
        block, below = run[stop].block, run[stop + 1].block
        open_end = text[block.start : block.end].endswith(_ENDS_OPEN)
        short = block.end - block.start <= _MAX_INTRODUCTION
        if _is_structure(below):
            single = below.kind in _INTRODUCED and not below.list_id
            return stop - at + _structure_length(run, stop + 1) if open_end or (short and single) else stop - at
        if not (chained and open_end) or below.kind is not BlockKind.TEXT:
            break
        stop += 1
    return stop - at


def _structure_length(run: Sequence[ClassifiedBlock], at: int) -> int:
    return _list_length(run, at) if run[at].block.list_id else 1


def _is_structure(block: Block) -> bool:
    return block.kind in _INTRODUCED or block.list_id != 0


def _list_length(run: Sequence[ClassifiedBlock], at: int) -> int:
    stop = at
    while stop < len(run) and run[stop].block.list_id == run[at].block.list_id:
        stop += 1
    return stop - at


def _definitions(run: Sequence[ClassifiedBlock], at: int) -> int:
    stop = at
    while stop < len(run) and run[stop].block.kind in {BlockKind.DEFINITION, BlockKind.TERM}:
        if run[stop].block.kind is BlockKind.TERM and stop > at and run[stop - 1].block.kind is BlockKind.DEFINITION:
            break
        stop += 1
    return stop - at
