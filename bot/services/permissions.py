"""Permissions: who may ask, and where. Pure decisions, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from bot.observability.request_log import Source
from bot.store.guild_settings import GuildSettings
from bot.ui import strings
from bot.ui.notices import Finding


@dataclass(frozen=True, slots=True)
class Requester:
    """A user who asks, and where. ``guild`` is ``None`` in direct messages, ``parent`` is the channel of a thread."""

    user: int
    guild: int | None
    channel: int
    parent: int | None = None
    roles: frozenset[int] = frozenset()

    @property
    def conversation(self) -> int | None:
        """The thread or direct message channel, where each question may build on the one before it."""
        return self.channel if self.parent is not None or self.guild is None else None


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a permission check; ``reason`` is a sentence for the requester."""

    allowed: bool
    reason: str


def decide(
    settings: GuildSettings, requester: Requester, source: Source, only_guilds: frozenset[int] = frozenset()
) -> Decision:
    """Check every permission; the first that is missing gives the reason.

    ``only_guilds`` are the guilds to which the operator restricts the bot; empty: all.
    """
    server = _check_server(requester, only_guilds)
    if not server.allowed:
        return server
    if not _has_role(settings, requester):
        return Decision(False, strings.ROLE_MISSING)
    if source is Source.MENTION and not _answers_mentions(settings, requester):
        return Decision(False, strings.CHANNEL_EXCLUDED)
    return Decision(True, strings.MAY_ASK)


def _check_server(requester: Requester, only_guilds: frozenset[int]) -> Decision:
    if only_guilds and requester.guild is None:
        return Decision(False, strings.NO_DIRECT_MESSAGES)
    if only_guilds and requester.guild not in only_guilds:
        return Decision(False, strings.SERVER_EXCLUDED)
    return Decision(True, strings.ANSWERS_DIRECT_MESSAGES if requester.guild is None else strings.ANSWERS_IN_SERVER)


def _has_role(settings: GuildSettings, requester: Requester) -> bool:
    return requester.guild is None or not settings.roles or bool(settings.roles & requester.roles)


def _answers_mentions(settings: GuildSettings, requester: Requester) -> bool:
    allowed = {requester.channel, requester.parent}
    return requester.guild is None or not settings.channels or bool(settings.channels & allowed)


@dataclass(frozen=True, slots=True)
class ChannelPermissions:
    """The bot's own permissions in a channel."""

    view: bool
    send: bool
    embed: bool
    history: bool


def explain(
    settings: GuildSettings, requester: Requester, permissions: ChannelPermissions | None, only_guilds: frozenset[int]
) -> list[Finding]:
    """Every rule that applies to a mention by ``requester``, in the order in which they are checked."""
    server = _check_server(requester, only_guilds)
    findings = [Finding(server.allowed, server.reason, not server.allowed)]
    for restricted, allowed, texts in (
        (settings.roles, _has_role(settings, requester), strings.ROLE_FINDINGS),
        (settings.channels, _answers_mentions(settings, requester), strings.CHANNEL_FINDINGS),
    ):
        text = texts["unrestricted"] if not restricted else texts["allowed" if allowed else "excluded"]
        findings.append(Finding(allowed, text, not allowed))
    if permissions is not None:
        for name, (what, otherwise) in strings.BOT_PERMISSIONS.items():
            if getattr(permissions, name):
                findings.append(Finding(True, strings.BOT_MAY.format(what=what)))
            else:
                text = strings.BOT_MAY_NOT.format(what=what, otherwise=otherwise)
                findings.append(Finding(False, text, blocking=name == "view"))
    return findings
