"""Index of all articles in memory, searched by what a member types. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process, utils

from bot.store.message_state import digest
from bot.ui.markup.limits import CHOICE, size
from retrieval.core.types import ArticleSummary

_SIMILAR = 60.0  # lowest rapidfuzz score, 0 to 100, of a title that may be meant


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """The summaries of all articles, and the names that they are found by."""

    articles: tuple[ArticleSummary, ...]
    names: Mapping[str, str]  # id → title and id, normalised for fuzzy comparison
    titles: Mapping[str, str]
    model: str

    @classmethod
    def of(cls, articles: Sequence[ArticleSummary], model: str) -> TitleIndex:
        """The index of ``articles``."""
        return cls(
            articles=tuple(articles),
            names={a.article_id: utils.default_process(f"{a.metadata.title} {a.article_id}") for a in articles},
            titles={a.article_id: a.metadata.title for a in articles},
            model=model,
        )

    def get(self, article_id: str) -> ArticleSummary | None:
        """The article with that id."""
        if article_id not in self.titles:
            return None
        return next(article for article in self.articles if article.article_id == article_id)

    def resolve(self, typed: str) -> ArticleSummary | None:
        """The article with this id, suggestion value or title; ``None`` if it is none or several."""
        name = typed.strip()
        for article in self.articles:
            if name in {article.article_id, choice_value(article)}:
                return article
        same = [a for a in self.articles if a.metadata.title.casefold() == name.casefold()]
        return same[0] if len(same) == 1 else None

    def suggest(self, typed: str, limit: int = 25) -> list[ArticleSummary]:
        """The articles whose title or id is most like what was typed, typos tolerated; all if nothing was typed."""
        if not typed.strip():
            return sorted(self.articles, key=lambda a: a.metadata.title.casefold())[:limit]
        if (exact := self.get(typed.strip())) is not None:
            return [exact]
        query = utils.default_process(typed)
        found = process.extract(query, self.names, scorer=fuzz.WRatio, limit=limit, score_cutoff=_SIMILAR)
        by_id = {article.article_id: article for article in self.articles}
        return [by_id[article_id] for _, _, article_id in found]

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
