"""Fail where less of the branches is covered than asked for: ``python -m tests.support.branch_gate FILE.json LEAST``.

coverage's own ``fail_under`` counts lines and branches together.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def judge(report: Path, least: float) -> str | None:
    """Print the part of branches that is covered; return a complaint if it is less than ``least`` per cent."""
    totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
    covered = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"branches: {totals['covered_branches']} of {totals['num_branches']}, {covered:.1f} %")  # noqa: T201
    return None if covered >= least else f"Less than {least:g} % of the branches are covered: see coverage report."


if __name__ == "__main__":
    sys.exit(judge(Path(sys.argv[1]), float(sys.argv[2])))
