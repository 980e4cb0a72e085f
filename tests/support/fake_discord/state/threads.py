"""Threads: under a message, or on their own."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.gateway.server import GUILDS, Gateway
from tests.support.fake_discord.limits.checks import Problems
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.messages import Draft, Messages
from tests.support.fake_discord.state.permissions import P, Permission
from tests.support.fake_discord.state.world import Channel, ChannelType, Message, MessageFlag, User, World

_THREAD_CREATED, _STARTER = 18, 21
_DURATIONS = (60, 1440, 4320, 10080)


def check_thread(body: dict[str, Any]) -> None:
    """Check the name and the lifetime of a thread. Raises ApiError 50035."""
    problems = Problems()
    problems.text(("name",), body.get("name"), 100, 1)
    if body.get("auto_archive_duration") is not None:
        problems.choice(("auto_archive_duration",), body["auto_archive_duration"], _DURATIONS)
    if problems:
        raise errors.invalid_form(problems)


class Threads:
    """Opens threads and keeps who follows them."""

    def __init__(self, world: World, gateway: Gateway, messages: Messages) -> None:
        self._world = world
        self._gateway = gateway
        self._messages = messages

    def open(self, parent: Channel, by: User, body: dict[str, Any], message: Message | None = None) -> Channel:
        """Open one, if the author may. Raises ApiError 50024, 160004 or 50013."""
        if parent.type is not ChannelType.TEXT:
            raise errors.wrong_channel_type()
        # Without a message a thread is private unless it says otherwise.
        private = message is None and body.get("type", ChannelType.PRIVATE_THREAD) == ChannelType.PRIVATE_THREAD
        needed: Permission = P.CREATE_PRIVATE_THREADS if private else P.CREATE_PUBLIC_THREADS
        if needed not in parent.permissions(by):
            raise errors.missing_permissions()
        if message is not None and message.thread is not None:
            raise errors.thread_exists()
        kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        number = message.id if message is not None else self._world.ids.next()
        thread = Channel(number, kind, str(body["name"]).strip(), parent.guild, parent, owner_id=by.id)
        thread.auto_archive = body.get("auto_archive_duration") or thread.auto_archive
        thread.followers[by.id] = self._world.clock.now()
        self._world.channels[thread.id] = thread
        self._announce(thread, by, message)
        return thread

    def _announce(self, thread: Channel, by: User, message: Message | None) -> None:
        self.tell("THREAD_CREATE", thread, newly_created=True)
        if message is not None:
            message.thread = thread
            message.flags |= MessageFlag.HAS_THREAD
            self._messages.tell_changed(message)
            starter = Message(self._world.ids.next(), thread, message.author, type=_STARTER, referenced=message)
            thread.messages[starter.id] = starter
        elif thread.type is ChannelType.PUBLIC_THREAD and thread.parent is not None:
            self._messages.create(Draft(thread.parent, by, {"content": thread.name}, type=_THREAD_CREATED))

    def change(self, thread: Channel, body: dict[str, Any]) -> Channel:
        """Rename, archive, lock."""
        thread.name = body.get("name") or thread.name
        thread.archived = bool(body.get("archived", thread.archived))
        thread.locked = bool(body.get("locked", thread.locked))
        thread.auto_archive = body.get("auto_archive_duration") or thread.auto_archive
        self.tell("THREAD_UPDATE", thread)
        return thread

    def follow(self, thread: Channel, user_id: int) -> None:
        """Add a member."""
        thread.followers.setdefault(user_id, self._world.clock.now())
        self._world.happenings.tell()

    def tell(self, event: str, thread: Channel, **more: Any) -> None:
        """Let the bot know, if it can see the thread."""
        if self._world.bot_may(thread, P.VIEW_CHANNEL):
            sent = payloads.channel(thread) | more
            if self._world.bot.id in thread.followers:
                sent["member"] = payloads.thread_member(thread, self._world.bot.id)
            self._gateway.dispatch(event, sent, GUILDS, guild=thread.guild)
        self._world.happenings.tell()
