"""Formats the results of an evaluation as JSON and as tables. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from retrieval.core.types import Outcome
from retrieval.evaluation import metrics
from retrieval.evaluation.systems import BM25, OURS, VECTORS, Result

SYSTEMS = (VECTORS, BM25, OURS)


def document(results: Sequence[Result], passages: int, threshold: float) -> dict[str, Any]:
    """Return all metrics as a JSON document. Shares are 0 … 1; a metric without a value is ``None``."""
    answerable = [result for result in results if result.asked.answers]
    found = {
        system: metrics.summary(
            metrics.finding([r.relevant for r in answerable], [r.rankings[system] for r in answerable])
        )
        for system in SYSTEMS
    }
    return {
        "questions": len(results),
        "answerable": len(answerable),
        "passages": passages,
        "finding": {
            system: {name: {"mean": i.mean, "low": i.low, "high": i.high} for name, i in values.items()}
            for system, values in found.items()
        },
        "answering": _answering(results, answerable, threshold),
    }


def _answering(results: Sequence[Result], answerable: Sequence[Result], threshold: float) -> dict[str, Any]:
    outside = [result for result in results if not result.asked.answers]
    pairs = [(True, r.confidence) for r in answerable]
    away = [(False, r.absent_confidence) for r in answerable if r.absent_confidence is not None]
    without = [(False, r.confidence) for r in outside]
    declined = [r.outcome is not Outcome.ANSWERED for r in outside]
    taken = [r.absent_outcome is not Outcome.ANSWERED for r in answerable if r.absent_outcome is not None]
    right = [bool(r.rankings[OURS][:1]) and r.rankings[OURS][0] in r.relevant for r in results]
    confidence = [r.confidence for r in results]
    # A question whose answer was removed is one more question without an answer.
    curve = metrics.risk_coverage(right + [False] * len(away), confidence + [value for _, value in away])
    return {
        "threshold": threshold,
        "answered_when_answerable": _known(metrics.share([r.outcome is Outcome.ANSWERED for r in answerable])),
        "roc_area_answer_taken_away": _known(_area(pairs + away)),
        "declined_answer_taken_away": _known(metrics.share(taken)),
        "roc_area_unanswerable_questions": _known(_area(pairs + without)),
        "declined_unanswerable_questions": _known(metrics.share(declined)),
        "risk_coverage": {"coverage": curve.coverage, "risk": curve.risk, "area": curve.area},
    }


def _area(pairs: Sequence[tuple[bool, float]]) -> float:
    return metrics.roc_area([known for known, _ in pairs], [value for _, value in pairs])


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def tables(found: Mapping[str, Any]) -> RenderableType:
    """Format the document as two tables for a terminal."""
    title = f"{found['answerable']} answerable questions, {found['passages']} passages (95 % intervals)"
    finding = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title=title, title_justify="left")
    finding.add_column("system", no_wrap=True)
    for name in metrics.NAMES:
        finding.add_column(name, justify="right", no_wrap=True, min_width=9)
    for system, values in found["finding"].items():
        cells = [f"{v['mean']:.3f}\n{v['low']:.2f}–{v['high']:.2f}" for v in values.values()]
        finding.add_row(system, *cells)
    answering = Table(
        box=SIMPLE_HEAD, title=f"Answering, threshold {found['answering']['threshold']:.2f}", title_justify="left"
    )
    answering.add_column("measure")
    answering.add_column("value", justify="right")
    for name, value in found["answering"].items():
        if name not in {"threshold", "risk_coverage"} and value is not None:
            answering.add_row(name.replace("_", " "), f"{value:.3f}")
    answering.add_row("area under the risk–coverage curve", f"{found['answering']['risk_coverage']['area']:.3f}")
    return Group(finding, "", answering)


def misses(results: Sequence[Result], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """List the misses: answers not quoted first, answerable questions declined, others answered.

    ``texts`` are those of the paragraphs, by ``systems.unit_of``.
    """
    wrong = []
    for result in results:
        first = next(iter(result.rankings[OURS]), None)
        without = None
        faults = []
        if result.asked.answers and first not in result.relevant:
            faults.append("another passage first")
        if result.asked.answers and result.outcome is not Outcome.ANSWERED:
            faults.append("declined")
        if not result.asked.answers and result.outcome is Outcome.ANSWERED:
            faults.append("answered without an answer")
        if result.absent_outcome is Outcome.ANSWERED:
            faults.append("answered with the answer taken away")
            without = result.absent_first
        if faults:
            wrong.append(
                {
                    "question": result.asked.question,
                    "faults": faults,
                    "confidence": round(result.confidence, 4),
                    "shown": first,
                    "shown_text": texts[first] if first else None,
                    "shown_without": without,
                    "shown_without_text": texts[without] if without else None,
                    "expected": sorted(result.relevant),
                }
            )
    return wrong
