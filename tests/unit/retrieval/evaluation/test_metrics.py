"""Measures of finding and declining, on examples that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.metrics import finding, interval, risk_coverage, roc_area, share


def test_hits_and_reciprocal_ranks_follow_from_the_order_alone() -> None:
    """An answer at the first, third and no place gives the known values of every measure."""
    found = finding([{"a"}, {"b"}, {"c"}], [["a", "x"], ["x", "y", "b"], ["x"]])
    assert found["hit@1"].tolist() == [1, 0, 0]
    assert found["hit@3"].tolist() == [1, 1, 0]
    assert found["MRR@10"].tolist() == pytest.approx([1, 1 / 3, 0])
    assert found["nDCG@10"].tolist() == pytest.approx([1, 1 / math.log2(4), 0])


def test_a_system_that_finds_nothing_gets_nothing() -> None:
    """An empty ranking counts as a miss and is not left out of the mean."""
    found = finding([{"a"}, {"b"}], [[], ["b"]])
    assert found["hit@5"].tolist() == [0, 1]


def test_several_right_passages_are_ideal_only_when_all_come_first() -> None:
    """nDCG falls when a wrong passage stands between two right ones, the reciprocal rank does not."""
    whole, broken = finding([{"a", "b"}] * 2, [["a", "b", "x"], ["a", "x", "b"]])["nDCG@10"]
    assert whole == pytest.approx(1)
    assert broken < 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_an_interval_surrounds_what_can_be(values: list[float]) -> None:
    """The bootstrap interval lies within the values, and its ends are in order."""
    found = interval(np.array(values), rounds=50)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found.mean == pytest.approx(float(np.mean(values)))


def test_the_interval_is_narrower_with_more_questions() -> None:
    """Ten times the questions give a narrower interval, and the same seed the same one."""
    few, many = interval(np.array([0.0, 1.0] * 10)), interval(np.array([0.0, 1.0] * 100))
    assert many.high - many.low < few.high - few.low
    assert interval(np.array([0.0, 1.0] * 10)) == few


def test_risk_grows_where_confident_answers_are_wrong() -> None:
    """The curve answers the most confident first: the wrong one shows where its confidence puts it."""
    curve = risk_coverage([True, False, True, True], [0.9, 0.8, 0.7, 0.1])
    assert curve.coverage == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 4])
    assert curve.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4) / 4)


def test_the_roc_area_counts_pairs_in_the_right_order() -> None:
    """Three of four pairs in order give 0.75; with one kind of question there is no area."""
    assert roc_area([0.9, 0.4], [0.5, 0.1]) == 0.75
    assert roc_area([0.9, 0.4], []) is None
    assert share([]) is None
