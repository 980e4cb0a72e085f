"""The computer's clock jumps: nothing is deleted for that, and nobody is locked out."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import discord

from bot.services.question_service import Desk
from bot.services.rate_limits import Limits
from bot.services.worker_pool import Lane, Pool
from bot.store import PersonHash, Store
from bot.store.message_state import AnswerMessage, AskedQuestion
from bot.transport.clock import DiscordClock
from bot.transport.http_trace import tracing
from retrieval.core.types import Outcome
from tests.support.fake_discord import DiscordDouble
from tests.unit.bot.building import FakeArticles

TODAY = "Sat, 21 Nov 2026 12:00:00 GMT"
SECONDS = 1_795_262_400.0
TEN_YEARS = 10 * 365 * 86_400.0


class Computer:
    """A wall clock that may be anywhere, and a stopwatch that only goes on."""

    def __init__(self) -> None:
        self.wall = SECONDS
        self.stopwatch = 50.0

    def clock(self) -> DiscordClock:
        return DiscordClock(lambda: self.wall, lambda: self.stopwatch)


def test_discords_time_is_kept_through_jumps() -> None:
    """The computer's time counts until Discord was heard, and not afterwards."""
    computer = Computer()
    clock = computer.clock()
    computer.wall += TEN_YEARS
    assert clock() == SECONDS + TEN_YEARS
    clock.hear(TODAY)
    assert clock.seconds_off == TEN_YEARS
    computer.stopwatch += 90
    assert clock() == SECONDS + 90
    computer.wall -= 2 * TEN_YEARS
    assert clock() == SECONDS + 90
    for nonsense in (None, "", "yesterday", "Sat, 99 Nov 2026 12:00:00 GMT"):
        clock.hear(nonsense)
    assert clock() == SECONDS + 90


async def test_every_answer_of_discord_tells_the_time() -> None:
    """A client's requests set the clock, however wrong the computer is."""
    computer = Computer()
    computer.wall = 0.0
    clock = computer.clock()
    async with DiscordDouble() as double:
        trace = tracing(lambda _: None, clock.hear)
        async with aiohttp.ClientSession(trace_configs=[trace]) as session, session.get(f"{double.url}/gateway"):
            pass
        assert abs(clock() - double.clock.now()) < 5
        assert clock.seconds_off is not None
        assert clock.seconds_off < -SECONDS / 2, "the computer is half a century behind"


async def test_a_jump_by_ten_years_deletes_nothing(tmp_path: Path) -> None:
    """Records of before, during and after the jump are all there when it is over; what is really old still goes."""
    shown = AnswerMessage(AskedQuestion("Who met?"), Outcome.ANSWERED, 0.9, guild=7)

    computer = Computer()
    clock = computer.clock()
    clock.hear(TODAY)
    with Store(tmp_path) as store:
        async with Lane() as lane, Pool() as pool:
            desk = Desk(FakeArticles({}), pool, lane, store, PersonHash(b"k" * 32), Limits(), now=clock)
            await desk.prepare()
            store.add_message("old", "p", shown, SECONDS - 31 * 86_400)
            store.add_message("before", "p", shown, clock())
            computer.wall += TEN_YEARS
            store.add_message("during", "p", shown, clock())
            await desk.prune()
            computer.wall -= TEN_YEARS
            await desk.prune()
            assert await desk.message("before") == await desk.message("during") == shown
            assert store.message("old", 0.0) is None


async def test_discord_py_takes_the_ear() -> None:
    """The client hands what follows its requests to the sessions that it opens."""
    trace = tracing(lambda _: None, DiscordClock().hear)
    client = discord.Client(intents=discord.Intents.none(), http_trace=trace)
    assert client.http.http_trace is trace
