"""Memory is short while the bot answers: each question gets an answer or an apology, and nothing stored is lost."""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

import pytest

from tests.support.bot.bot_process import Bot, started_afresh
from tests.support.bot.rendered_messages import labels, passages
from tests.support.fake_discord import DiscordDouble, Exchange, NoAnswerError

TRUCE = "Who will lead the truce monitoring mechanism?"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of another process")


def limit(bot: Bot, room: int | None) -> None:
    """Let the bot take so many bytes more than it has, or as many as it likes."""
    pages = int(Path(f"/proc/{bot.process.pid}/statm").read_text(encoding="ascii").split()[0])
    size = resource.RLIM_INFINITY if room is None else pages * resource.getpagesize() + room
    resource.prlimit(bot.process.pid, resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


async def outcome(asked: Exchange) -> str:
    """The outcome of a question."""
    try:
        sight = await asked.answer(10)
    except (NoAnswerError, TimeoutError):
        return "nothing"
    return "answered" if passages(sight) else "apology"


async def test_short_memory_loses_nothing(home: Path, tmp_path: Path) -> None:
    """Without a byte to spare each question gets an answer or an incident, or the bot has ended with a code.

    With memory again, or restarted, it answers; settings and votes of before are there.
    """

    async with DiscordDouble() as discord:
        guild = discord.guild()
        ada, owner = discord.person("Ada", guild), discord.owner(guild)
        async with started_afresh(discord, home, tmp_path) as bot:
            answer = await ada.slash("ask", question=TRUCE)
            await ada.press(answer, "Helpful")
            await owner.slash("settings quotes", number=1)

            limit(bot, 0)
            people = [discord.person(f"Person {number}", guild) for number in range(16)]
            asked = [who.slash("ask", question=f"{TRUCE[:-1]}, {who.user.name}?") for who in people]
            ends = await asyncio.gather(*map(outcome, asked))
            if bot.running:
                assert "nothing" not in ends, bot.log
                limit(bot, None)
            else:
                assert await bot.ended() != 0
                await bot.start()
                await bot.connected(discord)
            again = await discord.person("Bea", guild).slash("ask", question=TRUCE)
            assert len(passages(again)) == 1
            assert labels(again)
            assert "already your vote" in (await ada.press(answer, "Helpful")).content
            assert (await bot.stop())[0] == 0
