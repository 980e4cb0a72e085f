"""Opens a data folder for searching, and caches the models while folders are opened again and again.

Loading a model takes seconds, and memory that is never given back in full.
"""

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
from retrieval.index.stores import EMBEDDED, WORDS, open_indexes
from retrieval.index.sync import refill
from retrieval.index.vector.monitor import Changed, WatchedVectors
from retrieval.search.ranking.reranker import CrossEncoderReranker, Reranker
from retrieval.search.searcher import Searcher, VectorSearch
from retrieval.storage.home.index_state import Stamp, fits
from retrieval.storage.home.lock import first_run_named
from retrieval.storage.library import Library

#: Opens the reranker that the settings name, if they name one. Raises ModelError.
OpenReranker = Callable[[Settings], Reranker | None]


def lazy_reranker(settings: Settings) -> Reranker | None:
    """The same for the reranker."""
    return CrossEncoderReranker(settings.reranker_model) if settings.reranker_model else None


class HeldModels:
    """The models of one program, whose settings do not change. Its methods open as the functions above do."""

    def __init__(
        self, open_embedder: OpenEmbedder = lazy_embedder, open_reranker: OpenReranker = lazy_reranker
    ) -> None:
        self._open_embedder = open_embedder
        self._open_reranker = open_reranker
        self._embedder: Embedder | None = None
        self._reranker: Reranker | None = None

    def embedder(self, settings: Settings, known: ModelIdentity | None) -> Embedder:
        """The one that is held, unless the library's vectors are of another model by now. Raises ModelError."""
        held = self._embedder
        if held is None or known is None or held.identity.fingerprint != known.fingerprint:
            held = self._embedder = self._open_embedder(settings, known)
        return held

    def reranker(self, settings: Settings) -> Reranker | None:
        """The one that is held. Raises ModelError."""
        if self._reranker is None:
            self._reranker = self._open_reranker(settings)
        return self._reranker


@dataclass(frozen=True, slots=True)
class Opened:
    """A data folder opened for searching."""

    library: Library
    vectors: VectorSearch
    words: TantivyLexicalIndex
    embedder: Embedder


@contextmanager
def _complete_indexes(
    settings: Settings, library: Library, changed: Changed | None
) -> Iterator[tuple[VectorSearch, TantivyLexicalIndex]]:
    """The derived indexes, if they hold all that the library has. Raises IndexesDisagreeError, StorageError.

    Vectors on a server may be out of order: they are given nevertheless, and say so.
    """
    folder = settings.home / library.properties.indexes_folder()
    if not folder.is_dir():
        raise IndexesDisagreeError(folder, library.passages.count(), 0)
    with ExitStack() as stack:
        vectors: VectorSearch
        if settings.chroma is None:
            embedded, words = stack.enter_context(open_indexes(settings.home, folder.name))
            _check_count(folder / EMBEDDED, library, embedded.count())
            vectors = embedded
        else:
            words = stack.enter_context(TantivyLexicalIndex(folder / WORDS))
            vectors = stack.enter_context(WatchedVectors(settings.chroma, library, partial(refill, settings), changed))
        _check_count(folder / WORDS, library, words.count())
        if not fits(Stamp(folder), library.properties.state):
            raise IndexesDisagreeError(folder, library.passages.count())
        yield vectors, words


def _check_count(place: Path, library: Library, found: int) -> None:
    if found < library.passages.count():
        raise IndexesDisagreeError(place, library.passages.count(), found)


@contextmanager
def open_home(
    settings: Settings, open_embedder: OpenEmbedder = lazy_embedder, changed: Changed | None = None
) -> Iterator[Opened]:
    """Open everything a search needs, for reading.

    With ``changed`` vectors on a server are looked after while this is open, and every change of their health is told.

    Raises NotIndexedError (BeingIndexedError while the first run goes on), ModelMismatchError, IndexesDisagreeError,
    IndexesReplacedError, StorageError.
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
                yield Opened(library, vectors, words, embedder)
        except (DamagedStoreError, IndexesDisagreeError) as error:
            if library.properties.indexes_folder() == name:
                raise
            raise IndexesReplacedError(settings.home / name) from error


@contextmanager
def open_searcher(
    settings: Settings,
    open_embedder: OpenEmbedder = lazy_embedder,
    observe: Observe = unobserved,
    changed: Changed | None = None,
    open_reranker: OpenReranker = lazy_reranker,
) -> Iterator[Searcher]:
    """A searcher over a data folder; ``changed`` as for ``open_home``. Raises what that raises."""
    with open_home(settings, open_embedder, changed) as opened:
        reranker = open_reranker(settings)
        yield Searcher(
            opened.library, opened.vectors, opened.words, opened.embedder, reranker=reranker, observe=observe
        )
