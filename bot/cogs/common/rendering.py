"""Pages of a message, rendered from its state and the articles."""

from __future__ import annotations

from bot.services.article_source import ArticleSource
from bot.store.message_state import ArticleList, ArticleView, MessageState, QuotesInContext, SearchResults
from bot.ui.answers import answer_pages, context_pages, search_pages
from bot.ui.articles import article_pages, list_pages
from bot.ui.markup.pages import Form, Page


def render(articles: ArticleSource, state: MessageState, form: Form) -> list[Page]:
    """The pages of ``state``. Reads the articles, so run it in a slot of the worker pool; raises RetrievalError."""
    titles = articles.title_index.titles
    match state:
        case SearchResults(words):
            findings = articles.find(words, limit=200)
            return search_pages(words, findings.total, findings.hits, titles, form)
        case ArticleView(article):
            return article_pages(*articles.read(article), form)
        case ArticleList(words):
            return list_pages(articles.title_index.matching(words), words, form)
    quotes = articles.quotes(state.quotes)
    if isinstance(state, QuotesInContext):
        pairs = zip(state.quotes, quotes, strict=True)
        return context_pages([(quote, articles.around(ref) if quote else []) for ref, quote in pairs], form)
    return answer_pages(state, quotes, titles, form)
