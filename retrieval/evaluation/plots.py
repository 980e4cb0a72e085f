"""Plots of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retrieval.core.errors import RetrievalError, StorageError


def plot(found: Mapping[str, Any], file: Path) -> None:
    """Write a PNG with the risk–coverage curve and bars of hit@k.

    Raises:
        RetrievalError: when matplotlib is not installed.
        StorageError: when the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise RetrievalError("Drawing needs the package matplotlib. Run: pip install 'pullquote[eval]'") from error
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    risk, hits = figure.subplots(1, 2)
    curve = found["answering"]["risk_coverage"]
    risk.plot(curve["coverage"], curve["risk"])
    risk.set(xlabel="share of questions answered (coverage)", ylabel="share of answers that are wrong (risk)")
    risk.set(title="Risk and coverage", xlim=(0, 1), ylim=(0, None))
    risk.grid(alpha=0.3)
    names = ("hit@1", "hit@3", "hit@5")
    for place, (system, values) in enumerate(found["finding"].items()):
        means = [values[name]["mean"] for name in names]
        errors = [
            [mean - values[name]["low"] for mean, name in zip(means, names, strict=True)],
            [values[name]["high"] - mean for mean, name in zip(means, names, strict=True)],
        ]
        hits.bar([k + (place - 1) * 0.26 for k in range(3)], means, width=0.24, yerr=errors, capsize=3, label=system)
    lowest = min(values[name]["low"] for values in found["finding"].values() for name in names)
    hits.set(title="Answering passage among the first k", ylim=(max(0.0, lowest - 0.05), 1.0))
    hits.set_xticks(range(3), names)
    figure.legend(*hits.get_legend_handles_labels(), loc="outside lower right", ncols=3)
    try:
        figure.savefig(file, format="png", dpi=120)
    except OSError as error:
        raise StorageError(file, error.strerror or str(error), "Name a file that can be written.") from error
