"""The double as a whole: a small Discord on loopback."""

from __future__ import annotations

import json
import secrets
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.support.fake_discord.client.people import Person
from tests.support.fake_discord.clock import Clock
from tests.support.fake_discord.gateway.server import GUILDS, Gateway
from tests.support.fake_discord.rest.faults import Faults
from tests.support.fake_discord.rest.openapi import OpenApi
from tests.support.fake_discord.rest.rate_limits import RateLimits
from tests.support.fake_discord.rest.routes.account import AccountRoutes
from tests.support.fake_discord.rest.routes.channels import ChannelRoutes
from tests.support.fake_discord.rest.routes.commands import CommandRoutes
from tests.support.fake_discord.rest.routes.guilds import GuildRoutes
from tests.support.fake_discord.rest.routes.interactions import InteractionRoutes
from tests.support.fake_discord.rest.routes.threads import ThreadRoutes
from tests.support.fake_discord.rest.server import PREFIX, Api, Call
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.interactions import Interactions
from tests.support.fake_discord.state.messages import Messages
from tests.support.fake_discord.state.permissions import EVERYBODY, NONE, TALKING, Permission
from tests.support.fake_discord.state.threads import Threads
from tests.support.fake_discord.state.world import Channel, ChannelType, Guild, Member, Ping, Role, User, World

_LARGEST_REQUEST = 26 * 1024 * 1024


class DiscordDouble:
    """Speaks Discord's gateway and HTTP API for one bot.

    `heartbeat_interval` in seconds; `privileged_intents` are those switched on for the application;
    `observed_rate_limits` makes the limits those of Discord instead of generous ones.
    """

    def __init__(
        self,
        *,
        heartbeat_interval: float = 41.25,
        privileged_intents: int = 0,
        observed_rate_limits: bool = False,
        openapi: OpenApi | None = None,
    ) -> None:
        self.token = f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(27)}"
        self.clock = Clock()
        self.world = World(self.clock)
        self.faults = Faults()
        self.rate_limits = RateLimits(self.clock, observed=observed_rate_limits)
        self.openapi = openapi or OpenApi.at_hand()
        self.gateway = Gateway(
            self.world, self.token, self.clock, heartbeat_interval=heartbeat_interval, privileged=privileged_intents
        )
        self.messages = Messages(self.world, self.gateway)
        self.threads = Threads(self.world, self.gateway, self.messages)
        self.interactions = Interactions(self.world, self.gateway, self.messages)
        self.commands = CommandRoutes(self.world)
        self.api = Api(self.token, self.clock, self.rate_limits, self.faults, self.openapi)
        self._runner: web.AppRunner | None = None
        self._address = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        channels = ChannelRoutes(self.world, self.messages, self.clock)
        corners = (
            AccountRoutes(self.world, self.gateway),
            GuildRoutes(self.world),
            channels,
            ThreadRoutes(self.world, self.threads, channels),
            self.commands,
            InteractionRoutes(self.world, self.interactions, self.messages),
        )
        self.api.mount(app, [route for corner in corners for route in corner.routes()])
        app.router.add_get("/gateway{tail:.*}", self.gateway.serve)
        app.router.add_get("/attachments/{attachment_id}/{filename}", self._serve_file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self._address = f"{host}:{bound}"
        self.world.address = f"http://{self._address}"
        self.gateway.address = f"ws://{self._address}/gateway"

    async def stop(self) -> None:
        """Close every connection."""
        for connection in self.gateway.connections:
            if connection.open:
                await connection.close(1001, "going away")
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """For DISCORD_API_URL."""
        return f"http://{self._address}{PREFIX}"

    @property
    def bot(self) -> User:
        """The bot's account."""
        return self.world.bot

    @property
    def pings(self) -> list[Ping]:
        """Everybody whose device rang for a message of the bot."""
        return [ping for ping in self.world.pings if ping.message.author is self.bot]

    def forget(self, before: float) -> None:
        """Keep nothing of what was over before that time, so that one double lasts for hours.

        Requests that were refused stay, for `complaints`, and so do devices that the bot made ring.
        """
        self.api.forget(before)
        self.interactions.forget(before)
        self.rate_limits.forget()
        self.world.forget(before)

    @property
    def complaints(self) -> list[str]:
        """Requests of the bot that Discord never accepts: unknown routes, bodies beyond limits or document."""
        refused = [
            f"{call.name}: {json.dumps(call.answer)}"
            for call in self.api.calls
            if call.fault is None and call.status == 400 and call.answer["code"] in {50035, 50109}
        ]
        return refused + [f"{call.method} {call.path}: no such route here" for call in self.api.strangers]

    def calls(self, name: str) -> list[Call]:
        """The requests to a route, such as "POST /channels/{channel_id}/messages"."""
        return [call for call in self.api.calls if call.name == name]

    def guild(
        self, name: str = "Newsroom", *, bot_permissions: Permission = TALKING, channel: str = "general"
    ) -> Guild:
        """A server with one channel, with the bot in it, whose managed role carries `bot_permissions`."""
        now = self.clock.now()
        owner = self.world.add_user(f"Owner of {name}")
        guild = Guild(self.world.ids.next(), name, owner)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYBODY)
        managed = Role(self.world.ids.next(), self.bot.name, bot_permissions, bot_id=self.bot.id)
        guild.roles[managed.id] = managed
        guild.members = {owner.id: Member(owner, now), self.bot.id: Member(self.bot, now, [managed])}
        first = Channel(self.world.ids.next(), ChannelType.TEXT, channel, guild)
        guild.channels[first.id] = self.world.channels[first.id] = first
        self.world.guilds[guild.id] = guild
        self.gateway.dispatch("GUILD_CREATE", payloads.guild(guild, self.world), GUILDS, guild=guild)
        return guild

    def channel(self, guild: Guild, name: str) -> Channel:
        """One more text channel."""
        channel = Channel(self.world.ids.next(), ChannelType.TEXT, name, guild)
        guild.channels[channel.id] = self.world.channels[channel.id] = channel
        self.gateway.dispatch("CHANNEL_CREATE", payloads.channel(channel), GUILDS, guild=guild)
        return channel

    def role(self, guild: Guild, name: str, permissions: Permission = NONE, *, mentionable: bool = False) -> Role:
        """One more role."""
        role = Role(self.world.ids.next(), name, permissions, mentionable)
        guild.roles[role.id] = role
        shown = payloads.role(role, len(guild.roles) - 1)
        self.gateway.dispatch("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": shown}, GUILDS, guild=guild)
        return role

    def person(self, name: str, *guilds: Guild, roles: tuple[Role, ...] = ()) -> Person:
        """Add a person to these servers, with those of the roles that each has."""
        person = Person(self, self.world.add_user(name))
        for guild in guilds:
            person.join(guild, *(role for role in roles if role.id in guild.roles))
        return person

    def owner(self, guild: Guild) -> Person:
        """The owner, who has every permission there."""
        return Person(self, guild.owner)

    def allow(self, channel: Channel, who: User | Role | Person, permission: Permission) -> None:
        """Grant in one channel; the bot gets the event."""
        channel.allow(who.user if isinstance(who, Person) else who, permission)
        self.gateway.dispatch("CHANNEL_UPDATE", payloads.channel(channel), GUILDS, guild=channel.guild)

    def deny(self, channel: Channel, who: User | Role | Person, permission: Permission) -> None:
        """Take away in one channel; the bot gets the event."""
        channel.deny(who.user if isinstance(who, Person) else who, permission)
        self.gateway.dispatch("CHANNEL_UPDATE", payloads.channel(channel), GUILDS, guild=channel.guild)

    def remove_bot(self, guild: Guild) -> None:
        """Remove the bot from a server."""
        guild.members.pop(self.bot.id, None)
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, GUILDS, guild=guild)

    async def _serve_file(self, request: web.Request) -> web.Response:
        wanted: Any = request.match_info["attachment_id"]
        for channel in self.world.channels.values():
            for message in channel.messages.values():
                for each in message.attachments:
                    if str(each.id) == wanted:
                        return web.Response(body=each.content, content_type=each.content_type)
        return web.Response(status=404)
