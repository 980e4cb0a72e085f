"""Stand-ins of our own: an embedder without a model, and both indexes in memory, written against the same ports."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from retrieval.core.health import VectorHealth
from retrieval.core.settings import Settings
from retrieval.core.types import ModelIdentity
from retrieval.core.vectors import Matrix, normalise
from retrieval.index.lexical import LexicalEntry
from retrieval.text.tokenizer import content_terms

DIMENSIONS = 64


class WordEmbedder:
    """Texts that share words get near vectors: each word adds a direction that its checksum chooses.

    ``encoded`` lists every text in the order in which it was encoded; ``questions`` those that were asked.
    """

    def __init__(self, name: str = "words", *, window: int = 256) -> None:
        fingerprint = hashlib.sha256(name.encode()).hexdigest()[:16]
        self.identity = ModelIdentity(name, fingerprint, DIMENSIONS, window)
        self.encoded: list[str] = []
        self.questions: list[str] = []

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:
        """Unit vectors, shape (number of texts, DIMENSIONS)."""
        (self.questions if question else self.encoded).extend(texts)
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for place, text in enumerate(texts):
            for term in content_terms(text) or ("nothing",):
                rows[place] += _direction(self.identity.name, term)
        return normalise(rows)

    def opened(self, settings: Settings, known: ModelIdentity | None) -> WordEmbedder:
        """Itself, where a function that opens an embedder is wanted."""
        return self


@lru_cache(maxsize=65536)
def _direction(model: str, term: str) -> Matrix:
    digest = hashlib.sha512(f"{model} {term}".encode()).digest()
    return np.asarray(np.frombuffer(digest, dtype=np.uint8) / 127.5 - 1.0, dtype=np.float32)


@dataclass
class MemoryVectorIndex:
    """The vector index's ports over a dict."""

    rows: dict[int, Matrix] = field(default_factory=dict)

    def add(self, keys: Sequence[int], vectors: Matrix) -> None:
        self.rows.update({key: np.array(row) for key, row in zip(keys, vectors, strict=True)})

    def remove(self, keys: Sequence[int]) -> None:
        for key in keys:
            self.rows.pop(key, None)

    def keys(self) -> set[int]:
        return set(self.rows)

    def count(self) -> int:
        return len(self.rows)

    def nearest(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        cosines = [(key, float(normalise(row) @ normalise(vector))) for key, row in self.rows.items()]
        return sorted(cosines, key=lambda hit: -hit[1])[:limit]

    def health(self) -> VectorHealth:
        return VectorHealth()


@dataclass
class MemoryLexicalIndex:
    """The keyword index's ports over a dict; BM25 with the usual constants."""

    entries: dict[int, LexicalEntry] = field(default_factory=dict)

    def add(self, entries: Sequence[LexicalEntry]) -> None:
        self.entries.update({entry.key: entry for entry in entries})

    def remove(self, keys: Sequence[int]) -> None:
        for key in keys:
            self.entries.pop(key, None)

    def keys(self) -> set[int]:
        return set(self.entries)

    def count(self) -> int:
        return len(self.entries)

    def reload(self) -> None:
        """There is nothing between this and its data."""

    def best(
        self, ways: Sequence[tuple[Sequence[str], float]], limit: int, article_id: str | None = None
    ) -> list[tuple[int, float]]:
        scores: Counter[int] = Counter()
        for terms, weight in ways:
            for key, entry in self.entries.items():
                if terms and all(term in entry.terms for term in terms):
                    scores[key] += weight * sum(self._bm25(term, entry) for term in terms)  # type: ignore[assignment]
        hits = [(key, float(score)) for key, score in scores.items() if self._is_in(key, article_id)]
        return sorted(hits, key=lambda hit: -hit[1])[:limit]

    def exact(
        self, phrases: Sequence[Sequence[str]], limit: int, article_id: str | None = None
    ) -> tuple[list[tuple[int, float]], int]:
        hits = [
            (key, 1.0)
            for key, entry in self.entries.items()
            if phrases
            and self._is_in(key, article_id)
            and all(f" {' '.join(phrase)} " in f" {' '.join(entry.words)} " for phrase in phrases)
        ]
        return hits[:limit], len(hits)

    def _is_in(self, key: int, article_id: str | None) -> bool:
        return article_id is None or self.entries[key].article_id == article_id

    def _bm25(self, term: str, entry: LexicalEntry) -> float:
        having = sum(term in other.terms for other in self.entries.values())
        average = sum(len(other.terms) for other in self.entries.values()) / len(self.entries)
        count = Counter(entry.terms)[term]
        rarity = math.log(1 + (len(self.entries) - having + 0.5) / (having + 0.5))
        return rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(entry.terms) / max(average, 1.0)))
