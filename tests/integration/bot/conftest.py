"""A data folder of its own for each module that asks for one, and where the records of what was seen are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from retrieval.core.settings import Settings
from tests.integration.bot.bot_session import RECORDS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say where the records of what everybody saw are."""
    for path in config.stash.get(RECORDS, []):
        terminalreporter.write_line(f"what everybody saw: {path}")


@pytest.fixture(scope="module")
def home(seeded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the seeds, this module's own."""
    return Path(shutil.copytree(seeded.home, tmp_path_factory.mktemp("bot") / "home"))
