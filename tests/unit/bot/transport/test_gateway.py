"""The start asks Discord for its gateway, respects its limit of sessions, and gives up in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import shard
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.runtime import bot as client
from bot.runtime.bot import PullquoteBot
from bot.settings import Settings
from bot.transport.gateway import GatewayLimitError, ResumingShard, configure_discord, find_gateway, log_in
from tests.support.fake_discord import DiscordDouble


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Put back what discord.py keeps for the whole process."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, shard.Shard
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, shard.Shard = before  # type: ignore[misc]


async def found(shards: int, session_starts: int = 1000, *, token: str | None = None, errors: int = 0) -> int:
    """The shards found where Discord wants ``shards`` and allows ``session_starts``, after errors of its own."""
    async with DiscordDouble() as double:
        double.gateway.shards, double.gateway.session_starts = shards, session_starts
        for pattern in ("GET /users/@me", "GET /gateway/bot"):
            if errors:
                double.faults.server_error(pattern, times=errors)
        configure_discord(double.url)
        http = HTTPClient(asyncio.get_running_loop())
        try:
            await log_in(http, lambda: http.static_login(token or double.token))
            number = await find_gateway(http)
        finally:
            await http.close()
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == double.gateway.address
        return number


@pytest.mark.parametrize("shards", [1, 3])
async def test_discord_says_how_many_shards_it_wants(shards: int) -> None:
    """Also after an error of its own; each shard needs one of the day's session starts."""
    assert await found(shards, session_starts=shards, errors=int(shards == 1)) == shards


@pytest.mark.parametrize(("shards", "words"), [(1, "no more connections"), (3, "not the 3 connections")])
async def test_too_few_session_starts_are_reported_before_one_is_used(shards: int, words: str) -> None:
    """One fewer than shards."""
    with pytest.raises(GatewayLimitError, match=words):
        await found(shards, session_starts=shards - 1)


async def test_a_wrong_token_is_reported_as_one() -> None:
    """The first request finds it out, and is not retried."""
    with pytest.raises(discord.LoginFailure):
        await found(1, token="wrong")


async def test_a_failed_reconnection_still_resumes_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages sent meanwhile are not lost; discord.py's own shard would begin a new session."""
    attempts: list[dict[str, Any]] = []

    async def fail(_client: object, **how: Any) -> None:
        attempts.append(how)
        raise ValueError

    monkeypatch.setattr(DiscordWebSocket, "from_client", fail)
    client_: Any = SimpleNamespace(_reconnect=True, dispatch=lambda *_: None)
    socket: Any = SimpleNamespace(shard_id=0, gateway="wss://gateway", session_id="session", sequence=7)
    await ResumingShard(socket, client_, lambda _: None).reconnect()
    (how,) = attempts
    assert (how["resume"], how["session"], how["sequence"], how["gateway"]) == (True, "session", 7, "wss://gateway")


async def test_a_first_connection_that_cannot_be_made_ends_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py alone would retry it for ever."""
    unused: Any = None
    settings = Settings.from_env({"DISCORD_TOKEN": "a.b"})
    monkeypatch.setattr(client, "START_TIMEOUT", 0.05)

    async def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(DiscordWebSocket, "from_client", fail)
    async with PullquoteBot(settings, unused, unused, unused, unused) as bot:
        bot.shard_count = 2
        with pytest.raises(TimeoutError):
            await bot.connect()
