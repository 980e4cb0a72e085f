"""Answers, closest passages, passages that bear on a message, and hits of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.store.message_state import AnswerMessage, AskedQuestion, ClosestPassages, PassagesMessage, RelatedPassages
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Block, Line, Part, Words, in_bold, passage
from bot.ui.markup.pages import Form, Page, paged
from bot.ui.quotes import paragraphs_of, quote_block, title_of
from retrieval.core.errors import one_line
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
    state: PassagesMessage, quotes: Sequence[Quote | None], titles: Mapping[str, str], form: Form = Form.EMBEDS
) -> list[Page]:
    """The pages of an answer; ``quotes`` are those of ``state``, ``None`` where an article has changed."""
    colour = GREY if isinstance(state, ClosestPassages) else GREEN
    blocks = [
        quote_block(quote, titles, colour) if quote is not None else Block((Line(CHANGED),), colour=GREY)
        for quote in quotes
    ]
    return paged([_heading(state), *blocks], form)


def _heading(state: PassagesMessage) -> Block:
    match state:
        case RelatedPassages():
            return _related_heading(state)
        case ClosestPassages():
            line = Line(_CLOSEST if state.quotes else _ABOUT_NOTHING)
            return Block((*(_question(state.question) if state.question else ()), line), colour=GREY)
        case AnswerMessage() if state.outcome is not Outcome.ANSWERED:
            return _no_answer_heading(state)
    notes = state.notes if isinstance(state, AnswerMessage) else ()
    return Block((*_question(state.question), *_notes(notes)), colour=GREEN)


def _no_answer_heading(state: AnswerMessage) -> Block:
    not_sure = state.outcome is Outcome.NOT_SURE
    line = Line(_ABOUT_NOT_SURE if not_sure else _ABOUT_NOTHING)
    parts = (*_question(state.question), line, *_notes(state.notes))
    return Block(parts, title=NOT_SURE if not_sure else NOTHING, colour=AMBER if not_sure else GREY)


def _related_heading(state: RelatedPassages) -> Block:
    if state.quotes:
        return Block((Line(_BEARING), *_notes(state.notes)), colour=GREEN)
    return Block((Line(_ABOUT_NOTHING_BEARS),), title=_NOTHING_BEARS, colour=GREY)


def _question(question: AskedQuestion) -> list[Part]:
    if not question.previous_question:
        return [in_bold(question.text)]
    return [
        in_bold(question.text),
        Words(f"Taken up with the question before it: “{one_line(question.previous_question)}”", prefix=_SMALL),
        Words(f"Understood as: “{one_line(question.searched)}”", prefix=_SMALL),
    ]


def _notes(notes: Sequence[str]) -> list[Part]:
    return [Words(f"⚠ {one_line(note)}") for note in notes]


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
