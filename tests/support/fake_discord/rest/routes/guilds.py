"""Guilds, their members, roles and channels, for reading."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.server import Call, Route
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.permissions import P
from tests.support.fake_discord.state.world import Guild, World


class GuildRoutes:
    """Routes by which the bot reads a server that it is in."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """To be mounted."""
        return [
            Route("GET /guilds/{guild_id}", self._show),
            Route("GET /guilds/{guild_id}/channels", self._channels),
            Route("GET /guilds/{guild_id}/roles", self._roles),
            Route("GET /guilds/{guild_id}/threads/active", self._threads),
            Route("GET /guilds/{guild_id}/members/{user_id}", self._member),
        ]

    def _guild(self, call: Call) -> Guild:
        guild = self._world.guilds.get(call.number("guild_id"))
        if guild is None:
            raise errors.unknown("Guild")
        if self._world.bot.id not in guild.members:
            raise errors.missing_access()
        return guild

    def _show(self, call: Call) -> Any:
        sent = payloads.guild(self._guild(call), self._world)
        # These come with the gateway's event only.
        for part in ("channels", "threads", "members", "member_count", "joined_at", "large", "unavailable"):
            del sent[part]
        return sent

    def _channels(self, call: Call) -> Any:
        return [payloads.channel(each) for each in self._guild(call).channels.values()]

    def _roles(self, call: Call) -> Any:
        return [payloads.role(each, at) for at, each in enumerate(self._guild(call).roles.values())]

    def _threads(self, call: Call) -> Any:
        guild, bot = self._guild(call), self._world.bot
        threads = [
            each
            for each in self._world.channels.values()
            if each.is_thread
            and each.guild is guild
            and not each.archived
            and self._world.bot_may(each, P.VIEW_CHANNEL)
        ]
        members = [payloads.thread_member(each, bot.id) for each in threads if bot.id in each.followers]
        return {"threads": [payloads.channel(each) for each in threads], "members": members}

    def _member(self, call: Call) -> Any:
        guild = self._guild(call)
        found = guild.members.get(call.number("user_id"))
        if found is None:
            raise errors.unknown("Member")
        return payloads.member(found)
