"""Chunking of body blocks into passages: joined where a quotation runs on, split to fit the model's window."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from retrieval.core.span import Span
from retrieval.core.types import NO_CONTEXT, Context, Passage
from retrieval.ingest.chunking.lead_in import LeadInFinder
from retrieval.ingest.chunking.packing import pack_sentences
from retrieval.ingest.cleaning.cleaner import ClassifiedBlock
from retrieval.text.quotations import LOOKAHEAD_PARAGRAPHS, is_open_at_end, paragraphs_sharing_quotation


class _Group(NamedTuple):
    """Paragraphs that stay together; ``follows`` says that body text stands directly above them."""

    blocks: tuple[ClassifiedBlock, ...]
    follows: bool

    @property
    def span(self) -> Span:
        return Span(self.blocks[0].block.start, self.blocks[-1].block.end)


def split_passages(
    text: str, article_id: str, blocks: tuple[ClassifiedBlock, ...], max_tokens: int
) -> tuple[Passage, ...]:
    """Split an article into passages, in order; together they hold exactly the text of the body blocks.

    ``max_tokens`` is the window of the embedding model in word pieces, its special tokens included.
    """
    passages: list[Passage] = []
    lead_ins = LeadInFinder(text)
    for group in _groups(text, blocks):
        lead_ins.enter(group.span, follows=group.follows)
        passages += _passages(text, article_id, group, max_tokens, lead_ins)
    return tuple(passages)


def _passages(text: str, article_id: str, group: _Group, max_tokens: int, lead_ins: LeadInFinder) -> Iterator[Passage]:
    first = group.blocks[0].block.number
    inside = False
    covering = 0
    for part, sentences in enumerate(pack_sentences(text, *group.span, max_tokens), start=1):
        start, end = sentences[0].start, sentences[-1].end
        while group.blocks[covering].block.end <= start:
            covering += 1
        last = covering
        while last + 1 < len(group.blocks) and group.blocks[last + 1].block.start < end:
            last += 1
        yield Passage(
            passage_id=f"{article_id}:{first}" + (f".{part}" if part > 1 else ""),
            article_id=article_id,
            paragraph=group.blocks[covering].block.number,
            last_paragraph=group.blocks[last].block.number,
            start=start,
            end=end,
            sentences=sentences,
            lead_in=lead_ins.find(Span(start, end), inside=inside),
            context=Context((section,)) if (section := group.blocks[0].section) else NO_CONTEXT,
        )
        inside = is_open_at_end(text, start, end, inside=inside)
        lead_ins.add(sentences)


def _groups(text: str, blocks: tuple[ClassifiedBlock, ...]) -> Iterator[_Group]:
    """Group the body blocks that share a quotation."""
    at = 0
    while at < len(blocks):
        block, reason = blocks[at][:2]
        count = 1
        if reason is None:
            if is_open_at_end(text, block.start, block.end):
                run = takewhile(lambda each: each.reason is None, blocks[at : at + LOOKAHEAD_PARAGRAPHS])
                count = paragraphs_sharing_quotation(text, [Span(each.block.start, each.block.end) for each in run])
            yield _Group(blocks[at : at + count], follows=at > 0 and blocks[at - 1].reason is None)
        at += count
