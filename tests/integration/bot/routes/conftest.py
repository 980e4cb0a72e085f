"""One bot for all routes: in fair weather its log has no warning."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest

from retrieval.core.settings import Settings
from tests.integration.bot.staging import Stage, assert_nothing_amiss, staged


@pytest.fixture(scope="package")
async def stage(
    seeded: Settings, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> AsyncIterator[Stage]:
    """A connected bot with a data folder of its own, started from scratch."""
    home = shutil.copytree(seeded.home, tmp_path_factory.mktemp("routes") / "home")
    async with staged(home, pytestconfig, fresh=True) as stage:
        yield stage
    assert_nothing_amiss(stage.bot.log)
