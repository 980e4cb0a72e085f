"""Commands are registered with Discord only when their definition changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import discord
from discord import app_commands

_log = logging.getLogger(__name__)

#: What a definition consists of; Discord adds ids, versions and the like to what it gives back.
_COMMAND_FIELDS = (
    "name", "type", "description", "options", "default_member_permissions", "contexts", "integration_types", "nsfw",
)  # fmt: skip
_OPTION_FIELDS = (
    "name", "type", "description", "required", "choices", "autocomplete", "min_value", "max_value", "min_length",
    "max_length", "channel_types", "options",
)  # fmt: skip
_GLOBAL_ONLY = ("contexts", "integration_types")
_CHAT_INPUT = 1


def definition(command: Mapping[str, Any], *, in_guild: bool) -> dict[str, Any]:
    """What of a command's payload is its definition, in one form whichever side wrote it."""
    kept = {name: command.get(name) for name in _COMMAND_FIELDS if not (in_guild and name in _GLOBAL_ONLY)}
    kept["type"] = kept.get("type") or _CHAT_INPUT
    kept["options"] = [_option(option) for option in command.get("options") or ()]
    for name in _GLOBAL_ONLY:
        if (places := kept.get(name)) is not None:
            kept[name] = sorted(places)
    if kept["default_member_permissions"] is not None:
        kept["default_member_permissions"] = str(kept["default_member_permissions"])
    return _without_defaults(kept)


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: option.get(name) for name in _OPTION_FIELDS}
    kept["options"] = [_option(inner) for inner in option.get("options") or ()]
    choices = option.get("choices") or ()
    kept["choices"] = [{"name": choice["name"], "value": choice["value"]} for choice in choices]
    kept["channel_types"] = sorted(option.get("channel_types") or ())
    return _without_defaults(kept)


def _without_defaults(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what says the same as its absence: nothing, no, an empty list or text."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None and value is not False and value not in ("", [])
    }


def same(ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]], *, in_guild: bool) -> bool:
    """Whether two sets of commands are defined alike, in whatever order."""

    def table(commands: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
        defined = [definition(command, in_guild=in_guild) for command in commands]
        return {(command["type"], command["name"]): command for command in defined}

    return table(ours) == table(theirs)


class Registrar:
    """Brings what Discord knows of the commands into step with the tree."""

    def __init__(self, client: discord.Client, tree: app_commands.CommandTree[Any]) -> None:
        self._client = client
        self._tree = tree

    async def everywhere(self) -> None:
        """Register the commands for all servers and direct messages. Raises DiscordException."""
        await self._put(None, self.payload())

    async def in_guilds(self, guild_ids: Iterable[int]) -> None:
        """Register them in these servers only, and nowhere else. Raises DiscordException."""
        await self._put(None, [])
        for guild_id in sorted(guild_ids):
            await self.in_guild(guild_id)

    async def in_guild(self, guild_id: int) -> None:
        """Register them in a server; where the bot is not (yet) a member, that is logged."""
        try:
            await self._put(guild_id, self.payload())
        except discord.Forbidden:
            _log.warning("Commands cannot be registered in server %d: invite the bot there first", guild_id)

    def payload(self) -> list[dict[str, Any]]:
        """The commands as this program defines them."""
        return [dict(command.to_dict(self._tree)) for command in self._commands()]

    def _commands(self) -> list[Any]:
        kinds = (discord.AppCommandType.chat_input, discord.AppCommandType.message)
        return [command for kind in kinds for command in self._tree.get_commands(type=kind)]

    async def _put(self, guild_id: int | None, ours: list[dict[str, Any]]) -> None:
        http, application = self._client.http, self._client.application_id
        assert application is not None  # noqa: S101 - known after the login
        in_guild = guild_id is not None
        if in_guild:
            ours = [{name: value for name, value in c.items() if name not in _GLOBAL_ONLY} for c in ours]
        theirs: Any
        if guild_id is None:
            theirs = await http.get_global_commands(application)
        else:
            theirs = await http.get_guild_commands(application, guild_id)
        if same(ours, theirs, in_guild=in_guild):
            return
        body: Any = ours
        if guild_id is None:
            await http.bulk_upsert_global_commands(application, payload=body)
        else:
            await http.bulk_upsert_guild_commands(application, guild_id, payload=body)
        _log.info("Registered %d commands %s", len(ours), f"in server {guild_id}" if in_guild else "everywhere")
