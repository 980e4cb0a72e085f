"""Estimates the probability that the top passage answers, and turns it into an outcome. Pure.

Logistic regression over named features. The weights come from ``confidence.json``, which names the data, the day and
the command that made them. The margin to the runner-up is left out on purpose: when several articles report one story,
a close second is a second source, not a doubt.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from retrieval.core.types import Outcome
from retrieval.search.query.analysis import Question
from retrieval.search.query.answer_type import AnswerType
from retrieval.search.ranking.scoring import ScoredCandidate
from retrieval.text.vocabulary import IDF_CEILING

FORMAT = 2
#: Matched words beyond this number say nothing new.
MAX_WORDS = 4
#: Penalty for an answer type whose absence shows: a sentence without a figure does not say how many.
_TYPE_PENALTY = {AnswerType.NUMBER: 1.0, AnswerType.TIME: 1.0, AnswerType.SPEECH: 2.0}


class Features(NamedTuple):
    """Features of the top passage.

    - ``nearness``: cosine of its best sentence.
    - ``sentence_coverage``, ``coverage``: share of the question's weight that its best sentence, and all of it, says.
    - ``words``: question words in or beside its best sentence, of ``MAX_WORDS``.
    - ``type_score``: degree to which its best sentence has the answer type; 0.0 for questions without one.
    - ``terms_missing``: weight of the question's terms that it lacks; 1.0 for each rare term.
    - ``type_missing``: its best sentence has no figure, time or utterance, though the question asks for one.
    - ``name_out_of_vocabulary``: the corpus does not contain a name that the question contains.
    """

    nearness: float
    sentence_coverage: float
    coverage: float
    words: float
    type_score: float
    terms_missing: float
    type_missing: float
    name_out_of_vocabulary: float


#: Features that speak against an answer; all others speak for one.
NEGATIVE_FEATURES = frozenset({"terms_missing", "type_missing", "name_out_of_vocabulary"})


def features_of(question: Question, ranked: Sequence[ScoredCandidate]) -> Features | None:
    """Return the features of the first of ``ranked``; ``None`` where nothing was found."""
    if not ranked:
        return None
    top, terms = ranked[0], question.terms
    above = [top.candidate.terms.in_context(term) for term in terms]
    said = list(zip(terms, top.term_positions, above, strict=True))
    missing = [term for term, positions, context in said if not positions and not context]
    words = sum(context or any(abs(p - top.best) <= 1 for p in positions) for _, positions, context in said)
    has_type = question.answer_type is not AnswerType.OTHER
    type_missing = min(max((0.7 - top.type_score) / 0.4, 0.0), 1.0)
    return Features(
        nearness=top.candidate.sentence_cosines[top.best],
        sentence_coverage=top.sentence_coverages[top.best],
        coverage=1.0 - sum(term.weight for term in missing) / (question.weight or 1.0),
        words=min(words, MAX_WORDS) / MAX_WORDS,
        type_score=top.type_score if has_type else 0.0,
        terms_missing=sum(min(term.weight, IDF_CEILING) for term in missing) / IDF_CEILING,
        type_missing=_TYPE_PENALTY.get(question.answer_type, 0.0) * type_missing,
        name_out_of_vocabulary=float(any(term.out_of_vocabulary and term.is_name for term in terms)),
    )


@dataclass(frozen=True, slots=True)
class Confidence:
    """A fitted model: weights by feature, two thresholds, and their origin (``made``) for people to read."""

    intercept: float
    weights: Features
    answered: float
    not_sure: float
    made: Mapping[str, str]

    @classmethod
    def from_json(cls, text: str) -> Confidence:
        """Read a weights file.

        Raises:
            ValueError: when it has another format or is incomplete.
        """
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise ValueError(f"weights of format {data['format']}, not {FORMAT}")
            thresholds = data["thresholds"]
            return cls(
                intercept=float(data["intercept"]),
                weights=Features(**{name: float(data["weights"][name]) for name in Features._fields}),
                answered=float(thresholds["answered"]),
                not_sure=float(thresholds["not_sure"]),
                made={str(key): str(value) for key, value in data["made"].items()},
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"confidence weights lack {error}; make them again with `pullquote calibrate`") from error

    def to_json(self) -> str:
        """Return the text of a weights file, numbers rounded to four places."""
        return json.dumps(
            {
                "format": FORMAT,
                "made": dict(self.made),
                "intercept": round(self.intercept, 4),
                "weights": {name: round(weight, 4) for name, weight in self.weights._asdict().items()},
                "thresholds": {"answered": self.answered, "not_sure": self.not_sure},
            },
            indent=2,
        ) + "\n"  # fmt: skip

    def probability(self, features: Features | None) -> float:
        """Return the probability, 0.0 … 1.0, that the top passage answers; 0.0 where nothing was found."""
        if features is None:
            return 0.0
        log_odds = self.intercept + math.fsum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-log_odds))

    def outcome(self, probability: float) -> Outcome:
        """Return the outcome that ``probability`` allows."""
        if probability >= self.answered:
            return Outcome.ANSWERED
        return Outcome.NOT_SURE if probability >= self.not_sure else Outcome.NOTHING


@lru_cache(maxsize=1)
def default_confidence() -> Confidence:
    """Read the weights that come with the package, once."""
    weights = files("retrieval.search.answer").joinpath("confidence.json")
    return Confidence.from_json(weights.read_text(encoding="utf-8"))
