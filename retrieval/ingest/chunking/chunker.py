"""Chunking of body blocks into passages: what belongs together stays together, what is too long is cut at a seam."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from retrieval.core.display import Annotation
from retrieval.core.display.span import Span
from retrieval.core.types import Context, Passage
from retrieval.ingest.chunking.grouping import Group, group_blocks
from retrieval.ingest.chunking.lead_in import LeadInFinder
from retrieval.ingest.chunking.packing import SPECIAL_TOKENS, estimate, pack, split_lines, split_long
from retrieval.ingest.chunking.shown import AnnotationSweep, ShownText
from retrieval.ingest.cleaning.cleaner import ClassifiedBlock
from retrieval.ingest.parsers.blocks import Block, BlockKind
from retrieval.text.quotations import is_open_at_end
from retrieval.text.sentences import split_sentences

_MAX_CONTEXT_LINE = 200  # characters


class _Piece(NamedTuple):
    """Sentences of one passage, and the blocks that they stand in."""

    sentences: tuple[Span, ...]
    first: ClassifiedBlock
    last: ClassifiedBlock


def split_passages(
    text: str,
    article_id: str,
    blocks: Sequence[ClassifiedBlock],
    max_tokens: int,
    annotations: Sequence[Annotation] = (),
    *,
    joined: int = 0,
) -> tuple[Passage, ...]:
    """Split an article into passages, in order; together they hold exactly the text of the body blocks.

    ``max_tokens`` is the window of the embedding model in word pieces, its special tokens included. ``annotations`` are
    those of the whole text. Short paragraphs under the same headings are joined up to ``joined`` shown characters.
    """
    shown = ShownText(text, annotations)
    sweep = AnnotationSweep(annotations)
    lead_ins = LeadInFinder(text)
    on_page = _numbers_on_page(blocks)
    passages: list[Passage] = []
    for group in group_blocks(text, blocks, shown.size, joined):
        lead_ins.enter(group.span, follows=group.follows)
        inside = False
        number = group.blocks[0].block.number
        for part, piece in enumerate(_pieces(text, group, max_tokens, shown), start=1):
            start, end = piece.sentences[0].start, piece.sentences[-1].end
            passages.append(
                Passage(
                    passage_id=f"{article_id}:{number}" + (f".{part}" if part > 1 else ""),
                    article_id=article_id,
                    paragraph=piece.first.block.number,
                    last_paragraph=piece.last.block.number,
                    start=start,
                    end=end,
                    sentences=piece.sentences,
                    lead_in=lead_ins.find(Span(start, end), inside=inside),
                    context=_context(group, piece, shown),
                    annotations=sweep.touching(start, end),
                    page=piece.first.block.page,
                    page_paragraph=on_page.get(piece.first.block.number),
                )
            )
            inside = is_open_at_end(text, start, end, inside=inside)
            lead_ins.add(piece.sentences)
    return tuple(passages)


def _numbers_on_page(blocks: Sequence[ClassifiedBlock]) -> dict[int, int]:
    """Number of each block on its page, running heads not counted, by its number in the document."""
    counts: Counter[int] = Counter()
    found = {}
    for block, _, _, _ in blocks:
        if block.page is not None and block.kind is not BlockKind.FURNITURE:
            counts[block.page] += 1
            found[block.number] = counts[block.page]
    return found


def _context(group: Group, piece: _Piece, shown: ShownText) -> Context:
    """Headings above the piece; the lead-in and the table's header where the piece begins below them."""
    introduction = header = ""
    start = piece.sentences[0].start
    if group.introduction is not None and start >= group.introduction.end:
        introduction = shown.line(group.introduction.start, group.introduction.end)
    block = piece.first.block
    if block.header_rows and start >= block.rows[block.header_rows - 1].end:
        header = shown.line(block.rows[0].start, block.rows[block.header_rows - 1].end)
    headings = tuple(map(_clipped, piece.first.headings))
    return Context(headings, _clipped(introduction), _clipped(header))


def _clipped(line: str) -> str:
    return line if len(line) <= _MAX_CONTEXT_LINE else line[: _MAX_CONTEXT_LINE - 1].rstrip() + "…"


def _pieces(text: str, group: Group, max_tokens: int, shown: ShownText) -> Iterator[_Piece]:
    """Cut a group between blocks where it is too long, and a block that is too long by itself between sentences."""
    room = max(max_tokens - SPECIAL_TOKENS, 1)
    held: list[tuple[ClassifiedBlock, tuple[Span, ...]]] = []
    spent = 0
    for judged in group.blocks:
        block = judged.block
        cost = estimate(shown.of(block.start, block.end)) - SPECIAL_TOKENS
        alone = len(held) == 1 and held[0][0].block is group.introduction
        if held and spent + cost > room and not alone:
            yield _piece(held)
            held, spent = [], 0
        if spent + cost <= room:
            held.append((judged, _sentences(text, block, room, shown)))
            spent += cost
            continue
        # A block longer than a passage; its introduction goes with the first part.
        first = [sentence for _, sentences in held for sentence in sentences]
        parts = pack([*first, *_sentences(text, block, room, shown)], room, lambda s: _cost(shown, s))
        for index, sentences in enumerate(parts):
            yield _Piece(sentences, held[0][0] if held and index == 0 else judged, judged)
        held, spent = [], 0
    if held:
        yield _piece(held)


def _piece(held: Sequence[tuple[ClassifiedBlock, tuple[Span, ...]]]) -> _Piece:
    return _Piece(tuple(sentence for _, sentences in held for sentence in sentences), held[0][0], held[-1][0])


def _cost(shown: ShownText, span: Span) -> int:
    return estimate(shown.of(*span)) - SPECIAL_TOKENS


def _sentences(text: str, block: Block, room: int, shown: ShownText) -> tuple[Span, ...]:
    """Units of a block that are encoded: sentences, a table's rows, stretches of code; none longer than ``room``."""
    if block.kind is BlockKind.TABLE and block.rows:
        units: Sequence[Span] = _covering(text, block, block.rows)
    elif block.kind in {BlockKind.CODE, BlockKind.TABLE}:
        units = split_lines(text, block.start, block.end, room)
    else:
        units = split_sentences(text, block.start, block.end)
    return tuple(part for unit in units for part in _fitting(text, unit, room, shown))


def _fitting(text: str, unit: Span, room: int, shown: ShownText) -> Sequence[Span]:
    if unit.end - unit.start <= room or _cost(shown, unit) <= room:
        return (unit,)
    return [span for span, _ in split_long(text, unit, room)]


def _covering(text: str, block: Block, rows: Sequence[Span]) -> Sequence[Span]:
    """Rows, stretched over what stands between them (a delimiter row belongs to the header)."""
    starts = [block.start, *(row.start for row in rows[1:])]
    ends = [*(row.start for row in rows[1:]), block.end]
    whole = ((start, text[start:end].rstrip()) for start, end in zip(starts, ends, strict=True))
    return [Span(start, start + len(row)) for start, row in whole if row]
