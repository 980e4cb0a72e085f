"""The computer's clock jumps by years while the bot runs: it says so, answers, and deletes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import aiohttp
import pytest

from tests.integration.bot.reading import labels, passages
from tests.integration.bot.running import TO_END, started_afresh
from tests.integration.bot.staging import assert_kept_quiet
from tests.support.fake_discord import DiscordDouble
from tests.support.ports import free_port

TRUCE = "Who will lead the truce monitoring mechanism?"
TEN_YEARS = 3650  # days
#: Debian's package libfaketime; the bot's process sees the clock that a file says.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed: apt-get install libfaketime")
async def test_a_clock_that_jumps_takes_nothing_away(home: Path, tmp_path: Path) -> None:
    """Ten years ahead, then a day behind, then right again: answers and buttons as ever, and /readyz tells of it."""

    clock, port = tmp_path / "clock", free_port()
    clock.write_text("+0", encoding="ascii")
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    async with DiscordDouble(heartbeat_interval=5) as discord, aiohttp.ClientSession() as session:
        guild = discord.guild()
        ada, owner = discord.person("Ada", guild), discord.owner(guild)

        async def notes() -> str:
            async with session.get(f"http://127.0.0.1:{port}/readyz") as page:
                assert page.status == 200
                return str(json.loads(await page.text())["notes"])

        async with started_afresh(discord, home, tmp_path, wait=True, HTTP_PORT=str(port), **faked) as bot:
            first = await ada.slash("ask", question=TRUCE)
            await ada.press(first, "Helpful")
            for number, (moved, said) in enumerate([(TEN_YEARS, "ahead of"), (-1, "behind"), (0, "")]):
                clock.write_text(f"{moved:+d}d", encoding="ascii")
                asker = discord.person(f"Asker {number}", guild)
                answer = await asker.slash("ask", question=TRUCE)
                assert passages(answer)
                assert labels(answer) == labels(first)
                found = await notes()
                assert ("clock" in found, said in found) == (bool(said), True), found
            assert "already your vote" in (await ada.press(first, "Helpful")).content
            report = await owner.slash("report", days=1)
            assert "**4×**" in str(report.embeds), "all four questions are of today, by Discord's clock"
            code, seconds = await bot.stop()
            assert (code, seconds < TO_END) == (0, True)
        assert_kept_quiet(discord, bot.log)
        assert "Traceback" not in bot.log
