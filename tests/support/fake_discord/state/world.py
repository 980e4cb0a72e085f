"""The objects of Discord: users, guilds, channels, threads, messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tests.support.fake_discord.clock import Clock, Happenings, Snowflakes, moment
from tests.support.fake_discord.state.permissions import (
    ALL,
    NONE,
    P,
    Permission,
    channel_permissions,
    guild_permissions,
)


class ChannelType(IntEnum):
    """Those kinds of channel that the double has."""

    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class MessageFlag:
    """Bits of a message's flags."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


@dataclass(eq=False)
class User:
    """An account."""

    id: int
    name: str
    bot: bool = False
    dms_open: bool = True
    locale: str = "en-US"

    @property
    def mention(self) -> str:
        """The mention that pings this account."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A role; @everyone is the one whose id is its guild's."""

    id: int
    name: str
    permissions: Permission = NONE
    mentionable: bool = False
    bot_id: int | None = None

    @property
    def mention(self) -> str:
        """The mention that pings all members with this role."""
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Member:
    """An account in a guild."""

    user: User
    joined: float
    roles: list[Role] = field(default_factory=list)


@dataclass(eq=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner: User
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    locale: str = "en-US"

    def permissions(self, user: User) -> Permission:
        """Of a member in the whole server; none for those who are not in it."""
        member = self.members.get(user.id)
        if member is None:
            return NONE
        roles = [self.roles[self.id].permissions, *(role.permissions for role in member.roles)]
        return guild_permissions(user is self.owner, roles)


@dataclass(eq=False)
class Channel:
    """A text channel, a thread or a direct message."""

    id: int
    type: ChannelType
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: User | None = None
    owner_id: int = 0
    overwrites: dict[int, tuple[Permission, Permission]] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    followers: dict[int, float] = field(default_factory=dict)  # thread members and since when
    archived: bool = False
    locked: bool = False
    auto_archive: int = 4320

    @property
    def is_thread(self) -> bool:
        """Tell whether it is a thread of another channel."""
        return self.type in (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)

    def allow(self, who: User | Role, permission: Permission) -> None:
        """Grant here, whatever the roles say."""
        allowed, denied = self.overwrites.get(who.id, (NONE, NONE))
        self.overwrites[who.id] = (allowed | permission, denied & ~permission)

    def deny(self, who: User | Role, permission: Permission) -> None:
        """Take away here, whatever the roles say."""
        allowed, denied = self.overwrites.get(who.id, (NONE, NONE))
        self.overwrites[who.id] = (allowed & ~permission, denied | permission)

    def permissions(self, user: User) -> Permission:
        """Of an account in this channel."""
        if self.guild is None:
            inside = user.bot or user is self.recipient
            return ALL & ~(P.MENTION_EVERYONE | P.MANAGE_MESSAGES | P.ADMINISTRATOR) if inside else NONE
        member = self.guild.members.get(user.id)
        if member is None:
            return NONE
        place = self.parent if self.is_thread and self.parent else self
        speaking = P.SEND_MESSAGES_IN_THREADS if self.is_thread else P.SEND_MESSAGES
        role_ids = [role.id for role in member.roles]
        found = channel_permissions(
            self.guild.permissions(user), place.overwrites, self.guild.id, role_ids, user.id, speaking
        )
        hidden = self.type is ChannelType.PRIVATE_THREAD and user.id not in self.followers
        return NONE if hidden and P.MANAGE_THREADS not in found else found


@dataclass(eq=False)
class Attachment:
    """An uploaded file."""

    id: int
    filename: str
    content: bytes
    content_type: str
    description: str | None = None


@dataclass(frozen=True)
class Version:
    """A version of a message, from a moment on."""

    at: float
    content: str
    embeds: tuple[dict[str, Any], ...]
    loading: bool


@dataclass(eq=False)
class Message:
    """A message, in the state in which it is now."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    reference: dict[str, Any] | None = None
    referenced: Message | None = None
    nonce: str | int | None = None
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[Role] = field(default_factory=list)
    mention_everyone: bool = False
    only_for: User | None = None  # an ephemeral message, and whose
    interaction: dict[str, Any] | None = None  # interaction_metadata
    through_webhook: bool = False
    edited: float | None = None
    deleted: bool = False
    thread: Channel | None = None
    versions: list[Version] = field(default_factory=list)

    def remember(self, at: float) -> None:
        """Keep how it looks now."""
        self.versions.append(Version(at, self.content, tuple(self.embeds), self.loading))

    @property
    def is_layout(self) -> bool:
        """Tell whether it is made of components alone (version 2)."""
        return bool(self.flags & MessageFlag.COMPONENTS_V2)

    @property
    def loading(self) -> bool:
        """Tell whether people see "is thinking…" in its place."""
        return bool(self.flags & MessageFlag.LOADING)


@dataclass(frozen=True)
class Ping:
    """A ping: the device of a user rang. `kind`: user, role, everyone, here or reply."""

    kind: str
    target: int
    message: Message


class World:
    """Everything there is, with the clock it lives by."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.happenings = Happenings()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.pings: list[Ping] = []
        self.typing: list[tuple[Channel, float]] = []
        self.bot = self.add_user("Pullquote", bot=True)
        self.application_id = self.ids.next()
        self.address = ""  # where files are served, once the server listens

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """A new account."""
        user = User(self.ids.next(), name, bot)
        self.users[user.id] = user
        return user

    def forget(self, before: float) -> None:
        """Drop messages that are older, and the rings and typing that belong to them."""
        for channel in self.channels.values():
            for number in [each for each in channel.messages if moment(each) < before]:
                del channel.messages[number]
        self.pings = [
            ping for ping in self.pings if ping.message.author is self.bot or moment(ping.message.id) >= before
        ]
        self.typing = [(channel, at) for channel, at in self.typing if at >= before]

    def direct_channel(self, user: User) -> Channel:
        """The conversation between this user and the bot, made if need be."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.next(), ChannelType.DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def bot_may(self, channel: Channel, permission: Permission) -> bool:
        """Tell whether the bot has all of these permissions there."""
        return permission in channel.permissions(self.bot)
