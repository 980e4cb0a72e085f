"""The bot as a process of its own, ended while its vectors' server hangs."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

from retrieval.core.settings import Settings
from retrieval.search.searcher import KEYWORDS_ALONE
from tests.load.programs import fetch
from tests.support.bot.bot_process import TO_END, started
from tests.support.bot.rendered_messages import passages
from tests.support.fake_discord import DiscordDouble
from tests.support.processes.chroma_process import ChromaProcess, FaultyProxy
from tests.support.processes.ports import free_port

TRUCE = "Who will lead the truce monitoring mechanism?"


async def until_vectors_are_searched(port: int) -> None:
    """Until the health page has nothing to add."""
    async with asyncio.timeout(60):
        while True:
            page = await asyncio.to_thread(fetch, f"http://127.0.0.1:{port}/readyz")
            if page is not None and page[0] == 200 and not json.loads(page[1])["notes"]:
                return
            await asyncio.sleep(0.1)


async def test_sigterm_while_requests_hang(
    seeded: Settings, tmp_path: Path, chroma: ChromaProcess, proxy: FaultyProxy
) -> None:
    """A library moves to a server by itself. SIGTERM while that one hangs: all are answered, exit 0 in under 10 s."""
    home = Path(shutil.copytree(seeded.home, tmp_path / "home"))
    port = free_port()
    settings = {"CHROMA_URL": proxy.url, "CHROMA_DATABASE": chroma.database(), "HTTP_PORT": str(port)}

    async with DiscordDouble(heartbeat_interval=5) as discord:
        people = [discord.person(f"Person {number}", discord.guild("Ours")) for number in range(6)]
        async with started(discord, home, tmp_path, wait=True, **settings) as bot:
            await until_vectors_are_searched(port)
            proxy.delay, begun = 1000.0, len(proxy.paths)
            asked = [person.slash("ask", question=TRUCE) for person in people]
            await asyncio.gather(*(each.acknowledged() for each in asked))
            async with asyncio.timeout(10):
                while len(proxy.paths) == begun:
                    await asyncio.sleep(0.01)
            code, seconds = await bot.stop()
            assert (code, seconds < TO_END) == (0, True)
            for answer in await asyncio.gather(*asked):
                assert passages(answer)
                assert KEYWORDS_ALONE in answer.text
            assert "Traceback" not in bot.log
