"""The baseline of the benchmark: a plain pipeline of sentence-transformers and Chroma, as a first tutorial builds it.

One vector a paragraph, the libraries' defaults, the text kept in Chroma. It uses the libraries directly, not through
our adapters, as other programs do.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import chromadb
import torch
from chromadb.config import Settings as ChromaSettings
from sentence_transformers import SentenceTransformer

from retrieval.core.vectors import Matrix
from retrieval.index.embedding import find_model


class PlainPipeline:
    """A Chroma collection of paragraphs."""

    def __init__(self, folder: Path, model: str) -> None:
        self._model = SentenceTransformer(str(find_model(model)), device="cpu")
        client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
        self._collection = client.get_or_create_collection("paragraphs", embedding_function=None)
        self._batch = client.get_max_batch_size()

    def index(self, texts: Sequence[str]) -> None:
        """Encode and store paragraphs, on all cores as PyTorch does by default."""
        threads = torch.get_num_threads()
        torch.set_num_threads(os.cpu_count() or 1)
        try:
            vectors = self._model.encode(list(texts), show_progress_bar=False)
        finally:
            torch.set_num_threads(threads)
        self.store(texts, vectors)

    def store(self, texts: Sequence[str], vectors: Matrix) -> None:
        """Store paragraphs with given vectors, shape (paragraphs, dimensions)."""
        for first in range(0, len(texts), self._batch):
            some = list(texts[first : first + self._batch])
            self._collection.add(
                ids=[str(first + k) for k in range(len(some))],
                documents=some,
                embeddings=vectors[first : first + self._batch],
            )

    def ask(self, question: str, count: int = 3) -> list[str]:
        """Return the nearest paragraphs."""
        vector = self._model.encode([question], show_progress_bar=False)
        found = self._collection.query(query_embeddings=vector, n_results=count, include=["documents", "distances"])
        return list((found["documents"] or [[]])[0])
