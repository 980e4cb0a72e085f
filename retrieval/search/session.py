"""Opens a data folder for searching; caches the models, whose loading takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from retrieval.core.errors import (
    DamagedStoreError,
    IndexesDisagreeError,
    IndexesReplacedError,
    ModelMismatchError,
    NotIndexedError,
)
from retrieval.core.settings import Settings
from retrieval.core.timing import Observe, unobserved
from retrieval.core.types import ModelIdentity
from retrieval.index.embedding import Embedder, OpenEmbedder, lazy_embedder
from retrieval.index.lexical import TantivyLexicalIndex
from retrieval.index.stores import open_indexes
from retrieval.index.sync import reconcile_indexes
from retrieval.index.vector.monitor import HealthListener, MonitoredVectors
from retrieval.search.ranking.reranker import CrossEncoderReranker, Reranker
from retrieval.search.retriever import Retriever, VectorSearch
from retrieval.search.searcher import Searcher
from retrieval.storage.home.index_state import StateFile, is_current
from retrieval.storage.home.layout import LEXICAL_FOLDER, VECTOR_FOLDER
from retrieval.storage.home.lock import first_run_named
from retrieval.storage.library import Library

#: Opens the reranker that the settings name, if they name one.
OpenReranker = Callable[[Settings], Reranker | None]


def lazy_reranker(settings: Settings) -> Reranker | None:
    """Open the reranker that the settings name; it loads its model at the first question."""
    return CrossEncoderReranker(settings.reranker_model) if settings.reranker_model else None


class ModelCache:
    """Keeps a process's models while its settings stay: the memory of a dropped one is never given back in full."""

    def __init__(self, open_embedder: OpenEmbedder = lazy_embedder) -> None:
        self._open_embedder = open_embedder
        self._embedder: Embedder | None = None
        self._reranker: Reranker | None = None

    def embedder(self, settings: Settings, known: ModelIdentity | None) -> Embedder:
        """Return the cached embedder; open another if the library's vectors are of another model.

        Raises:
            ModelError: when the model cannot be opened.
        """
        cached = self._embedder
        if cached is None or known is None or cached.identity.fingerprint != known.fingerprint:
            cached = self._embedder = self._open_embedder(settings, known)
        return cached

    def reranker(self, settings: Settings) -> Reranker | None:
        """Return the cached reranker, if the settings name one.

        Raises:
            ModelError: when the model cannot be opened.
        """
        if self._reranker is None:
            self._reranker = lazy_reranker(settings)
        return self._reranker


@dataclass(frozen=True, slots=True)
class SearchSession:
    """A data folder opened for searching."""

    library: Library
    vectors: VectorSearch
    words: TantivyLexicalIndex
    embedder: Embedder

    def retriever(self, observe: Observe = unobserved) -> Retriever:
        """Return a retriever over the session's library and indexes."""
        return Retriever(self.library, self.vectors, self.words, self.embedder, observe)


@contextmanager
def _complete_indexes(
    settings: Settings, library: Library, changed: HealthListener | None
) -> Iterator[tuple[VectorSearch, TantivyLexicalIndex]]:
    """Open the derived indexes. Vectors on a server may be unavailable; their health says so."""
    folder = settings.home / library.properties.indexes_folder()
    if not folder.is_dir():
        raise IndexesDisagreeError(folder, library.passages.count(), 0)
    with ExitStack() as stack:
        vectors: VectorSearch
        if settings.chroma is None:
            embedded, words = stack.enter_context(open_indexes(settings.home, folder.name))
            _check_count(folder / VECTOR_FOLDER, library, embedded.count())
            vectors = embedded
        else:
            words = stack.enter_context(TantivyLexicalIndex(folder / LEXICAL_FOLDER))
            vectors = stack.enter_context(
                MonitoredVectors(settings.chroma, library, partial(reconcile_indexes, settings), changed)
            )
        _check_count(folder / LEXICAL_FOLDER, library, words.count())
        if not is_current(StateFile(folder), library.properties.state):
            raise IndexesDisagreeError(folder, library.passages.count())
        yield vectors, words


def _check_count(place: Path, library: Library, found: int) -> None:
    if found < library.passages.count():
        raise IndexesDisagreeError(place, library.passages.count(), found)


@contextmanager
def open_session(
    settings: Settings, open_embedder: OpenEmbedder = lazy_embedder, changed: HealthListener | None = None
) -> Iterator[SearchSession]:
    """Open the library, both indexes and the embedder for reading.

    With ``changed``, vectors on a server are monitored while the session is open; it is called when their health
    changes.

    Raises:
        NotIndexedError: when nothing is indexed (BeingIndexedError while the first run goes on).
        ModelMismatchError: when the settings name another model than the one that made the vectors.
        IndexesDisagreeError: when an index lacks passages of the library.
        IndexesReplacedError: when another process replaced the indexes meanwhile; open again.
        StorageError: when a file cannot be read.
    """
    with first_run_named(settings.home), Library(settings.home) as library:
        identity = library.properties.model()
        name = library.properties.indexes_folder()
        if identity is None or not library.passages.count():
            raise NotIndexedError(settings.home)
        embedder = open_embedder(settings, identity)
        if embedder.identity.fingerprint != identity.fingerprint:
            raise ModelMismatchError(str(identity), str(embedder.identity))
        try:
            with _complete_indexes(settings, library, changed) as (vectors, words):
                yield SearchSession(library, vectors, words, embedder)
        except (DamagedStoreError, IndexesDisagreeError) as error:
            if library.properties.indexes_folder() == name:
                raise
            raise IndexesReplacedError(settings.home / name) from error


@contextmanager
def open_searcher(
    settings: Settings,
    open_embedder: OpenEmbedder = lazy_embedder,
    observe: Observe = unobserved,
    changed: HealthListener | None = None,
    open_reranker: OpenReranker = lazy_reranker,
) -> Iterator[Searcher]:
    """Open a data folder and yield a searcher over it. ``changed`` and the errors are those of ``open_session``.

    Example:
        with open_searcher(Settings(home=Path("data"))) as searcher:
            print(searcher.ask("Who will lead the truce monitoring mechanism?").quotes)
    """
    with open_session(settings, open_embedder, changed) as session:
        reranker = open_reranker(settings)
        yield Searcher(session.library, session.retriever(observe), session.words, reranker, observe)
