"""Formats the results of an evaluation as JSON, as tables and as a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Column, Table

from retrieval.core.errors import RetrievalError, StorageError
from retrieval.evaluation import metrics
from retrieval.evaluation.systems import BM25, OURS, VECTORS, Result

SYSTEMS = (VECTORS, BM25, OURS)


def document(results: Sequence[Result], passages: int, threshold: float) -> dict[str, Any]:
    """Return all metrics as a JSON document. Shares are 0 … 1; a metric without a value is ``None``."""
    answerable = [result for result in results if result.asked.answers]
    finding = {}
    for system in SYSTEMS if answerable else ():
        found = metrics.finding([r.relevant for r in answerable], [r.rankings[system] for r in answerable])
        finding[system] = {name: metrics.interval(values)._asdict() for name, values in found.items()}
    return {
        "questions": len(results),
        "answerable": len(answerable),
        "passages": passages,
        "finding": finding,
        "answering": _answering(results, answerable, threshold),
    }


def _answering(results: Sequence[Result], answerable: Sequence[Result], threshold: float) -> dict[str, Any]:
    inside = [r.confidence for r in answerable]
    outside = [r.confidence for r in results if not r.asked.answers]
    absent = [r.absent_confidence for r in answerable if r.absent_confidence is not None]
    right = [bool(r.rankings[OURS][:1]) and r.rankings[OURS][0] in r.relevant for r in results]
    # A question whose answer was removed is one more question without an answer.
    curve = metrics.risk_coverage(right + [False] * len(absent), [r.confidence for r in results] + absent)
    return {
        "threshold": threshold,
        "answered_when_answerable": metrics.share([value >= threshold for value in inside]),
        "roc_area_answer_taken_away": metrics.roc_area(inside, absent),
        "declined_answer_taken_away": metrics.share([value < threshold for value in absent]),
        "roc_area_unanswerable_questions": metrics.roc_area(inside, outside),
        "declined_unanswerable_questions": metrics.share([value < threshold for value in outside]),
        "risk_coverage": curve._asdict(),
    }


def tables(found: Mapping[str, Any]) -> RenderableType:
    """Format the document as two tables for a terminal."""
    title = f"{found['answerable']} answerable questions, {found['passages']} passages (95 % intervals)"
    measures = (Column(name, justify="right", no_wrap=True, min_width=9) for name in metrics.NAMES)
    columns = [Column("system", no_wrap=True), *measures]
    finding = Table(*columns, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title=title, title_justify="left")
    for system, values in found["finding"].items():
        cells = [f"{v['mean']:.3f}\n{v['low']:.2f}–{v['high']:.2f}" for v in values.values()]
        finding.add_row(system, *cells)
    title = f"Answering, threshold {found['answering']['threshold']:.2f}"
    answering = Table("measure", Column("value", justify="right"), box=SIMPLE_HEAD, title=title, title_justify="left")
    for name, value in found["answering"].items():
        if name not in {"threshold", "risk_coverage"} and value is not None:
            answering.add_row(name.replace("_", " "), f"{value:.3f}")
    answering.add_row("area under the risk–coverage curve", f"{found['answering']['risk_coverage']['area']:.3f}")
    return Group(finding, "", answering)


def plot(found: Mapping[str, Any], file: Path) -> None:
    """Write a PNG of the document: the risk–coverage curve and bars of hit@k.

    Raises:
        RetrievalError: when matplotlib is not installed.
        StorageError: when the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise RetrievalError("Drawing needs the package matplotlib. Run: pip install 'pullquote[eval]'") from error
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    risk, hits = figure.subplots(1, 2)
    curve = found["answering"]["risk_coverage"]
    risk.plot(curve["coverage"], curve["risk"])
    risk.set(xlabel="share of questions answered (coverage)", ylabel="share of answers that are wrong (risk)")
    risk.set(title="Risk and coverage", xlim=(0, 1), ylim=(0, None))
    risk.grid(alpha=0.3)
    names = metrics.NAMES[:3]
    lowest = 1.0
    for position, (system, values) in enumerate(found["finding"].items()):
        mean, low, high = (np.array([values[name][part] for name in names]) for part in ("mean", "low", "high"))
        bars = np.arange(3) + (position - 1) * 0.26
        hits.bar(bars, mean, width=0.24, yerr=[mean - low, high - mean], capsize=3, label=system)
        lowest = min(lowest, low.min())
    hits.set(title="Answering passage among the first k", ylim=(max(0.0, lowest - 0.05), 1.0))
    hits.set_xticks(range(3), names)
    figure.legend(*hits.get_legend_handles_labels(), loc="outside lower right", ncols=3)
    try:
        figure.savefig(file, format="png", dpi=120)
    except OSError as error:
        raise StorageError(file, error.strerror or str(error), "Name a file that can be written.") from error


def misses(results: Sequence[Result], texts: Mapping[str, str], threshold: float) -> list[dict[str, Any]]:
    """List the misses: answers not quoted first, answerable questions declined, others answered.

    ``texts`` are those of the paragraphs, by ``systems.unit_of``.
    """
    wrong = []
    for result in results:
        first = next(iter(result.rankings[OURS]), None)
        answered = result.confidence >= threshold
        without = result.absent_first if (result.absent_confidence or 0.0) >= threshold else None
        faults = {
            "another passage first": result.asked.answers and first not in result.relevant,
            "declined": result.asked.answers and not answered,
            "answered without an answer": not result.asked.answers and answered,
            "answered with the answer taken away": without,
        }
        if any(faults.values()):
            wrong.append(
                {
                    "question": result.asked.question,
                    "faults": [fault for fault, present in faults.items() if present],
                    "confidence": round(result.confidence, 4),
                    "shown": first,
                    "shown_text": texts[first] if first else None,
                    "shown_without": without,
                    "shown_without_text": texts[without] if without else None,
                    "expected": sorted(result.relevant),
                }
            )
    return wrong
