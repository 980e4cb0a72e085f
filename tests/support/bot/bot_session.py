"""A Discord double with a connected bot, and the checks of both once the bot has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.bot.bot_process import TO_END, Bot, started, started_afresh
from tests.support.bot.transcript import transcript
from tests.support.fake_discord import DiscordDouble

TRANSCRIPTS: pytest.StashKey[list[Path]] = pytest.StashKey()
HEARTBEAT = 5.0


class BotSession:
    """A Discord double and a bot that is connected to it, shared by the tests of a package."""

    def __init__(self, discord: DiscordDouble, bot: Bot) -> None:
        self.discord = discord
        self.bot = bot
        self._answers: dict[str, Callable[[], int]] = {}

    def once(self, what: str, count: Callable[[], int]) -> None:
        """Register a count that has to be one when the bot has ended, by when every retry was made."""
        self._answers[what] = count

    def assert_once(self) -> None:
        """Fail if a registered count is not one."""
        counts = {what: count() for what, count in self._answers.items()}
        wrong = {what: number for what, number in counts.items() if number != 1}
        assert not wrong, wrong


def said(discord: DiscordDouble) -> set[str]:
    """Every text of eight characters or more that people wrote to the bot."""
    texts = {
        option["value"]
        for one in discord.interactions.all.values()
        for option in one.data.get("options") or []
        if option["name"] in {"question", "words"}
    }
    texts |= {
        message.content.removeprefix(discord.bot.mention).strip()
        for channel in discord.world.channels.values()
        for message in channel.messages.values()
        if message.author is not discord.bot
    }
    return {text for text in texts if len(text) >= 8}


def assert_kept_quiet(discord: DiscordDouble, log: str) -> None:
    """No one was pinged, no request was invalid, no heartbeat was missed, and the log has no token or question."""
    assert discord.pings == []
    assert discord.complaints == []
    assert discord.gateway.missed_heartbeats == 0
    assert discord.token not in log
    assert not [text for text in said(discord) if text in log]
    tokens = [one.token for one in discord.interactions.all.values()]
    assert not [token for token in tokens if token in log]


def assert_nothing_amiss(log: str) -> None:
    """No line of a log is a warning, an error or part of a traceback."""
    amiss = [
        line for line in log.splitlines() if any(sign in line for sign in ("Traceback", "WARN", "Warning", "ERROR"))
    ]
    assert amiss == []


@asynccontextmanager
async def bot_session(home: Path, config: pytest.Config, *, fresh: bool = False) -> AsyncIterator[BotSession]:
    """A connected bot; after the tests it is ended with SIGTERM, and what it did is checked."""
    running = started_afresh if fresh else started
    async with DiscordDouble(heartbeat_interval=HEARTBEAT) as discord, running(discord, home, home.parent) as bot:
        session = BotSession(discord, bot)
        yield session
        path = home.parent / "transcript.txt"
        path.write_text(transcript(discord), encoding="utf-8")
        config.stash.setdefault(TRANSCRIPTS, []).append(path)
        code, seconds = await bot.stop()
        assert (code, seconds < TO_END) == (0, True)
        session.assert_once()
        assert_kept_quiet(discord, bot.log)
