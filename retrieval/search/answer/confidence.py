"""Is there an answer in these passages? Named features, a calibrated probability, three outcomes. Pure.

The probability is a logistic function of a weighted sum; the weights come from ``confidence.json``, which says from
which data, on which day and by which command they were made. Margins to the runner-up are left out on purpose: when
several articles report one story, a close second is a second witness, not a doubt.
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

FORMAT = 1
#: More matching words than this say nothing new.
ENOUGH_WORDS = 4
#: Kinds whose signs can be trusted to be absent: a text without a figure does not say how many.
_STRICT = {AnswerType.NUMBER: 1.0, AnswerType.TIME: 1.0, AnswerType.SPEECH: 2.0}


class Features(NamedTuple):
    """What the probability is made of, all about the best passage.

    ``nearness``: cosine of its best sentence. ``sentence_coverage``, ``coverage``: share of the question's weight that
    the best sentence, and the passage, say. ``words``: question words found in or beside the best sentence, of
    ``ENOUGH_WORDS``. ``kind``: the sentence holds what was asked for. ``missing``: weight of the words that the passage
    lacks, 1.0 for each rare word. ``lacking``: the question wants a figure, a time or somebody's words, and the
    sentence has none. ``unseen_name``: the corpus never names somebody or something that the question names.
    """

    nearness: float
    sentence_coverage: float
    coverage: float
    words: float
    kind: float
    missing: float
    lacking: float
    unseen_name: float


#: Features that speak against an answer; all others speak for one.
AGAINST = frozenset({"missing", "lacking", "unseen_name"})


def features_of(question: Question, ranked: Sequence[ScoredCandidate]) -> Features | None:
    """The features of the first of ``ranked``; ``None`` where nothing was found."""
    if not ranked:
        return None
    top, terms = ranked[0], question.terms
    total = question.weight or 1.0
    missing = [term for term, positions in zip(terms, top.term_positions, strict=True) if not positions]
    words = sum(any(abs(p - top.best) <= 1 for p in positions) for positions in top.term_positions)
    typed = question.answer_type is not AnswerType.OTHER
    strictness = _STRICT.get(question.answer_type, 0.0)
    return Features(
        nearness=top.candidate.sentence_cosines[top.best],
        sentence_coverage=top.sentence_coverages[top.best],
        coverage=1.0 - sum(term.weight for term in missing) / total,
        words=min(words, ENOUGH_WORDS) / ENOUGH_WORDS,
        kind=top.type_score if typed else 0.0,
        missing=sum(min(term.weight, 4.0) for term in missing) / 4.0,
        lacking=strictness * min(max((0.7 - top.type_score) / 0.4, 0.0), 1.0),
        unseen_name=float(any(term.out_of_vocabulary and term.is_name for term in terms)),
    )


@dataclass(frozen=True, slots=True)
class Confidence:
    """Weights, one for each feature, and the two thresholds, with their origin for people to read."""

    intercept: float
    weights: Features
    answered: float
    not_sure: float
    made: Mapping[str, str]

    @classmethod
    def from_json(cls, text: str) -> Confidence:
        """From the text of a weights file. ``ValueError`` where it is of another format or incomplete."""
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
        """The text of a weights file, numbers rounded to four places."""
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

    def contributions(self, features: Features) -> Features:
        """What each feature adds to the log-odds, for people who ask why."""
        return Features(*(w * x for w, x in zip(self.weights, features, strict=True)))

    def probability(self, features: Features | None) -> float:
        """The probability, 0.0 … 1.0, that the best passage answers; 0.0 where nothing was found."""
        if features is None:
            return 0.0
        return 1.0 / (1.0 + math.exp(-(self.intercept + math.fsum(self.contributions(features)))))

    def outcome(self, probability: float) -> Outcome:
        """What ``probability`` allows to show."""
        if probability >= self.answered:
            return Outcome.ANSWERED
        return Outcome.NOT_SURE if probability >= self.not_sure else Outcome.NOTHING


@lru_cache(maxsize=1)
def shipped() -> Confidence:
    """The weights that come with the package."""
    return Confidence.from_json(
        files("retrieval.search.answer").joinpath("confidence.json").read_text(encoding="utf-8")
    )
