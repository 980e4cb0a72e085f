"""Metrics of ranking and of declining, from ir-measures and scikit-learn. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.core.errors import RetrievalError

Floats = NDArray[np.float64]
NAMES = ("hit@1", "hit@3", "hit@5", "MRR@10", "nDCG@10")


class Interval(NamedTuple):
    """A mean with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


class Curve(NamedTuple):
    """A risk–coverage curve: of the most confident ``coverage[i]`` of all questions, ``risk[i]`` are wrong."""

    coverage: list[float]
    risk: list[float]
    area: float


def finding(relevant: Sequence[set[str]], rankings: Sequence[Sequence[str]]) -> dict[str, Floats]:
    """Return every metric in ``NAMES`` for each question, as arrays of shape (questions,).

    ``rankings`` are ids, best first; ``relevant`` are the ids that answer.

    Raises:
        RetrievalError: when ir-measures is not installed.
    """
    try:
        import ir_measures
        from ir_measures import RR, Success, nDCG
    except ImportError as error:
        raise RetrievalError("Measuring needs the package ir-measures. Run: pip install 'pullquote[eval]'") from error
    wanted = [Success @ 1, Success @ 3, Success @ 5, RR @ 10, nDCG @ 10]
    measures: dict[Any, str] = dict(zip(wanted, NAMES, strict=True))
    qrels = {str(i): dict.fromkeys(ids, 1) for i, ids in enumerate(relevant)}
    # Only the order counts, so equal scores of a system are not broken by some other rule.
    run = {str(i): {name: -float(rank) for rank, name in enumerate(ids)} for i, ids in enumerate(rankings)}
    found = {name: np.zeros(len(relevant)) for name in NAMES}
    for metric in ir_measures.iter_calc(list(measures), qrels, run):
        found[measures[metric.measure]][int(metric.query_id)] = metric.value
    return found


def interval(values: Floats, *, rounds: int = 1000) -> Interval:
    """Return the mean with a percentile bootstrap over questions (Efron 1979)."""
    picks = np.random.default_rng(0).integers(0, len(values), (rounds, len(values)))
    low, high = np.quantile(values[picks].mean(axis=1), [0.025, 0.975])
    return Interval(float(values.mean()), float(low), float(high))


def roc_area(answerable: Sequence[float], unanswerable: Sequence[float]) -> float | None:
    """Return the area under the ROC curve of the confidences; ``None`` without questions of either kind."""
    from sklearn.metrics import roc_auc_score

    if not len(answerable) or not len(unanswerable):
        return None
    labels = [True] * len(answerable) + [False] * len(unanswerable)
    return float(roc_auc_score(labels, [*answerable, *unanswerable]))


def risk_coverage(right: Sequence[bool], confidence: Sequence[float]) -> Curve:
    """Return the risk–coverage curve (El-Yaniv and Wiener 2010). ``right``: the first quote answers."""
    order = np.argsort(-np.asarray(confidence), kind="stable")
    wrong = ~np.asarray(right, dtype=bool)[order]
    answered = np.arange(1, len(order) + 1)
    risk = np.cumsum(wrong) / answered
    return Curve((answered / len(order)).tolist(), risk.tolist(), float(risk.mean()))


def share(flags: Sequence[bool]) -> float | None:
    """Return the share of true values; ``None`` for none at all."""
    return float(np.mean(flags)) if flags else None
