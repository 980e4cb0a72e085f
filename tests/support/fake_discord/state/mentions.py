"""Mentions in a text, and the devices that ring for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_discord.state.permissions import P
from tests.support.fake_discord.state.world import Channel, Message, MessageFlag, Ping, Role, User, World

# A mention in code pings no one. Nothing else protects: neither a backslash nor a quotation nor a spoiler.
_CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]+`", re.DOTALL)
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass
class Mentions:
    """Mentions of a message, after `allowed_mentions`."""

    users: list[User] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    everyone: set[str] = field(default_factory=set)
    replied: User | None = None


def _allows(allowed: dict[str, Any] | None, kind: str, target: int) -> bool:
    if allowed is None:
        return True
    if kind in (allowed.get("parse") or ()):
        return True
    return str(target) in {str(each) for each in allowed.get(kind) or ()}


def _replied(allowed: dict[str, Any] | None, original: Message | None) -> User | None:
    """Return the author pinged by a reply; with `allowed_mentions` none, unless `replied_user` is set."""
    if original is None or (allowed is not None and not allowed.get("replied_user")):
        return None
    return original.author


def find(
    content: str, author: User, where: Channel, world: World, allowed: dict[str, Any] | None, original: Message | None
) -> Mentions:
    """Find the mentions in `content`, written there by `author`. `allowed` is None where the author set none."""
    found = Mentions(replied=_replied(allowed, original))
    text = _CODE.sub(" ", content)
    for number in dict.fromkeys(map(int, _USER.findall(text))):
        who = world.users.get(number)
        if who is not None and _allows(allowed, "users", number):
            found.users.append(who)
    privileged = P.MENTION_EVERYONE in where.permissions(author)
    roles = where.guild.roles if where.guild else {}
    for number in dict.fromkeys(map(int, _ROLE.findall(text))):
        role = roles.get(number)
        if role is not None and (role.mentionable or privileged) and _allows(allowed, "roles", number):
            found.roles.append(role)
    if privileged and (allowed is None or "everyone" in (allowed.get("parse") or ())):
        found.everyone = set(_EVERYONE.findall(text))
    return found


def apply(found: Mentions, message: Message) -> None:
    """Write into a message what it mentions."""
    message.mentions = list(found.users)
    if found.replied is not None and found.replied not in message.mentions:
        message.mentions.append(found.replied)
    message.mention_roles = found.roles
    message.mention_everyone = bool(found.everyone)


def ring(found: Mentions, message: Message, world: World) -> None:
    """Record the devices that ring. An ephemeral message reaches only the one it is for; edits ring none."""
    if message.flags & MessageFlag.SUPPRESS_NOTIFICATIONS:
        return
    pings = [Ping("user", who.id, message) for who in found.users]
    pings += [Ping("role", role.id, message) for role in found.roles]
    pings += [Ping(kind, message.channel.id, message) for kind in sorted(found.everyone)]
    if found.replied is not None:
        pings.append(Ping("reply", found.replied.id, message))
    if message.only_for is not None:
        pings = [ping for ping in pings if ping.target == message.only_for.id]
    world.pings += [ping for ping in pings if ping.target != message.author.id]
