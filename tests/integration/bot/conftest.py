"""A data folder for each module that uses one, and the paths of the transcripts at the end of a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from retrieval.core.settings import Settings
from tests.support.bot.bot_session import TRANSCRIPTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the paths of the transcripts."""
    for path in config.stash.get(TRANSCRIPTS, []):
        terminalreporter.write_line(f"transcript: {path}")


@pytest.fixture(scope="module")
def home(seeded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the seeds, this module's own."""
    return Path(shutil.copytree(seeded.home, tmp_path_factory.mktemp("bot") / "home"))
