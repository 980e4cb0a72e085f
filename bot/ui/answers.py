"""Pages of answers, closest and related passages, quotes in context, and search results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.store.message_state import AnswerMessage, AskedQuestion, ClosestPassages, PassagesMessage, RelatedPassages
from bot.ui import strings
from bot.ui.markup.escaping import SMALL
from bot.ui.markup.layout import Panel, Part, QuotedText, TextLine, in_bold
from bot.ui.markup.pages import Form, Page, paged
from bot.ui.markup.quotation import quotation
from bot.ui.quotes import context_lines, counted, number_line, place_of, quote_panel, title_of
from retrieval.core.display.span import Span
from retrieval.core.errors import one_line
from retrieval.core.types import Outcome, Quote
from retrieval.storage.articles import Paragraph

GREEN, AMBER, GREY, BLUE = 0x2E7D32, 0xF9A825, 0x757575, 0x1565C0

#: Title, text and colour of a heading without an answer.
_UNANSWERED = {
    Outcome.NOT_SURE: (strings.NOT_SURE, strings.ABOUT_NOT_SURE, AMBER),
    Outcome.NOTHING: (strings.NO_ANSWER, strings.ABOUT_NO_ANSWER, GREY),
}


def answer_pages(
    state: PassagesMessage, quotes: Sequence[Quote | None], titles: Mapping[str, str], form: Form = Form.EMBEDS
) -> list[Page]:
    """The pages of an answer; ``quotes`` are those of ``state``, ``None`` where an article has changed."""
    colour = GREY if isinstance(state, ClosestPassages) else GREEN
    panels = [
        quote_panel(quote, titles, colour) if quote is not None else Panel((TextLine(strings.CHANGED),), colour=GREY)
        for quote in quotes
    ]
    return paged([_heading(state), *panels], form)


def _heading(state: PassagesMessage) -> Panel:
    match state:
        case RelatedPassages(quotes=[]):
            return Panel((TextLine(strings.ABOUT_NOTHING_RELATED),), title=strings.NOTHING_RELATED, colour=GREY)
        case RelatedPassages():
            return Panel((TextLine(strings.RELATED), *_notes(state.notes)), colour=GREEN)
        case ClosestPassages():
            line = TextLine(strings.CLOSEST if state.quotes else strings.ABOUT_NO_ANSWER)
            return Panel((*_question(state.question), line), colour=GREY)
        case AnswerMessage() if state.outcome is not Outcome.ANSWERED:
            title, about, colour = _UNANSWERED[state.outcome]
            parts = (*_question(state.question), TextLine(about), *_notes(state.notes))
            return Panel(parts, title=title, colour=colour)
    notes = state.notes if isinstance(state, AnswerMessage) else ()
    return Panel((*_question(state.question), *_notes(notes)), colour=GREEN)


def _question(question: AskedQuestion | None) -> list[Part]:
    if question is None:
        return []
    if not question.previous_question:
        return [in_bold(question.text)]
    return [
        in_bold(question.text),
        QuotedText(strings.FOLLOW_UP_OF.format(question=one_line(question.previous_question)), prefix=SMALL),
        QuotedText(strings.UNDERSTOOD_AS.format(question=one_line(question.searched)), prefix=SMALL),
    ]


def _notes(notes: Sequence[str]) -> list[Part]:
    return [QuotedText(f"⚠ {one_line(note)}") for note in notes]


def search_pages(
    words: str, total: int, hits: Sequence[Quote], titles: Mapping[str, str], form: Form = Form.EMBEDS
) -> list[Page]:
    """The pages of a search for exact words: ``hits`` are the first of ``total`` passages."""
    parts: list[Part] = [TextLine(f"{counted(total, 'passage')} with"), in_bold(words)]
    if len(hits) < total:
        parts.append(TextLine(strings.MORE_RESULTS.format(shown=len(hits))))
    heading = Panel(tuple(parts), colour=BLUE if total else GREY)
    return paged([heading, *(quote_panel(hit, titles, BLUE) for hit in hits)], form)


def context_pages(
    surroundings: Sequence[tuple[Quote | None, Sequence[Paragraph]]], form: Form = Form.EMBEDS
) -> list[Page]:
    """One page or more a quote: its paragraphs marked, with the paragraphs around them."""
    return paged([_context_panel(quote, paragraphs) for quote, paragraphs in surroundings], form, one_a_page=True)


def _context_panel(quote: Quote | None, paragraphs: Sequence[Paragraph]) -> Panel:
    if quote is None:
        return Panel((TextLine(strings.CHANGED),), colour=GREY)
    where = quote.passage
    parts: list[Part] = [*context_lines(quote)]
    for paragraph in paragraphs:
        quoted = where.paragraph <= paragraph.number <= where.last_paragraph and not paragraph.left_out
        parts.append(number_line(paragraph, f" · {strings.QUOTED}" if quoted else ""))
        parts += quotation(paragraph.text, paragraph.annotations, _within(quote, paragraph) if quoted else ())
    return Panel(
        parts=tuple(parts),
        title=title_of(quote.metadata, where.article_id),
        url=quote.metadata.url,
        footer=strings.CONTEXT_FOOTER.format(paragraphs=place_of(where)),
        colour=BLUE,
    )


def _within(quote: Quote, paragraph: Paragraph) -> tuple[Span, ...]:
    """The quote's highlights that fall into ``paragraph``."""
    shift = quote.passage.start - paragraph.start
    length = len(paragraph.text)
    spans = [Span(max(0, start + shift), min(length, end + shift)) for start, end in quote.highlights]
    return tuple(span for span in spans if span.start < span.end)
