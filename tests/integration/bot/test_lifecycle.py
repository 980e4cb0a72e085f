"""The bot starts, ends, and explains in one line why it cannot start."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from retrieval.core.settings import Settings
from tests.support.bot.bot_process import TO_END, Bot, started
from tests.support.bot.bot_session import assert_kept_quiet
from tests.support.bot.rendered_messages import passages
from tests.support.fake_discord import DiscordDouble, Exchange

TRUCE = "Who will lead the truce monitoring mechanism?"
#: A line of the log begins with its time; whatever else is on standard error is for the one who started the bot.
_LOGGED = re.compile(r"\d{4}-\d\d-\d\d ")


def said(bot: Bot) -> str:
    """The one line that stands beside the log. Fails if there are more, or part of a traceback."""
    lines = [line for line in bot.log.splitlines() if not _LOGGED.match(line)]
    assert len(lines) == 1, bot.log
    assert lines[0].startswith("pullquote-bot: ")
    return lines[0]


@dataclass(frozen=True)
class Refusal:
    """A fault, the settings that cause it, and words that the line has to hold."""

    name: str
    words: tuple[str, ...]
    spoil: Callable[[DiscordDouble], None] = lambda _: None
    token: str | None = None
    settings: tuple[tuple[str, str], ...] = ()


def close_with(code: int) -> Callable[[DiscordDouble], None]:
    """Let the gateway refuse each IDENTIFY with ``code``."""

    def spoil(discord: DiscordDouble) -> None:
        discord.gateway.turns_away = code

    return spoil


def no_starts_left(discord: DiscordDouble) -> None:
    """Discord counts how often a bot identifies in a day."""
    discord.gateway.session_starts = 0


WRONG = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.wrongwrongwrongwrongwrongwrongwrong"
BEFORE_ARTICLES = (
    Refusal("no token", ("DISCORD_TOKEN", "no bot token is set"), token=""),
    Refusal("blank token", ("DISCORD_TOKEN",), token="   "),
    Refusal("token with a space", ("DISCORD_TOKEN", "copy it again"), token=f"{WRONG} x"),
    Refusal("address", ("DISCORD_API_URL",), settings=(("DISCORD_API_URL", "discord"),)),
    Refusal("servers", ("DISCORD_GUILD_IDS",), settings=(("DISCORD_GUILD_IDS", "Newsroom"),)),
)
TURNED_AWAY = (
    Refusal("401", ("refused the token", "DISCORD_TOKEN"), token=WRONG),
    Refusal("4004", ("gateway refused the token",), close_with(4004)),
    Refusal("4014", ("intent",), close_with(4014)),
    Refusal("too many starts", ("no more connections", "24.0 h"), no_starts_left),
)


async def refused(refusal: Refusal, home: Path, folder: Path) -> None:
    """The bot ends by itself: a code other than 0, one line with what to do, the token nowhere."""
    folder.mkdir()
    async with DiscordDouble() as discord:
        refusal.spoil(discord)
        token = discord.token if refusal.token is None else refusal.token
        settings = {"DISCORD_TOKEN": token} | dict(refusal.settings)
        async with started(discord, home, folder, wait=False, **settings) as bot:
            code = await bot.ended(100)
            line = said(bot)
            assert code not in {0, -9}, refusal.name
            for words in refusal.words:
                assert words in line, line
            assert not token.strip() or token.strip() not in bot.log
            assert discord.token not in bot.log


@pytest.mark.parametrize("refusal", BEFORE_ARTICLES, ids=lambda refusal: refusal.name)
async def test_settings_that_cannot_be_used_are_said_at_once(refusal: Refusal, tmp_path: Path) -> None:
    """One line that names the setting, exit code 2 or so, and no article was opened for it."""
    await refused(refusal, tmp_path / "home", tmp_path / "run")
    assert not (tmp_path / "home" / "library.sqlite3").exists()


async def test_being_turned_away_is_one_clear_line(seeded: Settings, tmp_path: Path) -> None:
    """A refused token, by the API or by the gateway, and every other way to be turned away for good."""

    async with asyncio.TaskGroup() as group:
        for number, refusal in enumerate(TURNED_AWAY):
            home = Path(shutil.copytree(seeded.home, tmp_path / f"home{number}"))
            group.create_task(refused(refusal, home, tmp_path / f"run{number}"))


AT_START = (
    "GET /users/@me", "GET /oauth2/applications/@me", "GET /applications/@me", "GET /gateway/bot",
    "PUT /applications/{application_id}/commands", "PUT /applications/{application_id}/guilds/{guild_id}/commands",
)  # fmt: skip


async def test_sigterm_while_questions_are_under_way(home: Path) -> None:
    """Started through a 429 and a 502 on every request of the start, for one server, and ended while people wait.

    Commands are registered in the server that was named, and in no other; other servers and direct messages get
    the reason for no answer. At SIGTERM questions under way are answered, a later one is refused, all within 10 s.
    """

    async with DiscordDouble(heartbeat_interval=5) as discord:
        guild, elsewhere = discord.guild("Ours"), discord.guild("Theirs")
        for pattern in AT_START:
            discord.faults.server_error(pattern)  # first, for discord.py waits longer at each further attempt
            discord.faults.rate_limit(pattern, retry_after=0.1)
        async with started(discord, home, home.parent, DISCORD_GUILD_IDS=str(guild.id)) as bot:
            untouched = {fault.pattern for fault in discord.faults.active if not fault.hits}
            assert untouched <= {"GET /applications/@me", "GET /oauth2/applications/@me"}
            discord.faults.clear()
            assert {each.scope for each in discord.commands.registrations if each.names} == {guild.id}
            stranger = discord.person("Stranger", elsewhere)
            stranger.mention(TRUCE, next(iter(elsewhere.channels.values())))
            await stranger.until_sees("do not answer in this server", stranger.dm_channel)
            assert "not in direct messages" in (await stranger.dm(TRUCE)).text
            await end_while_asked(discord, bot, [discord.person(f"Person {n}", guild).slash for n in range(8)])
        assert_kept_quiet(discord, bot.log)
        assert "Traceback" not in bot.log


async def end_while_asked(discord: DiscordDouble, bot: Bot, slashes: list[Callable[..., Exchange]]) -> None:
    """SIGTERM with a slow way to Discord: eight wait for their answers, one more comes too late."""
    late = slashes.pop()
    discord.faults.delay("PATCH */@original", seconds=2, times=None)
    asked = [slash("ask", question=TRUCE) for slash in slashes]
    await asyncio.gather(*(each.acknowledged() for each in asked))
    ending = asyncio.create_task(bot.stop())
    await asyncio.sleep(0.5)
    reply = await late("ask", question=TRUCE)
    assert reply.ephemeral
    assert "restarted" in reply.content
    for answer in await asyncio.gather(*asked):
        assert passages(answer)
    code, seconds = await ending
    assert code == 0
    assert seconds < TO_END
    connection = discord.gateway.connections[-1]
    assert connection.closed_by_client, "it took its leave of the gateway"


async def test_sigterm_before_the_gateway(home: Path, tmp_path: Path) -> None:
    """SIGTERM while Discord cannot be reached yet ends it as well."""

    async with DiscordDouble() as discord:
        discord.faults.server_error("GET /gateway/bot", times=None)
        async with started(discord, home, tmp_path, wait=False) as bot:
            await discord.world.happenings.until(
                lambda: discord.calls("GET /gateway/bot"), 60, "the question for the gateway"
            )
            code, seconds = await bot.stop()
            assert code == 0
            assert seconds < TO_END
            assert "Traceback" not in bot.log
