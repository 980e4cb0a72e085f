"""Plans and applies changes, so that the library and both derived indexes hold exactly a corpus."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from retrieval.core.errors import CorpusFileError, ModelMismatchError
from retrieval.core.types import Article
from retrieval.core.vectors import Matrix, pack
from retrieval.index.analysis import AnalysedArticle, analyse, analyse_passages, encode
from retrieval.index.embedding import Embedder
from retrieval.index.lexical import LexicalEntry
from retrieval.storage.home.index_state import StateMarker
from retrieval.storage.library import LibraryWriter, StagedPassage, model_property
from retrieval.text.vocabulary import passage_words

#: Part of every digest: a change in how words are folded or vectors are pooled makes all articles new.
ANALYSIS = "2"
_UNFINISHED = "unfinished"  # no library has this state: indexes that are being emptied belong to none
_BATCH = 1500  # sentences encoded before the next commit: a kill costs at most that much work


class DerivedIndex(Protocol):
    """Index of passages by key, for writing."""

    def remove(self, keys: Sequence[int]) -> None: ...
    def keys(self) -> set[int]: ...
    def count(self) -> int: ...


class VectorStore(DerivedIndex, Protocol):
    """Vector index, for writing."""

    def add(self, keys: Sequence[int], vectors: Matrix) -> None: ...


class LexicalStore(DerivedIndex, Protocol):
    """Keyword index, for writing."""

    def add(self, entries: Sequence[LexicalEntry]) -> None: ...


@dataclass(frozen=True, slots=True)
class Stores:
    """The two derived indexes, and the markers of the library's state (with a server two), each with its indexes."""

    vectors: VectorStore
    lexical: LexicalStore
    markers: tuple[tuple[StateMarker, tuple[DerivedIndex, ...]], ...] = ()

    def mark(self, *states: str) -> None:
        """Record which states of the library these indexes hold all passages of."""
        for marker, _ in self.markers:
            marker.write(states)


class Indexer:
    """Applies plans in a folder that the caller owns. Articles among the ``problems`` stay as the library had them."""

    def __init__(
        self,
        library: LibraryWriter,
        stores: Stores,
        embedder: Embedder,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._library = library
        self._stores = stores
        self._embedder = embedder
        self._progress = progress
        self.problems: list[CorpusFileError] = []

    def reconcile(self) -> None:
        """Finish or undo an interrupted run, so that library and indexes hold the same passages."""
        self._library.discard_staged()
        self._purge(self._library.passages.retired())
        live = self._library.passages.keys()
        state = self._library.properties.state()
        known = [(marker, indexes, marker.read()) for marker, indexes in self._stores.markers]
        for marker, indexes, states in known:
            if states is not None and state not in states:
                # In another state of the library, or in another library, the same key may stand for another passage.
                marker.write([_UNFINISHED])
                for index in indexes:
                    index.remove(sorted(index.keys()))
        for index in (self._stores.vectors, self._stores.lexical):
            if extra := index.keys() - set(live):
                index.remove(sorted(extra))
        self.fill(live)
        if not state:
            state = secrets.token_hex(8)
            self._library.set_properties({"state": state})
        for marker, _, states in known:
            if states != frozenset({state}):
                marker.write([state])

    def publish(self, *, removed: Iterable[str] = (), properties: Mapping[str, str] = MappingProxyType({})) -> None:
        """Publish what is staged, with these indexes as the library's."""
        state = secrets.token_hex(8)
        self._stores.mark(self._library.properties.state(), state)
        self._library.publish(removed=removed, properties={**properties, "state": state}, count=passage_words)
        self._stores.mark(state)

    def fill(self, live: Sequence[int]) -> None:
        """Give the derived indexes what they lack of these live passages, from the library alone."""
        self._fill_vectors(sorted(set(live) - self._stores.vectors.keys()))
        missing = set(live) - self._stores.lexical.keys()
        for article_id in self._library.articles.digests() if missing else ():
            keys = self._library.passages.keys_of(article_id)
            if missing.isdisjoint(keys.values()):
                continue
            # An altered text may stand in the index: a search that is led to it refuses to quote it.
            article = self._library.articles.load(article_id, checked=False)
            found = zip(article.passages, analyse_passages(article), strict=True)
            entries = [analysed.entry._replace(key=keys[passage.passage_id]) for passage, analysed in found]
            self._stores.lexical.add([entry for entry in entries if entry.key in missing])

    def _fill_vectors(self, keys: Sequence[int]) -> None:
        identity = self._library.properties.model()
        for first in range(0, len(keys), 5000):
            some = keys[first : first + 5000]
            dimensions = identity.dimensions if identity else 1
            pairs = [(key, rows[0]) for key, rows in self._library.passages.vectors(some, dimensions)]
            self._stores.vectors.add([key for key, _ in pairs], np.stack([row for _, row in pairs]))

    def check_model(self) -> None:
        """Refuse vectors of another model.

        Raises:
            ModelMismatchError: when another model made the library's vectors.
        """
        identity = self._library.properties.model()
        if identity is not None and identity.fingerprint != self._embedder.identity.fingerprint:
            raise ModelMismatchError(str(identity), str(self._embedder.identity))

    def update(self, articles: Iterable[tuple[Article, str]]) -> list[str]:
        """Add or replace articles (with their digests) as they come, in batches; the ids of those that were stored.

        Raises:
            ModelMismatchError: when another model made the vectors; nothing has changed then.
        """
        self.check_model()
        if self._library.properties.model() is None:
            self._library.set_properties(model_property(self._embedder.identity) | {"analysis": ANALYSIS})
        done = self._store(articles)
        if self._library.properties.get("analysis") != ANALYSIS:  # old counts cannot be taken off one by one
            self._library.recount(passage_words, analysis=ANALYSIS)
        return done

    def remove(self, article_ids: Sequence[str]) -> None:
        """Remove articles; after an update, so that one that was renamed is there under its new name first."""
        if article_ids:
            self.publish(removed=article_ids)
            self._purge(self._library.passages.retired())

    def reencode(self, properties: dict[str, str], fresh: Mapping[str, tuple[Article, str]]) -> None:
        """Encode every article again into the indexes, then switch the library to them and the model in one step.

        Raises:
            AlteredArticleError: when an article's stored text was altered and ``fresh`` does not have it.
        """
        altered = set(self._library.articles.altered())
        for article_id, digest in self._library.articles.digests().items():
            if article_id in altered and article_id in fresh:
                self._stage([analyse(*fresh[article_id])])
            else:
                self._stage([analyse(self._library.articles.load(article_id), digest)])
        self.publish(properties=properties | model_property(self._embedder.identity))
        self._library.forget_retired()

    def _store(self, articles: Iterable[tuple[Article, str]]) -> list[str]:
        """Index articles in batches; the ids of those that were stored."""
        done: list[str] = []
        batch: list[AnalysedArticle] = []
        size = 0
        for article, digest in articles:
            try:
                batch.append(analyse(article, digest))
            except CorpusFileError as error:
                self.problems.append(error)
                continue
            done.append(article.article_id)
            size += sum(len(passage.sentences) for passage in article.passages)
            if size >= _BATCH:
                self._stage_and_publish(batch)
                batch, size = [], 0
        if batch:
            self._stage_and_publish(batch)
        return done

    def _stage_and_publish(self, batch: Sequence[AnalysedArticle]) -> None:
        self._stage(batch)
        self.publish()
        self._purge(self._library.passages.retired())

    def _stage(self, batch: Sequence[AnalysedArticle]) -> None:
        matrices = iter(encode([analysed.article for analysed in batch], self._embedder, self._progress))
        keys: list[int] = []
        rows: list[Matrix] = []
        entries: list[LexicalEntry] = []
        for analysed in batch:
            own = [next(matrices) for _ in analysed.passages]
            additions = [
                StagedPassage(passage.terms, passage.context_terms, passage.words, pack(matrix))
                for passage, matrix in zip(analysed.passages, own, strict=True)
            ]
            new = self._library.stage(analysed.article, analysed.digest, additions)
            keys += new
            rows += [matrix[0] for matrix in own]
            entries += [passage.entry._replace(key=key) for key, passage in zip(new, analysed.passages, strict=True)]
        if keys:
            self._stores.vectors.add(keys, np.stack(rows))
            self._stores.lexical.add(entries)

    def _purge(self, keys: Sequence[int]) -> None:
        if keys:
            self._stores.vectors.remove(keys)
            self._stores.lexical.remove(keys)
            self._library.forget_retired()
