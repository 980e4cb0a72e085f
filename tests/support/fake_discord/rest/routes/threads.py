"""Threads: opening, changing, following."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.routes.channels import ChannelRoutes
from tests.support.fake_discord.rest.server import Call, Route
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.permissions import P
from tests.support.fake_discord.state.threads import Threads, check_thread
from tests.support.fake_discord.state.world import Channel, World

_MEMBERS = "/channels/{channel_id}/thread-members"


class ThreadRoutes:
    """Routes of threads."""

    def __init__(self, world: World, threads: Threads, channels: ChannelRoutes) -> None:
        self._world = world
        self._threads = threads
        self._channels = channels

    def routes(self) -> list[Route]:
        """To be mounted."""

        def check(call: Call) -> None:
            check_thread(call.object())

        return [
            Route("POST /channels/{channel_id}/threads", self._open, check),
            Route("POST /channels/{channel_id}/messages/{message_id}/threads", self._open_under, check),
            Route("PATCH /channels/{channel_id}", self._change),
            Route(f"GET {_MEMBERS}", self._followers),
            Route(f"PUT {_MEMBERS}/@me", self._join),
            Route(f"DELETE {_MEMBERS}/@me", self._leave),
            Route(f"PUT {_MEMBERS}/{{user_id}}", self._add),
            Route(f"GET {_MEMBERS}/{{user_id}}", self._follower),
        ]

    def _thread(self, call: Call) -> Channel:
        thread = self._channels.channel(call)
        if not thread.is_thread:
            raise errors.wrong_channel_type()
        return thread

    def _shown(self, thread: Channel) -> dict[str, Any]:
        return payloads.channel(thread) | {"member": payloads.thread_member(thread, self._world.bot.id)}

    def _open(self, call: Call) -> Any:
        return self._shown(self._threads.open(self._channels.channel(call), self._world.bot, call.object()))

    def _open_under(self, call: Call) -> Any:
        channel = self._channels.channel(call)
        message = channel.messages.get(call.number("message_id"))
        if message is None or message.only_for is not None:
            raise errors.unknown("Message")
        return self._shown(self._threads.open(channel, self._world.bot, call.object(), message))

    def _change(self, call: Call) -> Any:
        thread, bot = self._thread(call), self._world.bot
        if thread.owner_id != bot.id and not self._world.bot_may(thread, P.MANAGE_THREADS):
            raise errors.missing_permissions()
        return payloads.channel(self._threads.change(thread, call.object()))

    def _followers(self, call: Call) -> Any:
        thread = self._thread(call)
        return [payloads.thread_member(thread, each) for each in thread.followers]

    def _follower(self, call: Call) -> Any:
        thread, number = self._thread(call), call.number("user_id")
        if number not in thread.followers:
            raise errors.unknown("Member")
        return payloads.thread_member(thread, number)

    def _join(self, call: Call) -> None:
        self._threads.follow(self._thread(call), self._world.bot.id)

    def _leave(self, call: Call) -> None:
        self._thread(call).followers.pop(self._world.bot.id, None)

    def _add(self, call: Call) -> None:
        thread, number = self._thread(call), call.number("user_id")
        if thread.guild is None or number not in thread.guild.members:
            raise errors.unknown("Member")
        self._threads.follow(thread, number)
