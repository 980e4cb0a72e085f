"""Channels and the messages in them."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tests.support.fake_discord.clock import Clock
from tests.support.fake_discord.limits.messages import check_message
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.server import Call, Route
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.messages import Draft, Messages
from tests.support.fake_discord.state.permissions import P, Permission
from tests.support.fake_discord.state.world import Channel, ChannelType, Message, World

_ONE = "/channels/{channel_id}/messages/{message_id}"
_NONCE_LASTS = 300.0


class ChannelRoutes:
    """Routes by which the bot acts in a channel, within its permissions."""

    def __init__(self, world: World, messages: Messages, clock: Clock) -> None:
        self._world = world
        self._messages = messages
        self._clock = clock
        self._nonces: dict[tuple[int, str], tuple[float, Message]] = {}

    def routes(self) -> list[Route]:
        """To be mounted."""

        def check(call: Call) -> None:
            check_message(call.object())

        def check_edit(call: Call) -> None:
            channel = self._world.channels.get(call.number("channel_id"))
            message = channel.messages.get(call.number("message_id")) if channel is not None else None
            check_message(call.object(), v2=message is not None and message.is_layout)

        return [
            Route("GET /channels/{channel_id}", lambda call: payloads.channel(self.channel(call))),
            Route("GET /channels/{channel_id}/messages", self._history),
            Route("POST /channels/{channel_id}/messages", self._send, check),
            Route(f"GET {_ONE}", self._read),
            Route(f"PATCH {_ONE}", self._edit, check_edit),
            Route(f"DELETE {_ONE}", self._delete),
            Route("POST /channels/{channel_id}/typing", self._type),
        ]

    def channel(self, call: Call, needed: Permission = P.VIEW_CHANNEL) -> Channel:
        """The channel of a call. Raises ApiError 10003, 50001 or 50013."""
        found = self._world.channels.get(call.number("channel_id"))
        if found is None:
            raise errors.unknown("Channel")
        if not self._world.bot_may(found, P.VIEW_CHANNEL):
            raise errors.missing_access()
        if not self._world.bot_may(found, needed):
            raise errors.missing_permissions()
        return found

    @staticmethod
    def _to_write(channel_type: ChannelType) -> Permission:
        threads = (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)
        return P.SEND_MESSAGES_IN_THREADS if channel_type in threads else P.SEND_MESSAGES

    def _writable(self, call: Call) -> Channel:
        channel = self.channel(call)
        if channel.recipient is not None and not channel.recipient.dms_open:
            raise errors.cannot_message_user()
        if not self._world.bot_may(channel, self._to_write(channel.type)):
            raise errors.missing_permissions()
        if channel.locked and not self._world.bot_may(channel, P.MANAGE_THREADS):
            raise errors.thread_locked()
        return channel

    def _send(self, call: Call) -> Any:
        channel, body = self._writable(call), call.object()
        needed = (P.EMBED_LINKS if body.get("embeds") else P(0)) | (P.ATTACH_FILES if call.files else P(0))
        if not self._world.bot_may(channel, needed):
            raise errors.missing_permissions()
        if (again := self._sent_before(channel, body)) is not None:
            return payloads.message(again, self._world)
        draft = Draft(channel, self._world.bot, body, call.files, reply_to=self._original(channel, body))
        message = self._messages.create(draft)
        if body.get("enforce_nonce") and body.get("nonce") is not None:
            self._nonces[(channel.id, str(body["nonce"]))] = (self._clock.now(), message)
        return payloads.message(message, self._world)

    def _sent_before(self, channel: Channel, body: dict[str, Any]) -> Message | None:
        """The message that an enforced nonce already made: sending it again makes no second one."""
        if not body.get("enforce_nonce"):
            return None
        at, message = self._nonces.get((channel.id, str(body.get("nonce"))), (0.0, None))
        return message if self._clock.now() - at < _NONCE_LASTS else None

    def _original(self, channel: Channel, body: dict[str, Any]) -> Message | None:
        reference = body.get("message_reference")
        if not reference:
            return None
        if not self._world.bot_may(channel, P.READ_MESSAGE_HISTORY):
            raise errors.no_history_to_reply()
        found = channel.messages.get(int(reference["message_id"]))
        elsewhere = int(reference.get("channel_id") or channel.id) != channel.id
        if found is not None and found.only_for is None and not elsewhere:
            return found
        if reference.get("fail_if_not_exists", True) or elsewhere:
            problem = (("message_reference",), "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
            raise errors.invalid_form([problem])
        return None

    def _message(self, call: Call, needed: Permission = P.VIEW_CHANNEL) -> Message:
        return self._messages.find(self.channel(call, needed), call.number("message_id"))

    def _read(self, call: Call) -> Any:
        message = self._message(call, P.READ_MESSAGE_HISTORY)
        return payloads.message(message, self._world, withhold=True)

    def _history(self, call: Call) -> Any:
        channel = self.channel(call)
        if not self._world.bot_may(channel, P.READ_MESSAGE_HISTORY):
            return []
        before = int(call.query.get("before", 1 << 63))
        after = int(call.query.get("after", 0))
        limit = int(call.query.get("limit", 50))
        if not 1 <= limit <= 100:
            message = "int value should be between 1 and 100."
            raise errors.invalid_form([(("limit",), "NUMBER_TYPE_RANGE", message)])
        ordered = sorted(channel.messages.values(), key=lambda each: each.id, reverse="after" not in call.query)
        wanted = (each for each in ordered if after < each.id < before and each.only_for is None)
        found = sorted(islice(wanted, limit), key=lambda each: each.id, reverse=True)
        return [payloads.message(each, self._world, withhold=True) for each in found]

    def _edit(self, call: Call) -> Any:
        message = self._message(call)
        if message.author is not self._world.bot:
            raise errors.not_own_message()
        return payloads.message(self._messages.edit(message, call.object(), call.files), self._world)

    def _delete(self, call: Call) -> None:
        message = self._message(call)
        if message.author is not self._world.bot and not self._world.bot_may(message.channel, P.MANAGE_MESSAGES):
            raise errors.missing_permissions()
        self._messages.delete(message)

    def _type(self, call: Call) -> None:
        self._world.typing.append((self._writable(call), self._clock.now()))
        self._world.happenings.tell()
