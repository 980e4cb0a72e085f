"""How many connections Discord wants, whether it allows them, and how fast they are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.runtime.bot import Parts, PullquoteBot, point_to
from bot.runtime.sharding import ShardedBot, ShardLostError, open_bot
from bot.settings import Settings
from bot.transport.gateway import Gateway, GatewayLimitError, Pace, find_gateway
from tests.support.fake_discord import DiscordDouble


def parts() -> Parts:
    """Of a bot that never connects."""
    nothing: Any = None
    settings = Settings.from_env({"DISCORD_TOKEN": "a.b"})
    return Parts(settings, nothing, nothing, nothing, nothing, aiohttp.TraceConfig())


@pytest.fixture(autouse=True)
def elsewhere() -> Iterator[None]:
    """Where discord.py goes is a matter of the whole process: put it back."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


def found(shards: int, session_starts: int = 1000, *, token: str | None = None, errors: int = 0) -> Gateway:
    """What is found where Discord wants so many shards and allows so many starts."""

    async def ask() -> Gateway:
        async with DiscordDouble() as double:
            double.gateway.shards, double.gateway.session_starts = shards, session_starts
            double.gateway.max_concurrency = 16
            if errors:
                double.faults.server_error("GET /gateway/bot", times=errors)
            point_to(double.url)
            gateway = await find_gateway(token or double.token)
            assert str(DiscordWebSocket.DEFAULT_GATEWAY) == gateway.url == double.gateway.address
            return gateway

    return asyncio.run(ask())


@pytest.mark.parametrize("shards", [1, 3])
def test_discord_says_how_many_connections_it_wants(shards: int) -> None:
    """Also after an error of its own; each connection needs one of the day's starts."""
    gateway = found(shards, session_starts=shards, errors=int(shards == 1))
    assert (gateway.shards, gateway.at_once) == (shards, 16)


@pytest.mark.parametrize(("shards", "words"), [(1, "no more connections"), (3, "not the 3 connections")])
def test_too_few_starts_left_are_said_before_any_is_used(shards: int, words: str) -> None:
    """One fewer than shards."""
    with pytest.raises(GatewayLimitError, match=words):
        found(shards, session_starts=shards - 1)


def test_a_wrong_token_is_known_as_one() -> None:
    """The first request says it."""
    with pytest.raises(discord.LoginFailure):
        found(1, token="wrong")


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 1))
        self.now += seconds


async def test_shards_take_turns_in_their_buckets() -> None:
    """In 5 s one of those with the same remainder, and others beside it; a shard that comes anew waits a moment."""
    time = Time()
    pace = Pace(2, time, time.sleep)

    for shard in (0, 1, 2, 3):
        await pace.turn(shard)
    time.now += 60
    await pace.turn(0)
    assert time.slept[:1] == [5.0], "0 and 1 go at once, 2 after 0"
    assert len(time.slept) == 2, "3 waited with 2"
    assert 1 <= time.slept[1] <= 5


async def test_a_shard_that_cannot_start_ends_the_bot_in_the_end() -> None:
    """discord.py would try for ever, deeper and deeper; nobody would be told."""
    ticks = iter((0.0, 61.0))
    bot = ShardedBot(Gateway("ws://x", 2, 1), parts(), lambda: next(ticks))
    with pytest.raises(ShardLostError):
        await bot.launch_shard(yarl.URL("ws://x"), 0)


@pytest.mark.parametrize(("shards", "kind"), [(1, PullquoteBot), (2, ShardedBot)])
async def test_the_kind_of_bot_is_the_one_that_discord_wants(shards: int, kind: type[PullquoteBot]) -> None:
    """One connection is not sharded: it takes lost sessions up again where sharded ones begin new ones."""
    assert type(open_bot(Gateway("ws://x", shards, 1), parts())) is kind
