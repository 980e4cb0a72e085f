"""Registers the bot's commands with Discord, only when their definition has changed since the last time."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from typing import Any

import discord
from discord.ext import commands

from bot.services.records import Records

_log = logging.getLogger(__name__)


class CommandSync:
    """Compares a digest of the definitions with that of the last registration, kept in the records."""

    def __init__(self, bot: commands.AutoShardedBot, records: Records) -> None:
        self._bot = bot
        self._records = records

    async def sync(self, guild_ids: Iterable[int]) -> None:
        """Register the commands in these servers only; without any, in all servers and direct messages.

        Raises:
            DiscordException: when Discord refuses them.
        """
        guilds = sorted(guild_ids)
        await self._put(None, [] if guilds else definitions(self._bot))
        for guild_id in guilds:
            await self.sync_guild(guild_id)

    async def sync_guild(self, guild_id: int, *, force: bool = False) -> None:
        """Register the commands in one server; log a warning where the bot is not a member.

        Raises:
            DiscordException: when Discord refuses them for another reason.
        """
        payload = [
            {name: value for name, value in command.items() if name not in {"contexts", "integration_types"}}
            for command in definitions(self._bot)
        ]
        try:
            await self._put(guild_id, payload, force=force)
        except discord.Forbidden:
            _log.warning("Commands cannot be registered in server %d: invite the bot there first", guild_id)

    async def _put(self, guild_id: int | None, payload: list[Any], *, force: bool = False) -> None:
        http, application = self._bot.http, self._bot.application_id
        assert application is not None  # noqa: S101 - known after the login
        name = f"commands:{guild_id or 0}"
        digest = hashlib.sha256(json.dumps([application, payload], sort_keys=True).encode()).hexdigest()
        if not force and await self._records.state(name) == digest:
            return
        if guild_id is None:
            await http.bulk_upsert_global_commands(application, payload=payload)
        else:
            await http.bulk_upsert_guild_commands(application, guild_id, payload=payload)
        _log.info("Registered %d commands %s", len(payload), f"in server {guild_id}" if guild_id else "everywhere")
        await self._records.save_state(name, digest)


def definitions(bot: commands.AutoShardedBot) -> list[dict[str, Any]]:
    """The payloads of the commands in the bot's tree."""
    kinds = (discord.AppCommandType.chat_input, discord.AppCommandType.message)
    found: list[Any] = [command for kind in kinds for command in bot.tree.get_commands(type=kind)]
    return [dict(command.to_dict(bot.tree)) for command in found]
