"""Permissions to ask, by server, role and channel, each refusal with its reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
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


def refusal(
    settings: GuildSettings, requester: Requester, source: Source, only_guilds: frozenset[int] = frozenset()
) -> str | None:
    """The reason why ``requester`` may not ask, a sentence for them; ``None`` if they may. No ``only_guilds``: all."""
    if only_guilds and requester.guild not in only_guilds:
        return strings.NO_DIRECT_MESSAGES if requester.guild is None else strings.SERVER_EXCLUDED
    if not _has_role(settings, requester):
        return strings.ROLE_MISSING
    if source is Source.MENTION and not _answers_mentions(settings, requester):
        return strings.CHANNEL_EXCLUDED
    return None


def _has_role(settings: GuildSettings, requester: Requester) -> bool:
    return requester.guild is None or not settings.roles or bool(settings.roles & requester.roles)


def _answers_mentions(settings: GuildSettings, requester: Requester) -> bool:
    allowed = {requester.channel, requester.parent}
    return requester.guild is None or not settings.channels or bool(settings.channels & allowed)


def explain(
    settings: GuildSettings, requester: Requester, rights: Mapping[str, bool] | None, only_guilds: frozenset[int]
) -> list[Finding]:
    """Every rule that applies to a mention by ``requester``, in the order in which they are checked.

    ``rights`` are those of ``strings.BOT_PERMISSIONS`` that the bot has in the channel; ``None``: unknown.
    """
    excluded = bool(only_guilds) and requester.guild not in only_guilds
    server = strings.SERVER_EXCLUDED if excluded else strings.ANSWERS_IN_SERVER
    findings = [Finding(not excluded, server, blocking=excluded)]
    for restricted, allowed, texts in (
        (settings.roles, _has_role(settings, requester), strings.ROLE_FINDINGS),
        (settings.channels, _answers_mentions(settings, requester), strings.CHANNEL_FINDINGS),
    ):
        text = texts["unrestricted"] if not restricted else texts["allowed" if allowed else "excluded"]
        findings.append(Finding(allowed, text, blocking=not allowed))
    for name, has in (rights or {}).items():
        what, otherwise = strings.BOT_PERMISSIONS[name]
        text = (strings.BOT_MAY if has else strings.BOT_MAY_NOT).format(what=what, otherwise=otherwise)
        findings.append(Finding(has, text, blocking=name == "view" and not has))
    return findings
