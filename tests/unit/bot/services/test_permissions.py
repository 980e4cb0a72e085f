"""Permissions decide by server, role and channel; every refusal has a reason."""

from __future__ import annotations

import pytest

from bot.observability.request_log import Source
from bot.services.permissions import Requester, explain, refusal
from bot.store.guild_settings import GuildSettings
from bot.ui import strings

HERE = Requester(user=1, guild=7, channel=70, roles=frozenset({5}))
RIGHTS = dict.fromkeys(strings.BOT_PERMISSIONS, True)
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
def test_refusals(
    settings: GuildSettings, requester: Requester, source: Source, only: tuple[int, ...], allowed: bool
) -> None:
    """Channels rule mentions only, roles every way of asking, named servers everything."""
    assert (refusal(settings, requester, source, frozenset(only)) is None) is allowed


@pytest.mark.parametrize("channels", [(), (70,), (71,)])
@pytest.mark.parametrize("roles", [(), (5,), (6,)])
@pytest.mark.parametrize("only", [(), (7,), (8,)])
def test_an_explanation_agrees_with_the_refusal(
    channels: tuple[int, ...], roles: tuple[int, ...], only: tuple[int, ...]
) -> None:
    """`/settings show` says what happens."""
    settings = GuildSettings(frozenset(channels), frozenset(roles))
    findings = explain(settings, HERE, RIGHTS, frozenset(only))
    blocked = any(finding.blocking for finding in findings)
    assert blocked is (refusal(settings, HERE, Source.MENTION, frozenset(only)) is not None)


def test_an_explanation_names_what_the_bot_may_not_do() -> None:
    """A missing right changes the way of the answer; only one that hides the channel prevents it."""
    findings = explain(GuildSettings(), HERE, dict.fromkeys(RIGHTS, False) | {"view": True}, frozenset())
    assert sum(not finding.good for finding in findings) == 3
    assert not any(finding.blocking for finding in findings)
    hidden = explain(GuildSettings(), HERE, {**RIGHTS, "view": False}, frozenset())
    assert any(finding.blocking for finding in hidden)
