"""Permission bits, and how roles and a channel's overwrites add up to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntFlag


class Permission(IntFlag):
    """The bits that matter to an answer bot and to the people who use it."""

    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


P = Permission
ALL = Permission((1 << 53) - 1)
NONE = Permission(0)
# A fresh server lets everyone talk, and this is what the bot needs to answer; neither may manage or ping everyone.
TALKING = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.CREATE_PUBLIC_THREADS
)
EVERYBODY = TALKING | P.ADD_REACTIONS | P.USE_APPLICATION_COMMANDS | P.CREATE_PRIVATE_THREADS

Overwrites = Mapping[int, tuple[Permission, Permission]]  # role or user id → (allowed, denied)


def guild_permissions(owner: bool, roles: Iterable[Permission]) -> Permission:
    """Of a member in the whole server."""
    total = NONE
    for role in roles:
        total |= role
    return ALL if owner or P.ADMINISTRATOR in total else total


def channel_permissions(
    base: Permission,
    overwrites: Overwrites,
    everyone_id: int,
    role_ids: Iterable[int],
    user_id: int,
    speaking: Permission = P.SEND_MESSAGES,
) -> Permission:
    """Of a member in one channel: @everyone's overwrite, then the roles' together, then the member's own.

    `speaking` is the permission that writing there takes: another one in threads.
    """
    if P.ADMINISTRATOR in base:
        return ALL
    allowed, denied = overwrites.get(everyone_id, (NONE, NONE))
    total = (base & ~denied) | allowed
    allowed = denied = NONE
    for role_id in role_ids:
        more, less = overwrites.get(role_id, (NONE, NONE))
        allowed |= more
        denied |= less
    total = (total & ~denied) | allowed
    allowed, denied = overwrites.get(user_id, (NONE, NONE))
    total = (total & ~denied) | allowed
    # A member who cannot see a channel can do nothing in it, and who cannot write there cannot attach or embed either.
    if P.VIEW_CHANNEL not in total:
        return NONE
    return total if speaking in total else total & ~(P.EMBED_LINKS | P.ATTACH_FILES | P.MENTION_EVERYONE)
