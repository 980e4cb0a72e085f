"""Who may ask where; every refusal has a reason."""

from __future__ import annotations

import pytest

from bot.observability.request_log import Source
from bot.services.permissions import Asker, Powers, decide, explain
from bot.store.guild_settings import Rules

HERE = Asker(person=1, guild=7, channel=70, roles=frozenset({5}))
DIRECT = Asker(person=1, guild=None, channel=9)


@pytest.mark.parametrize(
    ("rules", "asker", "way", "only", "allowed"),
    [
        (Rules(), HERE, Source.MENTION, (), True),
        (Rules(), DIRECT, Source.MENTION, (), True),
        (Rules(roles=frozenset({5})), HERE, Source.COMMAND, (), True),
        (Rules(roles=frozenset({6})), HERE, Source.COMMAND, (), False),
        (Rules(roles=frozenset({6})), HERE, Source.BUTTON, (), False),
        (Rules(channels=frozenset({71})), HERE, Source.MENTION, (), False),
        (Rules(channels=frozenset({71})), HERE, Source.COMMAND, (), True),
        (Rules(channels=frozenset({70})), HERE, Source.MENTION, (), True),
        (Rules(channels=frozenset({70})), Asker(1, 7, 99, parent=70), Source.MENTION, (), True),
        (Rules(), HERE, Source.COMMAND, (8,), False),
        (Rules(), HERE, Source.COMMAND, (7, 8), True),
        (Rules(), DIRECT, Source.MENTION, (7,), False),
    ],
)
def test_decisions(rules: Rules, asker: Asker, way: Source, only: tuple[int, ...], allowed: bool) -> None:
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
    assert blocked is not decide(rules, HERE, Source.MENTION, frozenset(only)).allowed


def test_an_explanation_names_what_the_bot_may_not_do() -> None:
    """A missing right changes the way of the answer; only one that hides the channel prevents it."""
    rights = Powers(view=True, send=False, embed=False, history=False)
    findings = explain(Rules(), HERE, rights, frozenset())
    assert sum(not finding.good for finding in findings) == 3
    assert not any(finding.blocking for finding in findings)
    hidden = explain(Rules(), HERE, Powers(False, True, True, True), frozenset())
    assert any(finding.blocking for finding in hidden)
