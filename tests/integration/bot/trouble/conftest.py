"""One bot for all troubles: its log may warn, and holds no traceback but those of reported incidents."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest

from retrieval.core.settings import Settings
from tests.support.bot.bot_session import BotSession, bot_session


@pytest.fixture(scope="package")
async def session(
    seeded: Settings, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> AsyncIterator[BotSession]:
    """A connected bot with a data folder of its own."""
    home = shutil.copytree(seeded.home, tmp_path_factory.mktemp("trouble") / "home")
    async with bot_session(home, pytestconfig) as session:
        yield session
    lines = session.bot.log.splitlines()
    traces = [at for at, line in enumerate(lines) if line.startswith("    Traceback")]
    before = [lines[at - 1] for at in traces if lines[at - 1].strip()]
    assert [line for line in before if "incident " not in line] == []
