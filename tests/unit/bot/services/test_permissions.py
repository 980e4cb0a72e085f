"""Permissions decide by server, role and channel; every refusal has a reason."""

from __future__ import annotations

import pytest

from bot.observability.request_log import Source
from bot.services.permissions import ChannelPermissions, Requester, decide, explain
from bot.store.guild_settings import GuildSettings

HERE = Requester(user=1, guild=7, channel=70, roles=frozenset({5}))
DIRECT = Requester(user=1, guild=None, channel=9)


@pytest.mark.parametrize(
    ("settings", "requester", "source", "only", "allowed"),
    [
        (GuildSettings(), HERE, Source.MENTION, (), True),
        (GuildSettings(), DIRECT, Source.MENTION, (), True),
        (GuildSettings(roles=frozenset({5})), HERE, Source.COMMAND, (), True),
        (GuildSettings(roles=frozenset({6})), HERE, Source.COMMAND, (), False),
        (GuildSettings(roles=frozenset({6})), HERE, Source.BUTTON, (), False),
        (GuildSettings(channels=frozenset({71})), HERE, Source.MENTION, (), False),
        (GuildSettings(channels=frozenset({71})), HERE, Source.COMMAND, (), True),
        (GuildSettings(channels=frozenset({70})), HERE, Source.MENTION, (), True),
        (GuildSettings(channels=frozenset({70})), Requester(1, 7, 99, parent=70), Source.MENTION, (), True),
        (GuildSettings(), HERE, Source.COMMAND, (8,), False),
        (GuildSettings(), HERE, Source.COMMAND, (7, 8), True),
        (GuildSettings(), DIRECT, Source.MENTION, (7,), False),
    ],
)
def test_decisions(
    settings: GuildSettings, requester: Requester, source: Source, only: tuple[int, ...], allowed: bool
) -> None:
    """Channels rule mentions only, roles every way of asking, named servers everything."""
    decision = decide(settings, requester, source, frozenset(only))
    assert decision.allowed is allowed
    assert decision.reason


@pytest.mark.parametrize("channels", [(), (70,), (71,)])
@pytest.mark.parametrize("roles", [(), (5,), (6,)])
@pytest.mark.parametrize("only", [(), (7,), (8,)])
def test_an_explanation_agrees_with_the_decision(
    channels: tuple[int, ...], roles: tuple[int, ...], only: tuple[int, ...]
) -> None:
    """`/settings show` says what happens."""
    settings = GuildSettings(frozenset(channels), frozenset(roles))
    findings = explain(settings, HERE, ChannelPermissions(True, True, True, True), frozenset(only))
    blocked = any(finding.blocking for finding in findings)
    assert blocked is not decide(settings, HERE, Source.MENTION, frozenset(only)).allowed


def test_an_explanation_names_what_the_bot_may_not_do() -> None:
    """A missing right changes the way of the answer; only one that hides the channel prevents it."""
    rights = ChannelPermissions(view=True, send=False, embed=False, history=False)
    findings = explain(GuildSettings(), HERE, rights, frozenset())
    assert sum(not finding.good for finding in findings) == 3
    assert not any(finding.blocking for finding in findings)
    hidden = explain(GuildSettings(), HERE, ChannelPermissions(False, True, True, True), frozenset())
    assert any(finding.blocking for finding in hidden)
