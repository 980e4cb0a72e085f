"""Decides whether the selected passages answer, and which of them to show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.core.types import Outcome
from retrieval.search.answer.confidence import Confidence, features_of
from retrieval.search.query.analysis import Question
from retrieval.search.query.follow_up import mentions
from retrieval.search.ranking.scoring import ScoredCandidate
from retrieval.search.ranking.selection import HAS_FIGURE, NUMERIC_TYPES, Choice, conflicting_sources


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome with its probability and the passages to show, best first."""

    question: Question
    outcome: Outcome
    probability: float
    choices: tuple[Choice, ...]

    @property
    def answered(self) -> bool:
        """Tell whether the passages answer."""
        return self.outcome is Outcome.ANSWERED

    def mentions(self, words: frozenset[str]) -> bool:
        """Tell whether the first passage or its lead-in contains one of ``words``."""
        if not self.choices:
            return False
        first = self.choices[0].scored.candidate
        return mentions(words, " ".join((first.lead_in, *first.sentences)))

    def downgraded(self) -> Decision:
        """Return the decision with an answer turned into passages that merely come close."""
        return replace(self, outcome=Outcome.NOT_SURE) if self.answered else self


def decide(
    question: Question,
    ranked: Sequence[ScoredCandidate],
    choices: Sequence[Choice],
    confidence: Confidence,
    limit: int,
) -> Decision:
    """Decide from the top passage; show at most ``limit`` passages.

    An answer keeps its first quote, further quotes that answer by themselves, and adds sources whose figure conflicts.
    """
    probability = confidence.probability(features_of(question, ranked))
    outcome = confidence.outcome(probability)
    if outcome is Outcome.ANSWERED:
        kept = [*choices[:1], *(choice for choice in choices[1:] if _supports(question, choice, confidence))]
        choices = [*kept, *conflicting_sources(question, ranked, kept)][:limit]
    return Decision(question, outcome, probability, tuple(choices))


def _supports(question: Question, choice: Choice, confidence: Confidence) -> bool:
    if question.answer_type in NUMERIC_TYPES and choice.scored.type_score < HAS_FIGURE:
        return False
    probability = confidence.probability(features_of(question, [choice.scored]))
    return confidence.outcome(probability) is Outcome.ANSWERED
