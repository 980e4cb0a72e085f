"""Quotes as panels: title, context, lead-in, the passage with the answering sentence in bold, source."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ui import strings
from bot.ui.markup.escaping import SMALL, escape
from bot.ui.markup.layout import Panel, Part, QuotedText, TextLine
from bot.ui.markup.limits import ELISION, fitted_line
from bot.ui.markup.marks import ITALIC, Mark
from bot.ui.markup.quotation import quotation
from retrieval.core.errors import one_line
from retrieval.core.types import Metadata, Passage, Quote, TitleSource
from retrieval.storage.articles import Paragraph

_MARKS = {TitleSource.ASSIGNED: " (title assigned)", TitleSource.FILE_NAME: " (file name)"}
_MOST_ALSO_IN = 5
_TITLE_IN_LIST = 80
_CONTEXT_LINE = 300


def title_of(metadata: Metadata, article_id: str) -> str:
    """An article's title on one line, marked where it is not the document's own."""
    return f"{one_line(metadata.title) or article_id}{_MARKS.get(metadata.title_source, '')}"


def paragraphs_of(first: int, last: int) -> str:
    """``paragraph 3`` or ``paragraphs 3–5``."""
    return f"paragraph {first}" if first == last else f"paragraphs {first}–{last}"


def place_of(passage: Passage) -> str:
    """``page 12, paragraph 3``, without the page where there are none."""
    page = f"page {passage.page}, " if passage.page is not None else ""
    return page + paragraphs_of(*passage.numbers)


def counted(count: int, noun: str) -> str:
    """``1 passage`` or ``2,000 passages``."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def number_line(paragraph: Paragraph, mark: str = "") -> TextLine:
    """The line above a paragraph: its number, ``mark``, and why it is not indexed."""
    left_out = f" · {strings.NOT_INDEXED.format(reason=escape(paragraph.left_out))}" if paragraph.left_out else ""
    return TextLine(f"**¶ {paragraph.number}**{mark}{left_out}", paragraph.number)


def quote_panel(quote: Quote, titles: Mapping[str, str], colour: int) -> Panel:
    """A quote; ``titles`` gives the titles of other articles by id."""
    parts: list[Part] = [*context_lines(quote)]
    if quote.lead_in:
        parts.append(QuotedText(quote.lead_in, (Mark(0, len(quote.lead_in), ITALIC),)))
        if not quote.lead_in_adjacent:
            parts.append(TextLine(ELISION.replace("[", r"\[").replace("]", r"\]")))
    parts += quotation(quote.text, quote.annotations, quote.highlights)
    return Panel(
        parts=tuple(parts),
        title=title_of(quote.metadata, quote.passage.article_id),
        url=quote.metadata.url,
        footer=_footer(quote, titles),
        colour=colour,
        paragraph=quote.passage.paragraph,
    )


def context_lines(quote: Quote) -> list[TextLine]:
    """What a passage stands under, in small print: its headings, the line that introduces it, the header of a table."""
    lines = quote.passage.context.lines_under(quote.metadata.title)
    return [TextLine(f"{SMALL}{fitted_line(line, _CONTEXT_LINE)}") for line in lines]


def _footer(quote: Quote, titles: Mapping[str, str]) -> str:
    where, meta = quote.passage, quote.metadata
    facts = [
        place_of(where),
        meta.publisher,
        meta.published,
        _also_in(quote.also_in, titles),
    ]
    return " · ".join(one_line(fact) for fact in facts if fact)


def _also_in(articles: tuple[str, ...], titles: Mapping[str, str]) -> str | None:
    if not articles:
        return None
    names = [_short(titles.get(article) or article) for article in articles[:_MOST_ALSO_IN]]
    more = len(articles) - len(names)
    return f"also in {', '.join(names)}" + (f" and {more} more" if more else "")


def _short(title: str) -> str:
    title = one_line(title)
    return f"“{title}”" if len(title) <= _TITLE_IN_LIST else f"“{title[: _TITLE_IN_LIST - 4].rstrip()} {ELISION}”"
