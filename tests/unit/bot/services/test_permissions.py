"""Who may ask where; every refusal has a reason."""

from __future__ import annotations

import pytest

from bot.services.permissions import Asker, Powers, Way, decide, explain
from bot.store.guild_settings import Rules

HERE = Asker(person=1, guild=7, channel=70, roles=frozenset({5}))
DIRECT = Asker(person=1, guild=None, channel=9)


@pytest.mark.parametrize(
    ("rules", "asker", "way", "only", "allowed"),
    [
        (Rules(), HERE, Way.MENTION, (), True),
        (Rules(), DIRECT, Way.MENTION, (), True),
        (Rules(roles=frozenset({5})), HERE, Way.COMMAND, (), True),
        (Rules(roles=frozenset({6})), HERE, Way.COMMAND, (), False),
        (Rules(roles=frozenset({6})), HERE, Way.BUTTON, (), False),
        (Rules(channels=frozenset({71})), HERE, Way.MENTION, (), False),
        (Rules(channels=frozenset({71})), HERE, Way.COMMAND, (), True),
        (Rules(channels=frozenset({70})), HERE, Way.MENTION, (), True),
        (Rules(channels=frozenset({70})), Asker(1, 7, 99, parent=70), Way.MENTION, (), True),
        (Rules(), HERE, Way.COMMAND, (8,), False),
        (Rules(), HERE, Way.COMMAND, (7, 8), True),
        (Rules(), DIRECT, Way.MENTION, (7,), False),
    ],
)
def test_decisions(rules: Rules, asker: Asker, way: Way, only: tuple[int, ...], allowed: bool) -> None:
    """Channels rule mentions only, roles every way of asking, named servers everything."""
    decision = decide(rules, asker, way, frozenset(only))
    assert decision.allowed is allowed
    assert decision.reason


@pytest.mark.parametrize("channels", [(), (70,), (71,)])
@pytest.mark.parametrize("roles", [(), (5,), (6,)])
@pytest.mark.parametrize("only", [(), (7,), (8,)])
def test_an_explanation_agrees_with_the_decision(
    channels: tuple[int, ...], roles: tuple[int, ...], only: tuple[int, ...]
) -> None:
    """What /settings show says is what happens."""
    rules = Rules(frozenset(channels), frozenset(roles))
    findings = explain(rules, HERE, Powers(True, True, True, True), frozenset(only))
    blocked = any(finding.blocking for finding in findings)
    assert blocked is not decide(rules, HERE, Way.MENTION, frozenset(only)).allowed


def test_an_explanation_names_what_the_bot_may_not_do() -> None:
    """A missing right changes the way of the answer; only one that hides the channel prevents it."""
    rights = Powers(view=True, send=False, embed=False, history=False)
    findings = explain(Rules(), HERE, rights, frozenset())
    assert sum(not finding.good for finding in findings) == 3
    assert not any(finding.blocking for finding in findings)
    hidden = explain(Rules(), HERE, Powers(False, True, True, True), frozenset())
    assert any(finding.blocking for finding in hidden)
