"""Answers, closest passages, passages that bear on a message, and hits of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.store.message_state import Kind, Shown
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Block, Line, Part, Words, in_bold, passage
from bot.ui.markup.limits import one_line
from bot.ui.markup.pages import Form, Page, paged
from bot.ui.quotes import paragraphs_of, quote_block, title_of
from retrieval.core.types import Outcome, Quote, Span
from retrieval.storage.articles import Paragraph

GREEN, AMBER, GREY, BLUE = 0x2E7D32, 0xF9A825, 0x757575, 0x1565C0

NOT_SURE = "Not sure"
NOTHING = "No article answers this"
CHANGED = "A passage that stood here is left out: its article has changed since, so it cannot be quoted any more."
_ABOUT_NOT_SURE = (
    "Some passages come close, but may not answer, so none is shown as an answer. "
    "Press **Closest passages** to read them."
)
_ABOUT_NOTHING = "Nothing in the articles is near enough to be shown as an answer."
_CLOSEST = "The closest passages. They may not answer the question:"
_BEARING = "Passages that bear on the message:"
_NOTHING_BEARS = "No article bears on this message"
_ABOUT_NOTHING_BEARS = "Nothing in the articles is near enough to what it says."
_SMALL = "-# "


def answer_pages(
    shown: Shown, quotes: Sequence[Quote | None], titles: Mapping[str, str], form: Form = Form.EMBEDS
) -> list[Page]:
    """The pages of an answer; ``quotes`` are those of ``shown.refs``, ``None`` where an article has changed."""
    make = {Kind.CLOSEST: _closest_heading, Kind.BEARING: _bearing_heading}.get(shown.kind, _answer_heading)
    return paged([make(shown), *_quote_blocks(shown, quotes, titles)], form)


def _quote_blocks(shown: Shown, quotes: Sequence[Quote | None], titles: Mapping[str, str]) -> list[Block]:
    colour = GREEN if shown.outcome is Outcome.ANSWERED and shown.kind is not Kind.CLOSEST else GREY
    return [
        quote_block(quote, titles, colour) if quote is not None else Block((Line(CHANGED),), colour=GREY)
        for quote in quotes
    ]


def _answer_heading(shown: Shown) -> Block:
    parts: list[Part] = [in_bold(shown.query)]
    parts += _taken_up(shown)
    if shown.outcome is Outcome.ANSWERED:
        return Block((*parts, *_notes(shown)), colour=GREEN)
    sure = shown.outcome is Outcome.NOT_SURE
    parts.append(Line(_ABOUT_NOT_SURE if sure else _ABOUT_NOTHING))
    return Block((*parts, *_notes(shown)), title=NOT_SURE if sure else NOTHING, colour=AMBER if sure else GREY)


def _closest_heading(shown: Shown) -> Block:
    text = _CLOSEST if shown.refs else _ABOUT_NOTHING
    return Block((in_bold(shown.query), *_taken_up(shown), Line(text)), colour=GREY)


def _bearing_heading(shown: Shown) -> Block:
    if shown.refs:
        return Block((Line(_BEARING), *_notes(shown)), colour=GREEN)
    return Block((Line(_ABOUT_NOTHING_BEARS),), title=_NOTHING_BEARS, colour=GREY)


def _taken_up(shown: Shown) -> list[Part]:
    if not shown.took_up:
        return []
    return [
        Words(f"Taken up with the question before it: “{one_line(shown.took_up)}”", prefix=_SMALL),
        Words(f"Understood as: “{one_line(shown.searched)}”", prefix=_SMALL),
    ]


def _notes(shown: Shown) -> list[Part]:
    return [Words(f"⚠ {one_line(note)}") for note in shown.notes]


def findings_pages(
    words: str, total: int, hits: Sequence[Quote], titles: Mapping[str, str], form: Form = Form.EMBEDS
) -> list[Page]:
    """The pages of a search for exact words: ``hits`` are the first of ``total`` passages."""
    count = "1 passage" if total == 1 else f"{total:,} passages"
    parts: list[Part] = [Line(f"{count} with"), in_bold(words)]
    if len(hits) < total:
        parts.append(Line(f"The first {len(hits):,} of them are shown; one more word narrows the search."))
    heading = Block(tuple(parts), colour=BLUE if total else GREY)
    return paged([heading, *(quote_block(hit, titles, BLUE) for hit in hits)], form)


def context_pages(
    surroundings: Sequence[tuple[Quote | None, Sequence[Paragraph]]], form: Form = Form.EMBEDS
) -> list[Page]:
    """One page or more a quote: its paragraphs marked, with the paragraphs around them."""
    pages: list[Page] = []
    for quote, paragraphs in surroundings:
        pages += paged([_context_block(quote, paragraphs)], form, one_a_page=True)
    return pages


def _context_block(quote: Quote | None, paragraphs: Sequence[Paragraph]) -> Block:
    if quote is None:
        return Block((Line(CHANGED),), colour=GREY)
    where = quote.passage
    parts: list[Part] = []
    for paragraph in paragraphs:
        quoted = where.paragraph <= paragraph.number <= where.last_paragraph and not paragraph.left_out
        mark = " · ◀ quoted" if quoted else ""
        left_out = f" · not indexed: {escape(paragraph.left_out)}" if paragraph.left_out else ""
        parts.append(Line(f"**¶ {paragraph.number}**{mark}{left_out}"))
        parts.append(passage(paragraph.text, _within(quote, paragraph) if quoted else ()))
    return Block(
        parts=tuple(parts),
        title=title_of(quote.metadata, where.article_id),
        url=quote.metadata.url,
        footer=f"{paragraphs_of(where.paragraph, where.last_paragraph)} and what stands around",
        colour=BLUE,
    )


def _within(quote: Quote, paragraph: Paragraph) -> tuple[Span, ...]:
    """The quote's highlights that fall into ``paragraph``."""
    shift = quote.passage.start - paragraph.start
    length = len(paragraph.text)
    spans = [Span(max(0, start + shift), min(length, end + shift)) for start, end in quote.highlights]
    return tuple(span for span in spans if span.start < span.end)
