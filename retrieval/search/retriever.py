"""Finds candidate passages in both indexes and loads them from the library."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.core.errors import VectorsUnavailableError
from retrieval.core.health import VectorHealth
from retrieval.core.timing import Observe, Stage, timed, unobserved
from retrieval.core.vectors import Matrix
from retrieval.index.embedding import Embedder
from retrieval.search.query.analysis import Question
from retrieval.search.ranking.scoring import Candidate, PassageTerms
from retrieval.storage.library import CandidateRow, Library
from retrieval.text.tokenizer import content_terms
from retrieval.text.vocabulary import Vocabulary

#: Candidates taken from each index.
DEPTH = 32


class VectorSearch(Protocol):
    """Reading side of a vector index, local or on a server."""

    def nearest(self, vector: Matrix, limit: int, /) -> list[tuple[int, float]]: ...

    def health(self) -> VectorHealth: ...


class LexicalSearch(Protocol):
    """Reading side of a lexical index."""

    def best(
        self, groups: Sequence[tuple[Sequence[str], float]], limit: int, /, article_id: str | None = None
    ) -> list[tuple[int, float]]: ...

    def exact(
        self, phrases: Sequence[Sequence[str]], limit: int, /, article_id: str | None = None
    ) -> tuple[list[tuple[int, float]], int]: ...

    def reload(self) -> None: ...


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """Statistics of a corpus at one generation of its library. ``average_length``: content terms a passage."""

    generation: int
    vocabulary: Vocabulary
    average_length: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Library keys of candidate passages, each once. ``keyword_only``: the vector index did not answer."""

    keys: tuple[int, ...]
    keyword_only: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates compared with the question, and the ids of articles left out because their text was ``altered``."""

    passages: tuple[Candidate, ...]
    altered: frozenset[str]


class Retriever:
    """Retrieves candidates for a question. Safe to use from several threads."""

    def __init__(
        self,
        library: Library,
        vectors: VectorSearch,
        words: LexicalSearch,
        embedder: Embedder,
        observe: Observe = unobserved,
    ) -> None:
        self._library = library
        self._vectors = vectors
        self._words = words
        self._embedder = embedder
        self._observe = observe
        self._statistics: CorpusStatistics | None = None
        self._guard = threading.Lock()

    def statistics(self) -> CorpusStatistics:
        """Return the corpus statistics, read again after the library has changed."""
        generation = self._library.properties.generation()
        with self._guard:
            if self._statistics is None or self._statistics.generation != generation:
                self._words.reload()
                self._statistics = CorpusStatistics(
                    generation, Vocabulary(*self._library.vocabulary.load()), self._library.passages.average_length()
                )
            return self._statistics

    def health(self) -> VectorHealth:
        """Return the last known health of the vector index, without a request."""
        return self._vectors.health()

    def encode(self, questions: Sequence[str]) -> Matrix:
        """Encode questions in one batch; shape (questions, dimensions), rows of unit length."""
        with timed(self._observe, Stage.ENCODING):
            return self._embedder.encode(list(questions), question=True)

    def retrieve(self, question: Question, vector: Matrix, depth: int = DEPTH) -> Retrieved:
        """At most ``depth`` passages nearest to ``vector``, shape (dimensions,), and as many keyword matches."""
        near: list[tuple[int, float]] = []
        keyword_only = False
        with timed(self._observe, Stage.VECTORS):
            try:
                near = self._vectors.nearest(vector, depth)
            except VectorsUnavailableError:  # reported by ``health`` and in the answer
                keyword_only = True
        groups = [(variant, term.weight) for term in question.terms for variant in term.variants]
        with timed(self._observe, Stage.KEYWORDS):
            matches = self._words.best(groups, depth)
        return Retrieved(tuple(dict.fromkeys(key for key, _ in (*near, *matches))), keyword_only)

    def retrieve_article(self, article_id: str) -> Retrieved:
        """Return all passages of an article.

        Raises:
            AlteredArticleError: when its stored text fails its checksum.
        """
        with timed(self._observe, Stage.READING):
            self._library.articles.text(article_id)
            return Retrieved(tuple(self._library.passages.keys_of(article_id).values()))

    def load(self, keys: Sequence[int], vector: Matrix) -> Candidates:
        """Load passages with their cosines to ``vector``, shape (dimensions,)."""
        with timed(self._observe, Stage.READING):
            rows, matrix, altered = self._library.passages.candidates(keys, vector.shape[0])
        cosines = (matrix @ vector).tolist()
        return Candidates(tuple(_candidate(row, cosines) for row in rows), altered)


def _candidate(row: CandidateRow, cosines: list[float]) -> Candidate:
    own = cosines[row.first : row.first + 1 + len(row.sentences)]
    terms = PassageTerms.of(row.terms, content_terms(row.lead_in) if row.lead_in else (), row.context)
    return Candidate(row.key, row.passage_id, row.article_id, row.sentences, terms, own[0], tuple(own[1:]), row.lead_in)
