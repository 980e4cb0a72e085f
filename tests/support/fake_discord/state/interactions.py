"""Interactions: what a person does with the bot, and what the bot may do about it, for how long."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tests.support.fake_discord.gateway.server import Gateway
from tests.support.fake_discord.limits.messages import ATTACHMENT_SIZE
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.server import Upload
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.messages import Draft, Messages
from tests.support.fake_discord.state.world import Channel, ChannelType, Message, MessageFlag, User, World

ACKNOWLEDGE_WITHIN = 3.0
TOKEN_LASTS = 15 * 60.0


class Kind(IntEnum):
    """Kind of interaction."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class Reply(IntEnum):
    """Kind of the bot's first response."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_MESSAGES = {Reply.MESSAGE, Reply.DEFERRED_MESSAGE}
_UPDATES = {Reply.DEFERRED_UPDATE, Reply.UPDATE}
_ALLOWED = {
    Kind.COMMAND: _MESSAGES | {Reply.MODAL},
    Kind.COMPONENT: _MESSAGES | _UPDATES | {Reply.MODAL},
    Kind.AUTOCOMPLETE: {Reply.CHOICES},
    Kind.MODAL_SUBMIT: _MESSAGES | _UPDATES,
}
_RESPONSE_TYPES = {1: 20, 2: 23, 3: 23}  # kind of command → type of the message that answers it


@dataclass(eq=False)
class Interaction:
    """One of them, with everything that came of it."""

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    created: float
    data: dict[str, Any]
    message: Message | None = None  # the one whose button was pressed
    delivered: bool = False
    expired: bool = False  # before its time, because a test said so
    acknowledged: float | None = None
    reply: Reply | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    refused: list[int] = field(default_factory=list)  # codes of acknowledgements that came in vain

    @property
    def pending(self) -> bool:
        """Tell whether the person sees "is thinking…"."""
        return self.original is not None and self.original.loading and not self.original.deleted

    @property
    def messages(self) -> list[Message]:
        """The messages that it led to, in order, apart from the one that it came from."""
        own = [self.original] if self.original is not None and self.original is not self.message else []
        return own + self.followups


class Interactions:
    """Opens them, and holds the bot to the rules."""

    def __init__(self, world: World, gateway: Gateway, messages: Messages) -> None:
        self.all: dict[int, Interaction] = {}
        self._tokens: dict[str, Interaction] = {}
        self._world = world
        self._gateway = gateway
        self._messages = messages

    def open(
        self, kind: Kind, user: User, channel: Channel, data: dict[str, Any], message: Message | None = None
    ) -> Interaction:
        """Begin an interaction; the bot gets its event if it is connected."""
        token = secrets.token_urlsafe(96)
        one = Interaction(self._world.ids.next(), token, kind, user, channel, self._world.clock.now(), data, message)
        self.all[one.id] = self._tokens[token] = one
        one.delivered = self._gateway.dispatch("INTERACTION_CREATE", self._payload(one), guild=channel.guild)
        return one

    def forget(self, before: float) -> None:
        """Drop those that were opened earlier."""
        self.all = {number: one for number, one in self.all.items() if one.created >= before}
        self._tokens = {one.token: one for one in self.all.values()}

    def acknowledge(self, number: int, token: str, body: dict[str, Any], files: Mapping[int, Upload]) -> dict[str, Any]:
        """The bot's first answer. Raises ApiError 10062, 40060 or 50035."""
        one = self.all.get(number)
        if one is None or not secrets.compare_digest(one.token, token):
            raise errors.unknown("Interaction")
        try:
            self._perform(one, body, files)
        except errors.ApiError as error:
            one.refused.append(error.code)
            raise
        self._world.happenings.tell()
        return self._callback_answer(one)

    def _perform(self, one: Interaction, body: dict[str, Any], files: Mapping[int, Upload]) -> None:
        if one.acknowledged is not None:
            raise errors.already_acknowledged()
        now = self._world.clock.now()
        if now - one.created > ACKNOWLEDGE_WITHIN:
            raise errors.unknown("Interaction")
        allowed = _ALLOWED[one.kind] if one.message is not None else _ALLOWED[one.kind] - _UPDATES
        if body.get("type") not in allowed:
            listed = ", ".join(str(int(each)) for each in sorted(allowed))
            raise errors.invalid_form([(("type",), "BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")])
        reply, data = Reply(body["type"]), body.get("data") or {}
        if reply in _MESSAGES:
            one.original = self._post(one, data, files, loading=reply is Reply.DEFERRED_MESSAGE)
        elif reply is Reply.UPDATE and one.message is not None:
            one.original = self._messages.edit(one.message, data, files)
        elif reply is Reply.DEFERRED_UPDATE:
            one.original = one.message
        elif reply is Reply.CHOICES:
            one.choices = data.get("choices") or []
        else:
            one.modal = data
        one.acknowledged, one.reply = now, reply

    def by_token(self, application: int, token: str) -> Interaction:
        """For a follow-up. Raises ApiError 50027 when the token expired, 10015 where there is nothing to follow."""
        one = self._tokens.get(token)
        if one is None or application != self._world.application_id:
            raise errors.unknown("Webhook")
        if one.expired or self._world.clock.now() - one.created > TOKEN_LASTS:
            raise errors.invalid_webhook_token()
        if one.acknowledged is None or one.reply is Reply.CHOICES:
            raise errors.unknown("Webhook")
        return one

    def follow_up(self, one: Interaction, body: dict[str, Any], files: Mapping[int, Upload]) -> Message:
        """One more message; the first after a deferral fills the deferred one, which stays as visible as it was."""
        if one.pending and one.original is not None:
            return self._messages.edit(one.original, body | {"flags": None}, files)
        message = self._post(one, body, files, follows=one.original)
        one.followups.append(message)
        self._world.happenings.tell()
        return message

    def own_message(self, one: Interaction, name: str) -> Message:
        """A message of this interaction by id or @original. Raises ApiError 10008."""
        if name == "@original":
            found = one.original
        else:
            found = next((each for each in [one.original, *one.followups] if each and str(each.id) == name), None)
        if found is None or found.deleted:
            raise errors.unknown("Message")
        return found

    def _post(
        self,
        one: Interaction,
        body: dict[str, Any],
        files: Mapping[int, Upload],
        *,
        loading: bool = False,
        follows: Message | None = None,
    ) -> Message:
        private = bool((body.get("flags") or 0) & MessageFlag.EPHEMERAL)
        first = follows is None and one.reply is None
        draft = Draft(
            one.channel,
            self._world.bot,
            body,
            files,
            type=_RESPONSE_TYPES[one.data.get("type", 1)] if first and one.kind is Kind.COMMAND else 0,
            # What answers a button hangs under its message, and what comes later under what came first.
            reply_to=follows if not first else one.message,
            only_for=one.user if private else None,
            loading=loading,
            interaction=self._metadata(one),
        )
        return self._messages.create(draft)

    def _owners(self, one: Interaction) -> dict[str, str]:
        return {"0": str(one.channel.guild.id) if one.channel.guild else "0"}

    def _metadata(self, one: Interaction) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": str(one.id),
            "type": int(one.kind),
            "user": payloads.user(one.user),
            "authorizing_integration_owners": self._owners(one),
        }
        if one.kind is Kind.COMMAND:
            found |= {"name": one.data["name"], "command_type": one.data["type"]}
        elif one.message is not None:
            found["interacted_message_id"] = str(one.message.id)
        return found

    def _payload(self, one: Interaction) -> dict[str, Any]:
        where, guild = one.channel, one.channel.guild
        sent: dict[str, Any] = {
            "id": str(one.id),
            "application_id": str(self._world.application_id),
            "type": int(one.kind),
            "token": one.token,
            "version": 1,
            "data": one.data,
            "channel": payloads.channel(where),
            "channel_id": str(where.id),
            "app_permissions": str(int(where.permissions(self._world.bot))),
            "locale": one.user.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": self._owners(one),
            "context": 1 if where.type is ChannelType.DM else 0,
            "attachment_size_limit": ATTACHMENT_SIZE,
        }
        if one.message is not None:
            sent["message"] = payloads.message(one.message, self._world)
        permissions = str(int(where.permissions(one.user)))
        if guild is None:
            return sent | {"user": payloads.user(one.user)}
        sent["channel"]["permissions"] = permissions
        return sent | {
            "guild_id": str(guild.id),
            "guild_locale": guild.locale,
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "member": payloads.member(guild.members[one.user.id]) | {"permissions": permissions},
        }

    def _callback_answer(self, one: Interaction) -> dict[str, Any]:
        callback: dict[str, Any] = {"id": str(one.id), "type": int(one.kind)}
        resource: dict[str, Any] = {"type": int(one.reply or 0)}
        if one.original is not None:
            callback |= {
                "response_message_id": str(one.original.id),
                "response_message_loading": one.original.loading,
                "response_message_ephemeral": bool(one.original.flags & MessageFlag.EPHEMERAL),
            }
            if one.reply in {Reply.MESSAGE, Reply.UPDATE}:
                resource["message"] = payloads.message(one.original, self._world)
        return {"interaction": callback, "resource": resource}
