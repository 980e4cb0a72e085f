"""Who may ask, and where: pure decisions, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from bot.observability.request_log import Source
from bot.store.guild_settings import Rules
from bot.ui.notices import Finding


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who wants something, and where: ``parent`` is the channel of a thread, ``guild`` None in a direct
    message."""

    person: int
    guild: int | None
    channel: int
    parent: int | None = None
    roles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the bot does what was wanted, and a sentence for the person that says why (not)."""

    allowed: bool
    reason: str


def decide(rules: Rules, asker: Asker, source: Source, only_guilds: frozenset[int] = frozenset()) -> Decision:
    """Whether ``asker`` may ask that way; the first rule that stands against it gives the reason."""
    for check in (_place(asker, only_guilds), _role(rules, asker), _channel(rules, asker, source)):
        if not check.allowed:
            return check
    return Decision(True, "You may ask here.")


def _place(asker: Asker, only_guilds: frozenset[int]) -> Decision:
    if only_guilds and asker.guild is None:
        return Decision(False, "I answer in my own servers only, not in direct messages.")
    if only_guilds and asker.guild not in only_guilds:
        return Decision(False, "I do not answer in this server: whoever runs me has named the servers where I do.")
    here = "in direct messages" if asker.guild is None else "in this server"
    return Decision(True, f"The bot answers {here}.")


def _role(rules: Rules, asker: Asker) -> Decision:
    if asker.guild is None or not rules.roles:
        return Decision(True, "Everybody may ask.")
    if rules.roles & asker.roles:
        return Decision(True, "This person has a role that may ask.")
    return Decision(
        False,
        "In this server only people with certain roles may ask, and you have none of them. "
        "Somebody who manages the server can change that with /settings role.",
    )


def _channel(rules: Rules, asker: Asker, source: Source) -> Decision:
    if source is not Source.MENTION or asker.guild is None or not rules.channels:
        return Decision(True, "This channel is not ruled out.")
    if rules.channels & {asker.channel, asker.parent}:
        return Decision(True, "Mentions are answered in this channel.")
    return Decision(
        False,
        "In this server I answer mentions in certain channels only, and this is none of them. Use /ask here, or "
        "mention me in one of those channels. Somebody who manages the server can change that with /settings channel.",
    )


@dataclass(frozen=True, slots=True)
class Powers:
    """What the bot itself may do in a channel."""

    view: bool
    send: bool
    embed: bool
    history: bool


def explain(rules: Rules, asker: Asker, powers: Powers | None, only_guilds: frozenset[int]) -> list[Finding]:
    """Every rule that bears on a mention by ``asker``, in the order in which the bot looks at them."""
    place = _place(asker, only_guilds)
    found = [Finding(place.allowed, place.reason, not place.allowed)]
    if rules.roles:
        good = bool(rules.roles & asker.roles)
        text = "The person has a role that may ask." if good else "The person has none of the roles that may ask."
        found.append(Finding(good, text, not good))
    else:
        found.append(Finding(True, "Everybody may ask: no roles are set."))
    if rules.channels:
        good = bool(rules.channels & {asker.channel, asker.parent})
        text = (
            "Mentions are answered in this channel."
            if good
            else ("Mentions are not answered in this channel; /ask works here all the same.")
        )
        found.append(Finding(good, text, not good))
    else:
        found.append(Finding(True, "Mentions are answered in every channel: no channels are set."))
    return found + (_powers(powers) if powers is not None else [])


def _powers(powers: Powers) -> list[Finding]:
    return [
        _power(powers.view, "see the channel", "a mention does not reach it", blocking=True),
        _power(powers.send, "write in the channel", "it answers a mention by direct message", blocking=False),
        _power(powers.history, "read the message history", "its answer to a mention is no reply", blocking=False),
        _power(powers.embed, "embed links", "it answers in plain text", blocking=False),
    ]


def _power(has: bool, what: str, otherwise: str, *, blocking: bool) -> Finding:
    if has:
        return Finding(True, f"The bot may {what}.")
    return Finding(False, f"The bot may not {what}: {otherwise}.", blocking)
