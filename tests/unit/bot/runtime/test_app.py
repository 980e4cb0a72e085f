"""A failure to start is one clear line and an exit code."""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import discord
import pytest
from discord import app_commands

from bot.runtime.app import open_in_background, run
from bot.runtime.bot import PullquoteBot, intents
from bot.runtime.exit_codes import describe_failure
from bot.transport.delivery import Outgoing
from bot.transport.gateway import GatewayLimitError
from bot.ui.markup.pages import Page
from retrieval.core.errors import VectorsUnavailableError
from retrieval.core.health import VectorHealth, VectorState


@pytest.fixture(autouse=True)
def root_handlers() -> Iterator[None]:
    """Put back the log's handlers, which the bot replaces."""
    handlers = logging.getLogger().handlers
    before = handlers[:]
    yield
    handlers[:] = before
    logging.captureWarnings(capture=False)


def test_a_missing_token_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is opened or made."""
    home = tmp_path / "home"
    assert run({"PULLQUOTE_HOME": str(home), "LOG_FORMAT": "text"}) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pullquote-bot: DISCORD_TOKEN")
    assert not home.exists()


def test_an_unusable_folder_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file where the data folder should be; in the log's format."""
    (tmp_path / "home").write_text("")
    assert run({"DISCORD_TOKEN": "a.b", "PULLQUOTE_HOME": str(tmp_path / "home"), "LOG_FORMAT": "json"}) == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert json.loads(line)["level"] == "critical"


def test_a_used_up_gateway_says_when_to_come_back() -> None:
    """Discord limits how often a bot may connect."""
    code, line = describe_failure(GatewayLimitError(3.5))
    assert code == 3
    assert "3.5 h" in line


@pytest.mark.parametrize("error", [MemoryError(), ImportError("libx.so: failed to map segment from shared object")])
def test_too_little_memory_is_one_clear_line(error: Exception) -> None:
    """Python has an error of its own for it, the loader of libraries has words."""
    code, line = describe_failure(error)
    assert code == 1
    assert "memory" in line


def test_a_vector_server_that_is_away_at_the_very_first_start_is_tried_again() -> None:
    """Nothing is indexed yet, so the bot cannot begin; whatever starts it again may find the server there."""
    health = VectorHealth(VectorState.UNAVAILABLE, "The Chroma server http://chroma:8000 cannot be reached")
    code, line = describe_failure(VectorsUnavailableError("chroma", health))
    assert code == 1
    assert "cannot be reached" in line


def test_a_bot_that_outgrew_its_shards_asks_to_be_started_again() -> None:
    """A restart cures it, since the start asks for the number of shards; so the exit code is that of a failure."""
    code, line = describe_failure(discord.ConnectionClosed(None, shard_id=None, code=4011))  # type: ignore[arg-type]
    assert code == 1
    assert "more shards. Start it again" in line


@pytest.mark.parametrize("privileged", ["members", "presences", "message_content"])
def test_no_privileged_intent_is_asked_for(privileged: str) -> None:
    """The bot can be added without switches or reviews."""
    assert not getattr(intents(), privileged)


@pytest.mark.parametrize("acknowledged", [False, True])
async def test_a_failed_command_gets_an_apology(acknowledged: bool) -> None:
    """The cause decides its text; it is a response of its own, or fills in the acknowledged one."""
    unused: Any = None
    handler = Mock(responder=AsyncMock())
    handler.error_message.return_value = Outgoing(Page("Sorry."))
    interaction = Mock()
    interaction.response.is_done.return_value = acknowledged
    bot = PullquoteBot(unused, unused, handler, unused, unused)
    error = app_commands.AppCommandError()
    error.__cause__ = KeyError("x")
    await bot.tree.on_error(interaction, error)
    handler.error_message.assert_called_once_with(error.__cause__)
    assert handler.responder.edit_response.await_count == int(acknowledged)
    assert handler.responder.send_ephemeral.await_count == int(not acknowledged)


class OpeningArticles:
    """Articles that open at once, or fail to."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def __enter__(self) -> OpeningArticles:
        if self._error is not None:
            raise self._error
        return self


async def test_loaded_objects_are_left_out_of_garbage_collections() -> None:
    """A full collection, model and libraries included, would let all questions wait."""
    articles: Any = OpeningArticles()
    gc.unfreeze()
    try:
        await open_in_background(articles)
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


async def test_an_error_of_the_thread_is_raised_to_the_caller() -> None:
    """The start fails with the error by which the articles could not be opened."""
    articles: Any = OpeningArticles(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        await open_in_background(articles)
