"""Fits the confidence: logistic regression with signs fixed by meaning, cross-validated by article. Pure.

Needs scipy and scikit-learn, which come with sentence-transformers; both are imported where they are used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.search.answer.confidence import NEGATIVE_FEATURES, Features

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Strength of the ridge penalty, on features scaled to unit variance.
PENALTY = 3.0
#: Minimum weights, in log-odds, of features that are too rare in reading comprehension data to be learnt from it: its
#: questions were written with the text in view, so they hardly ever contain a name or ask for a figure that the text
#: lacks. The fit alone gives ``type_missing`` about 1.5; raising it leaves the ROC area on that data at 0.973, and
#: declines news on the right matter without the figure or words asked for.
MIN_WEIGHTS = Features(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, type_missing=3.0, name_out_of_vocabulary=1.0)
#: Targets of the threshold: share of the answerable answered, share of the unanswerable declined.
TARGETS = (0.93, 0.85)
FOLDS = 8


class Reliability(NamedTuple):
    """A row of a reliability table: how many ``examples`` with probability ``low`` … ``high`` are answerable."""

    low: float
    high: float
    examples: int
    predicted: float
    observed: float


class Fit(NamedTuple):
    """Weights fitted to all examples. ``out_of_fold``: probabilities from fits without the example's article."""

    intercept: float
    weights: Features
    out_of_fold: Floats


def fit(examples: Sequence[Features], labels: Sequence[bool], groups: Sequence[str]) -> Fit:
    """Fit on ``examples``, ``labels`` (answerable or not) and ``groups`` (the article asked about), all of length n.

    Both labels get the same total weight, so a probability of one half means that either is equally likely.

    Raises:
        ValueError: for fewer than ``FOLDS`` groups or a single label.
    """
    from sklearn.model_selection import GroupKFold

    x, y = np.asarray(examples, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    if len(set(groups)) < FOLDS or len(set(y.tolist())) < 2:
        raise ValueError(f"calibration needs questions about {FOLDS} articles or more, with and without an answer")
    out = np.zeros(len(y))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(x, y, np.asarray(groups)):
        intercept, weights = _fit_once(x[train], y[train])
        out[test] = 1.0 / (1.0 + np.exp(-(intercept + x[test] @ weights)))
    intercept, weights = _fit_once(x, y)
    return Fit(intercept, Features(*weights.tolist()), out)


def _fit_once(x: Floats, y: Floats) -> tuple[float, Floats]:
    """Return the intercept and the weights, for unscaled features, of a bounded, penalised maximum likelihood fit."""
    from scipy.optimize import minimize

    scale = x.std(axis=0) + 1e-9
    z = (x - x.mean(axis=0)) / scale
    balance = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    signs = np.array([-1.0 if name in NEGATIVE_FEATURES else 1.0 for name in Features._fields])
    least = np.asarray(MIN_WEIGHTS) * scale * (x.std(axis=0) > 1e-6)

    def loss(w: Floats) -> tuple[float, Floats]:
        logit = w[0] + z @ (signs * w[1:])
        error = balance * (1.0 / (1.0 + np.exp(-logit)) - y)
        value = balance @ (np.logaddexp(0.0, logit) - y * logit) + 0.5 * PENALTY * (w[1:] @ w[1:])
        return float(value), np.concatenate([[error.sum()], signs * (z.T @ error) + PENALTY * w[1:]])

    bounds = [(None, None), *((low, None) for low in least)]
    start = np.concatenate([[0.0], least])
    found: Any = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    weights = signs * found.x[1:] / scale
    return float(found.x[0] - x.mean(axis=0) @ weights), weights


def at_threshold(labels: Flags, probabilities: Floats, threshold: float) -> tuple[float, float]:
    """Return the share of the answerable that is answered, and of the unanswerable that is declined."""
    answered = probabilities >= threshold
    return float(answered[labels].mean()), float((~answered[~labels]).mean())


def best_threshold(labels: Flags, probabilities: Floats) -> float:
    """Return the threshold, in hundredths, that is least likely to miss one of ``TARGETS`` on other questions.

    It maximises the lesser of the two margins, each in standard errors of its share.
    """
    sizes = (labels.sum(), (~labels).sum())
    errors = [math.sqrt(target * (1 - target) / size) for target, size in zip(TARGETS, sizes, strict=True)]

    def safety(threshold: float) -> float:
        answered, declined = at_threshold(labels, probabilities, threshold)
        return min((answered - TARGETS[0]) / errors[0], (declined - TARGETS[1]) / errors[1])

    return max((step / 100 for step in range(5, 96)), key=safety)


def reliability(labels: Flags, probabilities: Floats, bins: int = 10) -> list[Reliability]:
    """Return the reliability table over ``bins`` equal ranges, without empty ones."""
    which = np.minimum((probabilities * bins).astype(int), bins - 1)
    rows = []
    for index in np.unique(which).tolist():
        inside = which == index
        mean, observed = float(probabilities[inside].mean()), float(labels[inside].mean())
        rows.append(Reliability(index / bins, (index + 1) / bins, int(inside.sum()), mean, observed))
    return rows
