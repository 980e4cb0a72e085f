"""The probability of an answer: its weights, its outcomes, and how it is fitted."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest

from retrieval.core.types import Outcome
from retrieval.evaluation import calibration
from retrieval.evaluation.metrics import roc_area
from retrieval.search.answer.confidence import NEGATIVE_FEATURES, Confidence, Features, default_confidence, features_of
from retrieval.search.query.analysis import analyse
from retrieval.search.ranking.scoring import Candidate, PassageTerms, rank
from retrieval.text.tokenizer import content_terms
from retrieval.text.vocabulary import Vocabulary

GOOD = Features(0.7, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
HALVES = Features._make([0.5] * 8)
BAD = Features(0.2, 0.2, 0.2, 0.25, 0.0, 2.0, 1.0, 1.0)


def asked(question: str, text: str, cosine: float = 0.5) -> Features:
    candidate = Candidate(1, "a-1", "a", (text,), PassageTerms.of([content_terms(text)]), cosine, (cosine,))
    analysed = analyse(question, Vocabulary.of([text, "Leaders of other countries spoke elsewhere."]))
    features = features_of(analysed, rank(analysed, [candidate], 8.0))
    assert features is not None
    return features


def test_the_shipped_weights_say_where_they_come_from() -> None:
    """Data, date and command stand beside the weights."""
    made = default_confidence().made
    assert {"date", "command", "data"} <= made.keys()
    assert made["command"].startswith("pullquote calibrate")


def test_the_shipped_weights_have_the_signs_that_follow_from_meaning() -> None:
    """More evidence never lowers the probability, more doubt never raises it."""
    for name, weight in default_confidence().weights._asdict().items():
        assert weight <= 0 if name in NEGATIVE_FEATURES else weight >= 0


def test_good_evidence_is_answered_and_bad_is_not() -> None:
    """The three outcomes follow the probability."""
    confidence = default_confidence()
    assert confidence.outcome(confidence.probability(GOOD)) is Outcome.ANSWERED
    assert confidence.outcome(confidence.probability(BAD)) is Outcome.NOTHING
    assert confidence.outcome((confidence.answered + confidence.not_sure) / 2) is Outcome.NOT_SURE


def test_nothing_found_is_nothing_to_show() -> None:
    """Without a passage the probability is nought."""
    assert features_of(analyse("Who?", Vocabulary()), []) is None
    assert default_confidence().probability(None) == 0.0


def test_an_unseen_name_speaks_against_an_answer() -> None:
    """A passage on Ukraine does not answer what Biden said about it."""
    text = "Zelenskyy said that Ukraine was ready."
    known = asked("What did Zelenskyy say about Ukraine?", text)
    unknown = asked("What did Biden say about Ukraine?", text)
    assert unknown.name_out_of_vocabulary == 1.0
    assert default_confidence().probability(known) > 0.5 > default_confidence().probability(unknown)


def test_a_sentence_without_a_time_does_not_answer_when() -> None:
    """The right event without its date is not an answer."""
    question = "When was the Budapest Memorandum signed?"
    without = asked(question, "The Budapest Memorandum was signed by all.")
    dated = asked(question, "The Budapest Memorandum was signed in 1994.")
    assert without.type_missing > dated.type_missing == 0.0
    assert default_confidence().probability(dated) > default_confidence().probability(without)


def test_the_probability_is_the_logistic_function_of_the_weighted_features() -> None:
    """The intercept and each weighted feature add up to the log-odds."""
    probability = Confidence(-1.0, HALVES, 0.5, 0.2, {}).probability(GOOD)
    assert math.log(probability / (1 - probability)) == pytest.approx(0.5 * sum(GOOD) - 1.0)


def test_weights_survive_a_round_trip() -> None:
    """Weights are read as they were written."""
    confidence = Confidence(-1.25, HALVES, 0.5, 0.2, {"date": "2026-11-21"})
    assert Confidence.from_json(confidence.to_json()) == confidence


@pytest.mark.parametrize("change", [{"format": 99}, {"weights": {}}, {"thresholds": {}}])
def test_incomplete_weights_are_refused(change: dict[str, object]) -> None:
    """A weights file of another make is not half used."""
    data = json.loads(default_confidence().to_json()) | change
    with pytest.raises(ValueError, match=r"format|lack"):
        Confidence.from_json(json.dumps(data))


def _drawn(draw: random.Random, mean: float) -> Features:
    return Features._make([*(draw.gauss(mean, 0.2) for _ in range(5)), 0.0, 0.0, 0.0])


def _examples() -> tuple[list[Features], calibration.Flags, list[str]]:
    draw = random.Random(7)  # noqa: S311
    labels = np.array([draw.random() < 0.5 for _ in range(400)])
    rows = [_drawn(draw, 0.6 if label else 0.4) for label in labels]
    return rows, labels, [f"article {draw.randrange(12)}" for _ in labels]


def test_fitting_separates_and_keeps_the_signs() -> None:
    """Out-of-fold probabilities tell the two kinds apart, and no weight takes the wrong sign."""
    rows, labels, groups = _examples()
    fitted = calibration.fit(rows, labels.tolist(), groups)
    separation = roc_area(fitted.out_of_fold[labels].tolist(), fitted.out_of_fold[~labels].tolist())
    assert separation is not None
    assert separation > 0.85
    assert all((w <= 0) if name in NEGATIVE_FEATURES else (w >= 0) for name, w in fitted.weights._asdict().items())
    assert calibration.fit(rows, labels.tolist(), groups).weights == fitted.weights


def test_the_reliability_table_counts_every_example_once() -> None:
    """No example is lost between two rows, and the observed rates stay near the predicted."""
    rows, labels, groups = _examples()
    fitted = calibration.fit(rows, labels.tolist(), groups)
    table = calibration.reliability(labels, fitted.out_of_fold)
    assert sum(row.examples for row in table) == len(labels)
    error = sum(abs(row.predicted - row.observed) * row.examples for row in table) / len(labels)
    assert error < 0.1


def test_the_threshold_keeps_both_promises_where_it_can() -> None:
    """On separable data both targets are met."""
    rows, labels, groups = _examples()
    fitted = calibration.fit(rows, labels.tolist(), groups)
    sure = fitted.out_of_fold * 0.2 + 0.8 * labels
    threshold = calibration.best_threshold(labels, sure)
    answered, declined = calibration.at_threshold(labels, sure, threshold)
    assert answered >= calibration.TARGETS[0]
    assert declined >= calibration.TARGETS[1]


def test_too_little_data_is_refused() -> None:
    """A fit on a handful of articles would promise what it cannot keep."""
    with pytest.raises(ValueError, match="articles"):
        calibration.fit([GOOD, BAD], [True, False], ["a", "b"])
