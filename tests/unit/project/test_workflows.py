"""The workflows run what was reviewed, with no more rights than they need; actionlint checks the rest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    """The steps of all its jobs."""
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_actions_are_pinned_by_commit() -> None:
    """A tag can be moved to other code, a commit cannot; the comment says its version, everywhere the same."""
    pins: dict[str, set[str]] = {}
    for workflow in WORKFLOWS:
        text = workflow.read_text(encoding="utf-8")
        for action, pin in re.findall(r"uses: ([\w./-]+)(.*)", text):
            assert re.fullmatch(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), f"{workflow.name}: {action}{pin}"
            pins.setdefault(action, set()).add(pin)
    assert pins
    assert all(len(found) == 1 for found in pins.values()), pins


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_given_job_by_job(workflow: Path) -> None:
    """Nothing is granted to a whole workflow, every job states what it needs, no checkout leaves its token."""
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert isinstance(job["permissions"], dict)
        assert job["timeout-minutes"]
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_ci_runs_what_a_developer_runs() -> None:
    """CI has no commands of its own: each is a target of the Makefile, or .ci/run."""
    commands = [step["run"] for step in steps(ROOT / ".github" / "workflows" / "ci.yml") if "run" in step]
    assert ".ci/run" in commands
    assert all(command == ".ci/run" or command.startswith("make ") for command in commands)
