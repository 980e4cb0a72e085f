"""The gate of ``make coverage``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.branch_gate import judge


def test_too_few_branches_fail(tmp_path: Path) -> None:
    """Exactly what is asked for passes; a branch less is complained of, however many lines are covered."""
    report = tmp_path / "coverage.json"
    for covered, passes in ((90, True), (89, False)):
        totals = {"num_branches": 100, "covered_branches": covered, "percent_covered": 99.0}
        report.write_text(json.dumps({"totals": totals}), encoding="utf-8")
        assert (judge(report, 90) is None) is passes
