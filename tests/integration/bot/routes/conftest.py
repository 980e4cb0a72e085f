"""One bot for all routes: in fair weather its log has no warning."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest

from retrieval.core.settings import Settings
from tests.support.bot.bot_session import BotSession, assert_nothing_amiss, bot_session


@pytest.fixture(scope="package")
async def session(
    seeded: Settings, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> AsyncIterator[BotSession]:
    """A connected bot with a data folder of its own, started from scratch."""
    home = shutil.copytree(seeded.home, tmp_path_factory.mktemp("routes") / "home")
    async with bot_session(home, pytestconfig, fresh=True) as session:
        yield session
    assert_nothing_amiss(session.bot.log)
