"""Commands are registered when their definition has changed since the last registration, and only then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.runtime.command_sync import CommandSync
from bot.services.records import Records
from bot.services.worker_pool import SerialExecutor
from bot.store import PersonHash, RecordsError, Store

Sent = list[tuple[int | None, list[dict[str, Any]]]]


class Http:
    """Takes registrations, and refuses them for the servers in ``forbidden``."""

    def __init__(self) -> None:
        self.sent: Sent = []
        self.forbidden: set[int] = set()

    async def bulk_upsert_global_commands(self, _application: int, payload: Any) -> None:
        self.sent.append((None, payload))

    async def bulk_upsert_guild_commands(self, _application: int, guild: int, payload: Any) -> None:
        if guild in self.forbidden:
            response: Any = SimpleNamespace(status=403, reason="")
            raise discord.Forbidden(response, "no")
        self.sent.append((guild, payload))


@asynccontextmanager
async def syncing(folder: Path, http: Http, description: str = "Asks", application: int = 5) -> AsyncIterator[Any]:
    """A program's run, with one command."""
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))

    @tree.command(name="ask", description=description)
    @app_commands.allowed_contexts(guilds=True, dms=True)
    async def _ask(_interaction: discord.Interaction) -> None: ...

    bot: Any = SimpleNamespace(http=http, tree=tree, application_id=application)
    with Store(folder) as store:
        async with SerialExecutor() as executor:
            yield CommandSync(bot, Records(store, executor, PersonHash(b"key")))


async def test_a_definition_is_registered_once(tmp_path: Path) -> None:
    """Not again at the next start; again when it has changed, or when another application is used."""
    http = Http()
    for description, application in (("Asks", 5), ("Asks", 5), ("Asks more", 5), ("Asks more", 6)):
        async with syncing(tmp_path, http, description, application) as sync:
            await sync.sync([])
    assert [payload[0]["description"] for _, payload in http.sent] == ["Asks", "Asks more", "Asks more"]


async def test_commands_of_named_servers_are_registered_there_only(tmp_path: Path) -> None:
    """Global ones are removed; a server's have no contexts, which Discord keeps for global ones."""
    http = Http()
    async with syncing(tmp_path, http) as sync:
        await sync.sync([])
        await sync.sync({9, 7})
        await sync.sync({9, 7})
    assert [(guild, len(payload)) for guild, payload in http.sent] == [(None, 1), (None, 0), (7, 1), (9, 1)]
    assert http.sent[0][1][0]["contexts"] == [0, 1]
    assert "contexts" not in http.sent[2][1][0]


async def test_a_server_that_invites_the_bot_later_gets_its_commands(tmp_path: Path) -> None:
    """The refusal is no error; an invitation registers them even if they were registered before."""
    http = Http()
    http.forbidden = {7}
    async with syncing(tmp_path, http) as sync:
        await sync.sync({7})
        http.forbidden = set()
        for _ in range(2):
            await sync.sync_guild(7, force=True)
    assert [guild for guild, _ in http.sent] == [None, 7, 7]


async def test_a_full_disk_does_not_keep_the_bot_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The digest is lost, which is logged: the next start registers the commands again."""
    http = Http()

    def fail(*_: object) -> None:
        raise RecordsError("no room")

    async with syncing(tmp_path, http) as sync:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "save_state", fail)
            await sync.sync([])
        await sync.sync([])
    assert len(http.sent) == 2
    assert "no room" in caplog.text
