"""Articles to read: the card, pages of numbered paragraphs, the list, an article as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.ui import strings
from bot.ui.answers import BLUE
from bot.ui.markup import limits
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Panel, Part, QuotedText, TextLine
from bot.ui.markup.limits import fitted, fitted_line, size
from bot.ui.markup.pages import Form, Page, link, paged
from bot.ui.markup.quotation import quotation
from bot.ui.quotes import counted, number_line, title_of
from retrieval.core.errors import one_line
from retrieval.core.types import ArticleSummary
from retrieval.storage.articles import Paragraph

PER_PAGE = 10
_SHORT_ADDRESS = 500
#: Addresses that Discord shows unchanged and links as a whole.
_PLAIN_ADDRESS = re.compile(r"(?!.*__)[\w:/.?=&%+,;~-]+", re.ASCII)
_UNSAFE = re.compile(r"[^\w.-]+")


def article_pages(article: ArticleSummary, paragraphs: Sequence[Paragraph], form: Form = Form.EMBEDS) -> list[Page]:
    """The card, then the numbered paragraphs; the anchors of a page are the numbers of the paragraphs on it."""
    parts: list[Part] = []
    for paragraph in paragraphs:
        parts += [number_line(paragraph), *quotation(paragraph.text, paragraph.annotations)]
    title = title_of(article.metadata, article.article_id)
    text = Panel(tuple(parts), title=title, url=article.metadata.url, footer=article.article_id, colour=BLUE)
    return [*paged([card(article)], form, one_a_page=True), *(paged([text], form, one_a_page=True) if parts else [])]


def card(article: ArticleSummary) -> Panel:
    """The card of an article: its metadata and size."""
    meta = article.metadata
    title = title_of(meta, article.article_id)
    facts: list[Part] = []
    if size(escape(title)) > limits.TITLE:  # the title line shows its beginning only
        facts.append(QuotedText(title))
    for name, value in (("Publisher", meta.publisher), ("Author", meta.author), ("Date", meta.published)):
        if value:
            facts.append(QuotedText(f"{name}: {one_line(value)}"))
    if meta.url:
        plain = link(meta.url) and size(meta.url) <= _SHORT_ADDRESS and _PLAIN_ADDRESS.fullmatch(meta.url)
        facts.append(TextLine(f"Link: {meta.url}") if plain else QuotedText(f"Link: {one_line(meta.url)}"))
    counts = f"Paragraphs: {article.paragraphs:,} · passages: {article.passages:,} · characters: {article.characters:,}"
    facts.append(TextLine(counts))
    if article.repairs:
        facts.append(TextLine(f"Wrongly decoded characters put right: {counted(len(article.repairs), 'place')}"))
    if article.sections:
        facts.append(QuotedText("Sections: " + " · ".join(map(one_line, article.sections))))
    return Panel(tuple(facts), title=title, url=meta.url, footer=article.article_id, colour=BLUE)


def page_of(pages: Sequence[Page], paragraph: int) -> int:
    """The index of the page where ``paragraph`` begins, or that of the last one before it."""
    return max((index for index, page in enumerate(pages) if page.anchors and page.anchors[0] <= paragraph), default=0)


def list_pages(articles: Sequence[ArticleSummary], filtered_by: str, form: Form = Form.EMBEDS) -> list[Page]:
    """The list of articles, ten a page, with publisher, date and length."""
    count = counted(len(articles), "article")
    title = f"{count} with “{fitted_line(filtered_by, 150, markdown=False)}”" if filtered_by else count
    if not articles:
        hint = strings.NO_ARTICLE_MATCHES if filtered_by else strings.NO_ARTICLES
        return paged([Panel((TextLine(hint),), title=title, colour=BLUE)], form)
    pages: list[Page] = []
    per_page, room = (PER_PAGE, 380) if form is Form.EMBEDS else (5, 300)
    for first in range(0, len(articles), per_page):
        some = articles[first : first + per_page]
        lines = [TextLine(_entry(number, article, room)) for number, article in enumerate(some, start=first + 1)]
        pages += paged([Panel(tuple(lines), title=title, colour=BLUE)], form)
    return pages


def _entry(number: int, article: ArticleSummary, room: int) -> str:
    meta = article.metadata
    title = fitted_line(title_of(meta, article.article_id), room // 2 - 20)
    address = link(meta.url)
    if address and size(address) <= room // 4 and not re.search(r"[()<>\\\[\]]", address):
        title = f"[{title}]({address})"
    facts = [fitted_line(fact, room // 8) for fact in (meta.publisher, meta.published) if fact]
    facts += [counted(article.paragraphs, "paragraph"), fitted_line(article.article_id, room // 5)]
    return f"{number}\\. **{title}**\n-# {' · '.join(facts)}"


def text_files(article_id: str, text: str, limit: int = limits.FILE_BYTES) -> list[tuple[str, bytes]]:
    """The whole text as one UTF-8 file, or as numbered ones of at most ``limit`` bytes; joined they are the text."""
    data = text.encode("utf-8", "surrogatepass")
    stem = _UNSAFE.sub("_", article_id.rpartition("/")[2])[:100].strip("._") or "article"
    if len(data) <= limit:
        return [(f"{stem}.txt", data)]
    pieces = [data[first : first + limit] for first in range(0, len(data), limit)]
    return [(f"{stem}.part{number}of{len(pieces)}.txt", piece) for number, piece in enumerate(pieces, start=1)]


def choice_name(article: ArticleSummary) -> str:
    """The name of an article in autocomplete."""
    return fitted(one_line(title_of(article.metadata, article.article_id)), limits.CHOICE) or "(no title)"
