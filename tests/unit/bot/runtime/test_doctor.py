"""The doctor finds each fault at Discord, says what to do about it, and shows no token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.runtime.doctor import checks, command_definitions
from bot.settings import Settings
from retrieval.core.health import Check, Verdict
from retrieval.maintenance.plugins import CHECKS, plugin_checks
from tests.support.fake_discord import TALKING, DiscordDouble, Permission

MEMBERS, MESSAGE_CONTENT = 1 << 1, 1 << 15


@dataclass
class Practice:
    """A Discord, and the doctor that asks it."""

    runner: asyncio.Runner
    discord: DiscordDouble

    def look(self, **variables: str) -> dict[str, Check]:
        """The findings by subject. Fails if the token shows, or a finding has several lines."""
        environ = {"DISCORD_TOKEN": self.discord.token, "DISCORD_API_URL": self.discord.url} | variables
        found = self.runner.run(asyncio.to_thread(checks, environ))
        assert environ["DISCORD_TOKEN"] not in repr(found)
        assert not [check for check in found if "\n" in check.finding + check.remedy]
        assert all(check.remedy for check in found if check.verdict is Verdict.BAD)
        return {check.subject: check for check in found}


@pytest.fixture
def practice() -> Iterator[Practice]:
    """A Discord without servers."""
    with asyncio.Runner() as runner:
        discord = DiscordDouble()
        runner.run(discord.start())
        yield Practice(runner, discord)
        runner.run(discord.stop())


def register(practice: Practice, guild: int | None = None) -> None:
    """Let Discord have the commands as the bot would register them."""
    ours = practice.runner.run(command_definitions(Settings(token=SecretStr("a.b"))))
    for command in ours:
        practice.discord.commands._store(guild, command, None)


def test_all_is_well(practice: Practice) -> None:
    """A token that is taken, no needless intents, permissions, commands, a clock that agrees: nothing to be done."""
    practice.discord.guild()
    register(practice)
    found = practice.look()
    assert {check.verdict for check in found.values()} == {Verdict.GOOD}
    assert set(found) == {"Token", "Clock", "Intents", "Permissions", "Commands"}
    assert practice.discord.complaints == []
    assert {call.method for call in practice.discord.api.calls} == {"GET"}


def test_a_fresh_application_gets_the_next_steps(practice: Practice) -> None:
    """No server and no commands yet is no fault."""
    found = practice.look()
    assert (found["Servers"].verdict, found["Commands"].verdict) == (Verdict.NOTE, Verdict.NOTE)
    assert "Invite" in found["Servers"].remedy


def test_a_wrong_token(practice: Practice) -> None:
    """One line says so, and nothing else is asked."""
    found = practice.look(DISCORD_TOKEN="wrong.wrong.wrong")
    assert list(found) == ["Token"]
    assert found["Token"].verdict is Verdict.BAD
    assert "Reset Token" in found["Token"].remedy
    assert len(practice.discord.api.calls) == 1


def test_without_a_token_no_request_is_made(practice: Practice) -> None:
    """A library without a bot is no fault."""
    (check,) = checks({"DISCORD_API_URL": practice.discord.url})
    assert (check.verdict, practice.discord.api.calls) == (Verdict.NOTE, [])
    (check,) = checks({"DISCORD_TOKEN": "a b"})
    assert check.verdict is Verdict.BAD


def test_privileged_intents_that_are_on(practice: Practice) -> None:
    """They are named: what is not needed should not be granted."""
    practice.discord.gateway.privileged = MEMBERS | MESSAGE_CONTENT
    intents = practice.look()["Intents"]
    assert intents.verdict is Verdict.NOTE
    assert "Server Members, Message Content" in intents.finding


def test_missing_permissions_are_named_by_server(practice: Practice) -> None:
    """Servers where all is well are not; an administrator may do everything."""
    practice.discord.guild("Fine")
    practice.discord.guild("Ruled", bot_permissions=Permission.ADMINISTRATOR)
    narrow = practice.discord.guild("Narrow", bot_permissions=TALKING & ~Permission.EMBED_LINKS)
    narrow.roles[narrow.id].permissions = Permission.VIEW_CHANNEL
    found = practice.look()["Permissions"]
    assert found.verdict is Verdict.BAD
    assert found.finding == "missing in Narrow (embed links)"


def test_many_servers_are_all_looked_at_and_a_few_named(practice: Practice) -> None:
    """More than a page of them."""
    for number in range(230):
        guild = practice.discord.guild(f"Server {number}", bot_permissions=TALKING)
        if number >= 190:
            guild.roles[guild.id].permissions = Permission(0)
            guild.members[practice.discord.bot.id].roles.clear()
    found = practice.look()["Permissions"]
    assert found.finding.startswith("missing in Server 190 (")
    assert found.finding.endswith("and 35 more")


def test_servers_that_the_settings_name(practice: Practice) -> None:
    """Their own commands count, and a server without the bot is said."""
    guild = practice.discord.guild()
    register(practice, guild.id)
    found = practice.look(DISCORD_GUILD_IDS=str(guild.id))
    assert found["Commands"].verdict is Verdict.GOOD
    found = practice.look(DISCORD_GUILD_IDS=f"{guild.id},4242")
    assert found["Servers"].verdict is Verdict.BAD
    assert "4242" in found["Servers"].finding


def test_commands_of_another_version(practice: Practice) -> None:
    """An old description is enough."""
    register(practice)
    next(iter(practice.discord.commands.stored[None].values()))["description"] = "as it was"
    assert practice.look()["Commands"].verdict is Verdict.BAD


@pytest.mark.parametrize(("seconds", "verdict"), [(30, Verdict.NOTE), (-30, Verdict.NOTE), (600, Verdict.BAD)])
def test_a_clock_that_is_off(practice: Practice, seconds: float, verdict: Verdict) -> None:
    """Seconds are noted, minutes are bad."""
    practice.discord.clock.advance(seconds)
    clock = practice.look()["Clock"]
    assert clock.verdict is verdict
    assert ("behind" if seconds > 0 else "ahead of") in clock.finding


TROUBLE: dict[str, Callable[[DiscordDouble], Any]] = {
    "away": lambda discord: discord.faults.lose_request(times=None),
    "server error": lambda discord: discord.faults.server_error(times=None),
    "later": lambda discord: discord.faults.server_error("GET /applications/@me", times=None),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_discord_out_of_order(practice: Practice, trouble: str) -> None:
    """One line, and what was found before it."""
    TROUBLE[trouble](practice.discord)
    found = practice.look()
    assert found["Discord"].verdict is Verdict.BAD
    assert ("Token" in found) == (trouble == "later")


def test_asked_too_often(practice: Practice) -> None:
    """No fault of the installation."""
    practice.discord.faults.rate_limit(times=None)
    assert practice.look()["Discord"].verdict is Verdict.NOTE


def test_an_unreachable_address(practice: Practice) -> None:
    """An address where nothing listens, and one that is not Discord's."""
    assert practice.look(DISCORD_API_URL="http://127.0.0.1:1/api")["Discord"].verdict is Verdict.BAD
    foreign = practice.look(DISCORD_API_URL=practice.discord.url.replace("/api/v10", ""))
    assert foreign["Discord"].verdict is Verdict.BAD


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        ({"ready": True, "reasons": [], "notes": []}, Verdict.GOOD),
        ({"ready": True, "reasons": [], "notes": ["little disk"]}, Verdict.NOTE),
        ({"ready": False, "reasons": ["not connected\n"], "notes": []}, Verdict.BAD),
        (["something else"], Verdict.NOTE),
    ],
)
def test_the_health_of_a_running_bot(practice: Practice, page: Any, verdict: Verdict) -> None:
    """The health page at HTTP_PORT is read; another program's page is no fault of the bot."""

    async def scene() -> list[Check]:
        async def answer(_: web.BaseRequest) -> web.StreamResponse:
            return web.json_response(page)

        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            return await asyncio.to_thread(checks, {"HTTP_PORT": str(runner.addresses[0][1]), "HTTP_HOST": "127.0.0.1"})
        finally:
            await runner.cleanup()

    health, _ = practice.runner.run(scene())
    assert (health.subject, health.verdict) == ("Health", verdict)
    assert "\n" not in health.finding


def test_another_packages_checks_are_found() -> None:
    """They come by entry point, with the environment; one that fails is a finding, and the others still run."""
    names = {"broken": "bot.nowhere:checks", "discord": "bot.runtime.doctor:checks"}
    points = [EntryPoint(name, place, CHECKS) for name, place in names.items()]
    broken, discord = plugin_checks({}, points)
    assert (broken.subject, broken.verdict, discord.subject) == ("Broken", Verdict.BAD, "Discord")
    assert "ModuleNotFoundError" in broken.finding
