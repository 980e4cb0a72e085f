"""Articles to read: the card, pages of numbered paragraphs, the list, an article as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.ui import strings
from bot.ui.answers import BLUE
from bot.ui.markup import limits
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Panel, Part, QuotedText, TextLine, passage
from bot.ui.markup.limits import fitted, fitted_line, size
from bot.ui.markup.pages import Form, Page, link, paged
from bot.ui.quotes import title_of
from retrieval.core.errors import one_line
from retrieval.core.types import ArticleSummary
from retrieval.storage.articles import Paragraph

PER_PAGE = 10
_SHORT_ADDRESS = 500
_PLAIN_ADDRESS = re.compile(r"[\w:/.?=&%+,;~-]+", re.ASCII)
_UNSAFE = re.compile(r"[^\w.-]+")


def article_pages(article: ArticleSummary, paragraphs: Sequence[Paragraph], form: Form = Form.EMBEDS) -> list[Page]:
    """The card, then the numbered paragraphs; the anchors of a page are the numbers of the paragraphs on it."""
    parts: list[Part] = []
    for paragraph in paragraphs:
        left_out = f" · {strings.NOT_INDEXED.format(reason=escape(paragraph.left_out))}" if paragraph.left_out else ""
        parts.append(TextLine(f"**¶ {paragraph.number}**{left_out}", paragraph.number))
        parts.append(passage(paragraph.text))
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
        plain = link(meta.url) is not None and _plain_address(meta.url)
        facts.append(TextLine(f"Link: {meta.url}") if plain else QuotedText(f"Link: {one_line(meta.url)}"))
    counts = f"Paragraphs: {article.paragraphs:,} · passages: {article.passages:,} · characters: {article.characters:,}"
    facts.append(TextLine(counts))
    if article.repairs:
        count = len(article.repairs)
        facts.append(TextLine(f"Wrongly decoded characters put right: {count} place{'s' if count > 1 else ''}"))
    if article.sections:
        facts.append(QuotedText("Sections: " + " · ".join(map(one_line, article.sections))))
    return Panel(tuple(facts), title=title, url=meta.url, footer=article.article_id, colour=BLUE)


def _plain_address(address: str) -> bool:
    """Check that Discord shows an address unchanged and links all of it."""
    return size(address) <= _SHORT_ADDRESS and _PLAIN_ADDRESS.fullmatch(address) is not None and "__" not in address


def page_of(pages: Sequence[Page], paragraph: int) -> int:
    """The index of the page where ``paragraph`` begins, or that of the last one before it."""
    found = 0
    for index, page in enumerate(pages):
        if any(anchor <= paragraph for anchor in page.anchors):
            found = index
        if paragraph in page.anchors:
            return index
    return found


def list_pages(articles: Sequence[ArticleSummary], filtered_by: str, form: Form = Form.EMBEDS) -> list[Page]:
    """The list of articles, ten a page, with publisher, date and length."""
    count = "1 article" if len(articles) == 1 else f"{len(articles):,} articles"
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
    length = "1 paragraph" if article.paragraphs == 1 else f"{article.paragraphs:,} paragraphs"
    facts = [fitted_line(fact, room // 8) for fact in (meta.publisher, meta.published) if fact]
    return f"{number}\\. **{title}**\n-# " + " · ".join([*facts, length, fitted_line(article.article_id, room // 5)])


def file_name(article_id: str) -> str:
    """The file name for an article's text."""
    return f"{_UNSAFE.sub('_', article_id.rpartition('/')[2])[:100].strip('._') or 'article'}.txt"


def text_files(article_id: str, text: str, limit: int = limits.FILE_BYTES) -> list[tuple[str, bytes]]:
    """The whole text as one UTF-8 file, or as numbered ones of at most ``limit`` bytes; joined they are the text."""
    data = text.encode("utf-8", "surrogatepass")
    name = file_name(article_id)
    if len(data) <= limit:
        return [(name, data)]
    stem = name.removesuffix(".txt")
    pieces = [data[first : first + limit] for first in range(0, len(data), limit)]
    return [(f"{stem}.part{number}of{len(pieces)}.txt", piece) for number, piece in enumerate(pieces, start=1)]


def choice_name(article: ArticleSummary) -> str:
    """The name of an article in autocomplete."""
    return fitted(one_line(title_of(article.metadata, article.article_id)), limits.CHOICE) or "(no title)"
