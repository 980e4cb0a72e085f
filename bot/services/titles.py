"""Index of all articles in memory, searched by what a member types. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils

from bot.store.message_state import digest
from bot.ui.markup.limits import CHOICE, size
from retrieval.core.types import ArticleSummary

_MOST_SUGGESTIONS = 25  # that Discord shows
_SIMILAR = 60.0  # lowest rapidfuzz score, 0 to 100, of a title that may be meant


class TitleIndex:
    """The summaries of all articles, their titles by id, and the name of the model that embeds them."""

    def __init__(self, articles: Iterable[ArticleSummary], model: str) -> None:
        self._by_id = {article.article_id: article for article in articles}
        self.articles = tuple(self._by_id.values())
        self.titles = {article_id: article.metadata.title for article_id, article in self._by_id.items()}
        self.model = model
        self._names = {key: utils.default_process(f"{title} {key}") for key, title in self.titles.items()}

    def get(self, article_id: str) -> ArticleSummary | None:
        """The article with that id."""
        return self._by_id.get(article_id)

    def resolve(self, typed: str) -> ArticleSummary | None:
        """The article with this id, suggestion value or title; ``None`` if it is none or several."""
        name = typed.strip()
        for article in self.articles:
            if name in {article.article_id, choice_value(article)}:
                return article
        same = [a for a in self.articles if a.metadata.title.casefold() == name.casefold()]
        return same[0] if len(same) == 1 else None

    def suggest(self, typed: str) -> list[ArticleSummary]:
        """At most 25 articles whose title or id is like what was typed, the best first; any if nothing was typed."""
        if not typed.strip():
            return sorted(self.articles, key=lambda a: a.metadata.title.casefold())[:_MOST_SUGGESTIONS]
        if (exact := self.get(typed.strip())) is not None:
            return [exact]
        query = utils.default_process(typed)
        found = process.extract(query, self._names, scorer=fuzz.WRatio, limit=_MOST_SUGGESTIONS, score_cutoff=_SIMILAR)
        return [self._by_id[article_id] for _, _, article_id in found]

    def matching(self, words: str) -> list[ArticleSummary]:
        """The articles that have every one of ``words`` in title, id, publisher, author or date, or a similar title."""
        wanted = words.casefold().split()

        def has_all(article: ArticleSummary) -> bool:
            meta = article.metadata
            facts = (meta.title, article.article_id, meta.publisher, meta.author, meta.published)
            text = " ".join(fact for fact in facts if fact).casefold()
            return all(word in text for word in wanted)

        return [article for article in self.articles if has_all(article)] or (self.suggest(words) if wanted else [])


def choice_value(article: ArticleSummary) -> str:
    """The value of a suggestion: the id, or a digest of one that Discord would cut or strip."""
    name = article.article_id
    return name if size(name) <= CHOICE and name == name.strip() else f"#{digest(name)}"
