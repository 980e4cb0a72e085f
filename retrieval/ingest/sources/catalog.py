"""The catalog's entries by article id alone, for callers that do not know an article's path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article
from retrieval.ingest.sources.config import CatalogEntry, CorpusConfig, load_config

__all__ = ["Catalog", "CatalogEntry", "load_catalog"]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Entries by article id; ``problems`` are the mistakes, each cost its own key."""

    config: CorpusConfig

    @property
    def problems(self) -> tuple[CorpusFileError, ...]:
        """Mistakes in the files."""
        return self.config.problems

    def entry(self, article_id: str) -> CatalogEntry:
        """Entry of the article; an empty one if the catalog has none."""
        return self.config.entry(article_id, article_id)

    def unknown_articles(self, article_ids: Iterable[str]) -> list[CorpusFileError]:
        """One error for each entry whose article does not exist."""
        return self.config.unknown_articles({name: name for name in article_ids})

    def missing_paragraphs(self, article: Article) -> list[CorpusFileError]:
        """An error if keep or drop name paragraphs that the article does not have."""
        return self.config.missing_paragraphs(article)


def load_catalog(folder: Path) -> Catalog:
    """Read the folder's configuration, empty without a file; each mistake is one problem, with the line of its key."""
    return Catalog(load_config(folder))
