"""What the Makefile would run."""

from __future__ import annotations

import subprocess

from tests.conftest import ROOT


def test_the_long_installation_shows_how_far_it_is() -> None:
    """Two minutes without a sign look like a hang: pip's own progress is not silenced."""
    command = ["make", "--dry-run", "--always-make", "setup"]
    shown = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    (install,) = (line for line in shown.splitlines() if "pip install" in line)
    assert "--quiet" not in install
    assert "--progress-bar on" in install
