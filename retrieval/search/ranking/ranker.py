"""Orders candidates by score. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.search.query.analysis import Question
from retrieval.search.ranking.scoring import Candidate, ScoredCandidate, apply_answer_type, score

#: Top candidates that are checked for the answer type; an answer is rarely further down.
DEPTH = 8


def rank(question: Question, candidates: Iterable[Candidate], average_length: float) -> list[ScoredCandidate]:
    """Score ``candidates`` and sort them, best first; equal scores are sorted by article and passage id.

    ``average_length`` is the corpus's mean number of content terms in a passage.
    """
    scored = sorted((score(question, candidate, average_length) for candidate in candidates), key=_order)
    return sorted((apply_answer_type(question, each) for each in scored[:DEPTH]), key=_order) + scored[DEPTH:]


def _order(scored: ScoredCandidate) -> tuple[float, str, str]:
    return (-scored.score, scored.candidate.article_id, scored.candidate.passage_id)
