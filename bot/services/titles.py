"""What is known of all articles, in memory: looked up by what somebody typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process, utils

from bot.store.message_state import digest
from bot.ui.markup.limits import CHOICE, size
from retrieval.core.types import ArticleSummary

_SIMILAR = 60.0  # rapidfuzz's score, 0 to 100, from which a title counts as what was meant


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of all articles, kept in memory."""

    articles: tuple[ArticleSummary, ...]
    names: Mapping[str, str]  # id → what is compared with something typed
    titles: Mapping[str, str]
    model: str

    @classmethod
    def of(cls, articles: Sequence[ArticleSummary], model: str) -> Catalogue:
        """The catalogue of ``articles``."""
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
        """The article that was named by its id, by the value of a suggestion, or by its title."""
        name = typed.strip()
        for article in self.articles:
            if name in {article.article_id, choice_value(article)}:
                return article
        same = [a for a in self.articles if a.metadata.title.casefold() == name.casefold()]
        return same[0] if len(same) == 1 else None

    def suggest(self, typed: str, limit: int = 25) -> list[ArticleSummary]:
        """The articles whose title or id is most like what was typed, typos tolerated; all of them for nothing."""
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
    """What a suggestion stands for: the id, or a digest of one that is too long for Discord or has edges of space."""
    name = article.article_id
    return name if size(name) <= CHOICE and name == name.strip() else f"#{digest(name)}"
