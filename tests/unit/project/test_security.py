"""SECURITY.md promises that each defence is shown by a test."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

_NAMED = re.compile(r"`(tests/[\w/.]+)(?:::(\w+))?`")
_TEXT = (ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8")
_TABLE = [line for line in _TEXT.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("row", _TABLE[1:], ids=lambda row: row.split("|")[2].strip()[:40])
def test_every_defence_names_what_shows_it(row: str) -> None:
    """A row without a test or a command, or with one that is not there, is an empty promise."""
    shown_by = row.strip().strip("|").split("|")[-1]
    assert "`" in shown_by
    for path, name in _NAMED.findall(shown_by):
        assert (ROOT / path).exists(), path
        if name:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert name in names, f"{path} has no {name}"
