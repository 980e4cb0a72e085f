"""Operations on a Chroma collection, embedded or on a server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Self

from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.api.models.Collection import Collection

from retrieval.core.errors import StorageError
from retrieval.core.health import VectorHealth
from retrieval.core.vectors import Matrix

COSINE: CreateCollectionConfiguration = {"hnsw": {"space": "cosine"}}


class CollectionIndex(ABC):
    """One vector a passage, by the library's keys; a context manager. ``page``: most records in one call."""

    def __init__(self, collection: Collection, page: int) -> None:
        self._collection = collection
        self._page = page

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Close folder or connections; the index cannot be used afterwards."""

    @abstractmethod
    def _translated(self) -> AbstractContextManager[None]:
        """Translate Chroma's errors into ours."""

    @abstractmethod
    def _lost_vectors(self, problem: str) -> StorageError:
        """Error for a collection that has lost vectors it counts."""

    def health(self) -> VectorHealth:
        """Good: failures are raised as errors."""
        return VectorHealth()

    def add(self, keys: Sequence[int], vectors: Matrix) -> None:
        """Store vectors, shape (number of keys, d); a key that is known gets its new vector."""
        for first in range(0, len(keys), self._page):
            with self._translated():
                ids = [str(key) for key in keys[first : first + self._page]]
                self._collection.upsert(ids=ids, embeddings=vectors[first : first + self._page])

    def remove(self, keys: Sequence[int]) -> None:
        """Delete passages; unknown keys are ignored."""
        for first in range(0, len(keys), self._page):
            with self._translated():
                self._collection.delete(ids=[str(key) for key in keys[first : first + self._page]])

    def keys(self) -> set[int]:
        """All stored keys."""
        found: set[int] = set()
        while True:
            with self._translated():
                page = self._collection.get(include=[], limit=self._page, offset=len(found))["ids"]
                found.update(int(key) for key in page)
            if len(page) < self._page:
                return found

    def count(self) -> int:
        """Number of stored passages."""
        with self._translated():
            return int(self._collection.count())

    def nearest(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """Keys and cosines of the passages nearest to ``vector``, shape (d,); best first.

        Raises:
            StorageError: when most of what is stored cannot be reached: Chroma says nothing if its files of neighbours
                are lost, and searches the little that it has in its log.
        """
        with self._translated():
            found = self._collection.query(query_embeddings=vector[None, :], n_results=limit, include=["distances"])
            distances = found["distances"]
            hits = zip(found["ids"][0], distances[0], strict=True) if distances else ()
            nearest = [(int(key), 1.0 - float(distance)) for key, distance in hits]
        if len(nearest) < limit and 2 * len(nearest) < min(limit, stored := self.count()):
            raise self._lost_vectors(f"only {len(nearest)} of {stored} vectors can be searched")
        return nearest
