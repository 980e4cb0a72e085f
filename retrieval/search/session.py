"""The models in use, made once and kept while the stores are opened again and again.

To load them anew each time takes seconds, and memory that is never given back in full.
"""

from __future__ import annotations

from collections.abc import Callable

from retrieval.core.settings import Settings
from retrieval.core.types import ModelIdentity
from retrieval.index.embedding import Embedder, LazyEmbedder
from retrieval.search.ranking.reranker import CrossEncoderReranker, Reranker

#: Opens an embedder; the identity is that of the model that made the library's vectors, if there are any.
OpenEmbedder = Callable[[Settings, ModelIdentity | None], Embedder]
#: Opens the reranker that the settings name, if they name one. Raises ModelError.
OpenReranker = Callable[[Settings], Reranker | None]


def lazy_embedder(settings: Settings, known: ModelIdentity | None) -> Embedder:
    """The model that the settings name, loaded when it is needed."""
    return LazyEmbedder(settings.embedding_model, threads=settings.threads, known=known)


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
