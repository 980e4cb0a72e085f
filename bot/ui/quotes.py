"""Quotes as panels: title, lead-in, the passage with the answering sentence in bold, source."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ui import strings
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Panel, Part, QuotedText, TextLine, passage
from bot.ui.markup.limits import ELISION
from retrieval.core.errors import one_line
from retrieval.core.span import Span
from retrieval.core.types import Metadata, Quote, TitleSource
from retrieval.storage.articles import Paragraph

_MARKS = {TitleSource.ASSIGNED: " (title assigned)", TitleSource.FILE_NAME: " (file name)"}
_MOST_ALSO_IN = 5
_TITLE_IN_LIST = 80


def title_of(metadata: Metadata, article_id: str) -> str:
    """An article's title on one line, marked where it is not the document's own."""
    return f"{one_line(metadata.title) or article_id}{_MARKS.get(metadata.title_source, '')}"


def paragraphs_of(first: int, last: int) -> str:
    """``paragraph 3`` or ``paragraphs 3–5``."""
    return f"paragraph {first}" if first == last else f"paragraphs {first}–{last}"


def counted(count: int, noun: str) -> str:
    """``1 passage`` or ``2,000 passages``."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def number_line(paragraph: Paragraph, mark: str = "") -> TextLine:
    """The line above a paragraph: its number, ``mark``, and why it is not indexed."""
    left_out = f" · {strings.NOT_INDEXED.format(reason=escape(paragraph.left_out))}" if paragraph.left_out else ""
    return TextLine(f"**¶ {paragraph.number}**{mark}{left_out}", paragraph.number)


def quote_panel(quote: Quote, titles: Mapping[str, str], colour: int) -> Panel:
    """A quote; ``titles`` gives the titles of other articles by id."""
    parts: list[Part] = []
    if quote.lead_in:
        parts.append(QuotedText(quote.lead_in, (Span(0, len(quote.lead_in)),), mark="*"))
        if not quote.lead_in_adjacent:
            parts.append(TextLine(ELISION.replace("[", r"\[").replace("]", r"\]")))
    parts.append(passage(quote.text, quote.highlights))
    return Panel(
        parts=tuple(parts),
        title=title_of(quote.metadata, quote.passage.article_id),
        url=quote.metadata.url,
        footer=_footer(quote, titles),
        colour=colour,
        paragraph=quote.passage.paragraph,
    )


def _footer(quote: Quote, titles: Mapping[str, str]) -> str:
    where, meta = quote.passage, quote.metadata
    facts = [
        paragraphs_of(where.paragraph, where.last_paragraph),
        f"“{one_line(where.section)}”" if where.section else None,
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
