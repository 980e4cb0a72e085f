"""Reranks the top candidates with a local sentence-transformers cross-encoder, if one is configured."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from retrieval.core.errors import ModelError
from retrieval.index.embedding import find_model, quieten
from retrieval.search.query.analysis import Question
from retrieval.search.ranking.scoring import ScoredCandidate

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

#: Top candidates that are reranked: about 10 ms each on one core for a model of six layers.
DEPTH = 16


class Reranker(Protocol):
    """Scores texts against a question: one number each, the higher the better."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]: ...


class CrossEncoderReranker:
    """A CrossEncoder with one output, loaded at the first question. Safe to use from several threads."""

    def __init__(self, name: str) -> None:
        """Find the model on this machine.

        Raises:
            ModelError: when it is not there.
        """
        self._name = name
        self._folder = find_model(name)
        self._model: CrossEncoder | None = None
        self._guard = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Score ``texts``, one number each.

        Raises:
            ModelError: when the model cannot be loaded or gives more than one number for a pair.
        """
        with self._guard:
            if self._model is None:
                self._model = self._load()
        found = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        return [float(score) for score in found]

    def _load(self) -> CrossEncoder:
        quieten()
        from sentence_transformers import CrossEncoder

        try:
            model: CrossEncoder = CrossEncoder(str(self._folder), device="cpu", local_files_only=True)
        except Exception as error:  # whatever a damaged or foreign folder makes the libraries raise
            problem = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
            raise ModelError(self._name, problem) from error
        if model.num_labels != 1:
            raise ModelError(self._name, f"it gives {model.num_labels} numbers for a pair, not one")
        return model


def rerank(question: Question, ranked: Sequence[ScoredCandidate], reranker: Reranker) -> list[ScoredCandidate]:
    """Reorder the first ``DEPTH`` of ``ranked`` by the reranker's scores; their own scores stay."""
    first = list(ranked[:DEPTH])
    if len(first) < 2:
        return list(ranked)
    texts = [" ".join(filter(None, (e.candidate.lead_in, *e.candidate.sentences))) for e in first]
    scores = reranker.scores(question.text, texts)
    order = sorted(range(len(first)), key=lambda index: -scores[index])
    return [*(first[index] for index in order), *ranked[DEPTH:]]
