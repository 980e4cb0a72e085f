"""The bot as a process of its own: started, waited for, ended one way or another, and its log read."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from tests.conftest import ROOT, SEEDS
from tests.support.fake_discord import DiscordDouble
from tests.support.processes.fork_server import ForkedProcess, start

TO_CONNECT = 60.0
TO_END = 10.0
_STRANGERS = ("DISCORD_", "PULLQUOTE_", "LOG_", "HTTP_", "CHROMA_", "EMBEDDING_MODEL", "RERANKER_MODEL")


class BotEndedError(AssertionError):
    """The bot ended where it should have gone on; the message is its log."""


class Bot:
    """A process of the bot; a restart is another one with the same folder and log file."""

    def __init__(self, home: Path, settings: Mapping[str, str], folder: Path, *, fresh: bool = False) -> None:
        """``fresh``: its Python starts from scratch and has everything to import."""
        self.home = home
        self.log_file = folder / "bot.log"
        self._settings = dict(settings)
        self._folder = folder
        self._fresh = fresh
        self._process: asyncio.subprocess.Process | ForkedProcess | None = None

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_STRANGERS)}
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        own = {"PULLQUOTE_HOME": str(self.home), "PULLQUOTE_CORPUS": str(SEEDS), "PULLQUOTE_THREADS": "2"}
        own["LOG_FORMAT"] = "text"
        return kept | {"PYTHONPATH": path} | own | self._settings

    async def start(self) -> None:
        """Start it, in a folder where no ``.env`` lies."""
        environment = self._environment()
        with self.log_file.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            if self._fresh:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot", cwd=self._folder, env=environment, stdout=log, stderr=log
                )
            else:
                streams = nothing.fileno(), log.fileno(), log.fileno()
                fork = partial(start, "bot", environment=environment, folder=self._folder, streams=streams)
                self._process = await asyncio.to_thread(fork)

    @property
    def process(self) -> asyncio.subprocess.Process | ForkedProcess:
        """The running one."""
        assert self._process is not None, "it was not started"
        return self._process

    @property
    def running(self) -> bool:
        """True while it is alive."""
        return self._process is not None and self._process.returncode is None

    async def connected(self, discord: DiscordDouble) -> None:
        """Until it has a session. Raises BotEndedError, with the log, when it ends instead."""
        ended = asyncio.create_task(self.process.wait())
        arrived = asyncio.create_task(discord.gateway.connected(TO_CONNECT))
        await asyncio.wait({ended, arrived}, return_when=asyncio.FIRST_COMPLETED)
        if not arrived.done():
            arrived.cancel()
            raise BotEndedError(self.log)
        ended.cancel()
        await arrived

    async def ended(self, timeout: float = TO_CONNECT) -> int:
        """Its exit code, once it ends by itself or by a signal sent before."""
        async with asyncio.timeout(timeout):
            return await self.process.wait()

    async def stop(self) -> tuple[int, float]:
        """End it in good order: SIGTERM. Its exit code, and the seconds it took."""
        started = time.monotonic()
        self.terminate()
        return await self.ended(TO_END + 5), time.monotonic() - started

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        self.process.send_signal(signal.SIGTERM)

    async def kill(self) -> None:
        """SIGKILL: nothing is closed, nothing is said."""
        self.process.kill()
        await self.process.wait()

    async def clear_away(self) -> None:
        """Leave no process behind, whatever happened."""
        if self.running:
            await self.kill()

    @property
    def log(self) -> str:
        """Everything it wrote, over all its lives."""
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    @contextmanager
    def records(self) -> Iterator[sqlite3.Connection]:
        """A connection to its own database."""
        connection = sqlite3.connect(self.home / "bot.sqlite3", timeout=10)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def age(self, days: float) -> None:
        """Let the bot's records have been written ``days`` earlier than they were."""
        seconds = days * 86_400
        with self.records() as records:
            records.execute("UPDATE shown SET shown_at = shown_at - ?", (seconds,))
            records.execute("UPDATE questions SET asked_at = asked_at - ?", (seconds,))
            records.execute("UPDATE votes SET voted_at = voted_at - ?", (seconds,))


@asynccontextmanager
async def started(
    discord: DiscordDouble, home: Path, folder: Path, *, wait: bool = True, **settings: str
) -> AsyncIterator[Bot]:
    """A bot that belongs to this Discord, connected; killed at the end if it still lives."""
    bot = Bot(home, _belonging(discord, settings), folder)
    async with _living(bot, discord, wait=wait):
        yield bot


@asynccontextmanager
async def started_afresh(
    discord: DiscordDouble, home: Path, folder: Path, *, wait: bool = True, **settings: str
) -> AsyncIterator[Bot]:
    """The same in a Python that starts from scratch and has everything to import."""
    bot = Bot(home, _belonging(discord, settings), folder, fresh=True)
    async with _living(bot, discord, wait=wait):
        yield bot


def _belonging(discord: DiscordDouble, settings: Mapping[str, str]) -> dict[str, str]:
    return {"DISCORD_API_URL": discord.url, "DISCORD_TOKEN": discord.token, **settings}


@asynccontextmanager
async def _living(bot: Bot, discord: DiscordDouble, *, wait: bool) -> AsyncIterator[None]:
    await bot.start()
    try:
        if wait:
            await bot.connected(discord)
        yield
    finally:
        await bot.clear_away()
