"""The computer's clock jumps by years while the bot runs: it answers, and deletes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.bot.bot_process import TO_END, started_afresh
from tests.support.bot.bot_session import assert_kept_quiet
from tests.support.bot.rendered_messages import labels, passages
from tests.support.fake_discord import DiscordDouble

TRUCE = "Who will lead the truce monitoring mechanism?"
TEN_YEARS = 3650  # days
#: Debian's package libfaketime; the bot's process sees the clock that a file says.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed: apt-get install libfaketime")
async def test_a_clock_that_jumps_takes_nothing_away(home: Path, tmp_path: Path) -> None:
    """Ten years ahead, a day behind, a start ten years ahead, right again: answers as ever, and nothing is deleted."""
    clock = tmp_path / "clock"
    clock.write_text("+0", encoding="ascii")
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    async with DiscordDouble(heartbeat_interval=5) as discord:
        guild = discord.guild()
        ada = discord.person("Ada", guild)

        async def ask(days: int, name: str) -> None:
            clock.write_text(f"{days:+d}d", encoding="ascii")
            answer = await discord.person(name, guild).slash("ask", question=TRUCE)
            assert passages(answer)
            assert labels(answer) == labels(first)

        async with started_afresh(discord, home, tmp_path, wait=True, **faked) as bot:
            first = await ada.slash("ask", question=TRUCE)
            await ada.press(first, "Helpful")
            await ask(TEN_YEARS, "Bob")
            await ask(-1, "Cy")
            for days, name in ((TEN_YEARS, "Dan"), (0, "Eve")):
                assert (await bot.stop())[0] == 0
                clock.write_text(f"{days:+d}d", encoding="ascii")
                await bot.start()
                await bot.connected(discord)
                await ask(days, name)
            assert "No old records were deleted" in bot.log
            assert "already your vote" in (await ada.press(first, "Helpful")).content
            code, seconds = await bot.stop()
            assert (code, seconds < TO_END) == (0, True)
        assert_kept_quiet(discord, bot.log)
        assert "Traceback" not in bot.log
