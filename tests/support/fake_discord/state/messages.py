"""Messages that come, change and go, and the events that tell of it."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_discord.gateway.server import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway
from tests.support.fake_discord.limits import messages
from tests.support.fake_discord.limits.components import walk
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.server import Upload
from tests.support.fake_discord.state import mentions, payloads
from tests.support.fake_discord.state.permissions import P
from tests.support.fake_discord.state.world import Attachment, Channel, Message, MessageFlag, User, World

_CREATABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2
REPLY = 19


@dataclass
class Draft:
    """A message that is to be."""

    channel: Channel
    author: User
    body: dict[str, Any]
    files: Mapping[int, Upload] = field(default_factory=dict)
    type: int = 0
    reply_to: Message | None = None
    only_for: User | None = None
    loading: bool = False
    interaction: dict[str, Any] | None = None


class Messages:
    """Keeps messages in their channels and dispatches what happens to them."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def create(self, draft: Draft) -> Message:
        """Post it. Raises ApiError 50006 if there is nothing to show."""
        body = messages.trim(draft.body)
        message = Message(
            self._world.ids.next(),
            draft.channel,
            draft.author,
            type=draft.type,
            only_for=draft.only_for,
            nonce=body.get("nonce"),
        )
        message.interaction = draft.interaction
        message.through_webhook = draft.interaction is not None
        message.flags = (body.get("flags") or 0) & _CREATABLE
        if draft.only_for is not None:
            message.flags |= MessageFlag.EPHEMERAL
        if draft.reply_to is not None:
            self._refer(message, draft.reply_to)
        if draft.loading:
            message.flags |= MessageFlag.LOADING
        else:
            self._fill(message, body, draft.files)
        found = mentions.find(
            message.content,
            draft.author,
            draft.channel,
            self._world,
            body.get("allowed_mentions"),
            self._pingable(message),
        )
        mentions.apply(found, message)
        draft.channel.messages[message.id] = message
        if draft.channel.is_thread and message.only_for is None:
            draft.channel.followers.setdefault(draft.author.id, self._world.clock.now())
            draft.channel.archived = False
        if not draft.loading:
            mentions.ring(found, message, self._world)
        message.remember(self._world.clock.now())
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, body: dict[str, Any], files: Mapping[int, Upload] | None = None) -> Message:
        """Change what `body` names. The first edit of a deferred message is its arrival and may ring."""
        body = messages.trim(body)
        arrival = message.loading
        messages.check_message(body, v2=message.is_layout)
        self._fill(message, body, files or {})
        settable = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2
        if body.get("flags") is not None:
            # Once a layout, always a layout.
            message.flags = (message.flags & ~MessageFlag.SUPPRESS_EMBEDS) | (body["flags"] & settable)
        message.flags &= ~MessageFlag.LOADING
        original = self._pingable(message) if arrival else None
        found = mentions.find(
            message.content, message.author, message.channel, self._world, body.get("allowed_mentions"), original
        )
        if "content" in body or arrival:
            mentions.apply(found, message)
        if arrival:
            mentions.ring(found, message, self._world)
        else:
            message.edited = self._world.clock.now()
        message.remember(self._world.clock.now())
        self._tell("MESSAGE_UPDATE", message)
        return message

    def delete(self, message: Message) -> None:
        """Take it away."""
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        gone: dict[str, Any] = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if message.channel.guild is not None:
            gone["guild_id"] = str(message.channel.guild.id)
        if message.only_for is None and self._heard(message.channel):
            intent, guild = self._intent(message.channel), message.channel.guild
            self._gateway.dispatch("MESSAGE_DELETE", gone, intent, guild=guild)
        self._world.happenings.tell()

    def tell_changed(self, message: Message) -> None:
        """MESSAGE_UPDATE for what is not an edit, such as a thread that was opened under it."""
        self._tell("MESSAGE_UPDATE", message)

    def find(self, channel: Channel, message_id: int) -> Message:
        """A message that the bot can see in a channel. Raises ApiError 10008; ephemeral ones are not in channels."""
        message = channel.messages.get(message_id)
        if message is None or message.only_for is not None:
            raise errors.unknown("Message")
        return message

    def _pingable(self, message: Message) -> Message | None:
        """A reply pings, except what only looks like one: the messages of an interaction hang under one another."""
        return None if message.through_webhook else message.referenced

    def _refer(self, message: Message, original: Message) -> None:
        message.type, message.referenced = REPLY, original
        message.reference = {"type": 0, "channel_id": str(original.channel.id), "message_id": str(original.id)}
        if original.channel.guild is not None:
            message.reference["guild_id"] = str(original.channel.guild.id)

    def _fill(self, message: Message, body: dict[str, Any], files: Mapping[int, Upload]) -> None:
        content = message.content if body.get("content", ...) is ... else body["content"] or ""
        embeds = message.embeds if "embeds" not in body else body["embeds"] or []
        components = message.components if "components" not in body else body["components"] or []
        attachments = self._attachments(message, body, files)
        if not (content or embeds or components or attachments or body.get("sticker_ids") or body.get("poll")):
            raise errors.empty_message()
        message.content, message.attachments = content, attachments
        message.embeds = [{"type": "rich", **embed} for embed in embeds]
        for number, (_, component) in enumerate(walk(components), start=1):
            component.setdefault("id", number)
        message.components = components

    def _attachments(self, message: Message, body: dict[str, Any], files: Mapping[int, Upload]) -> list[Attachment]:
        described = {str(each["id"]): each for each in body.get("attachments") or []}
        kept = [each for each in message.attachments if "attachments" not in body or str(each.id) in described]
        for number, upload in files.items():
            if len(upload.content) > messages.ATTACHMENT_SIZE:
                raise errors.too_large()
            given = described.get(str(number), {})
            name = given.get("filename") or upload.filename
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            kept.append(Attachment(self._world.ids.next(), name, upload.content, kind, given.get("description")))
        return kept

    def _tell(self, event: str, message: Message) -> None:
        # Ephemeral messages never pass the gateway; a channel that the bot cannot see is silent to it.
        if message.only_for is None and self._heard(message.channel):

            def make(withhold: bool) -> dict[str, Any]:
                return payloads.dispatched_message(message, self._world, withhold=withhold)

            self._gateway.dispatch(event, make, self._intent(message.channel), guild=message.channel.guild)
        self._world.happenings.tell()

    def _heard(self, channel: Channel) -> bool:
        return self._world.bot_may(channel, P.VIEW_CHANNEL)

    @staticmethod
    def _intent(channel: Channel) -> int:
        return DIRECT_MESSAGES if channel.guild is None else GUILD_MESSAGES
