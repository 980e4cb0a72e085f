"""Commands are registered when their definition changed, and only then."""

from __future__ import annotations

from typing import Any

import pytest

from bot.runtime.command_sync import same

OURS: dict[str, Any] = {
    "name": "ask",
    "type": 1,
    "description": "Asks",
    "nsfw": False,
    "dm_permission": True,
    "default_member_permissions": 32,
    "contexts": [0, 1],
    "integration_types": [0],
    "options": [
        {"type": 3, "name": "question", "description": "Q", "required": True, "min_length": 1, "max_length": 1000},
        {"type": 4, "name": "quotes", "description": "N", "required": False, "min_value": 1, "max_value": 5},
    ],
}


def given_back(command: dict[str, Any]) -> dict[str, Any]:
    """The same command as Discord tells it: with ids, without what is the default, permissions as text."""
    told = {**command, "id": "1", "application_id": "2", "version": "3", "contexts": [1, 0]}
    told["default_member_permissions"] = "32"
    told["name_localizations"] = None
    told["options"] = [
        {key: value for key, value in option.items() if (key, value) != ("required", False)}
        for option in command["options"]
    ]
    return told


def test_what_discord_gives_back_is_recognised() -> None:
    """Ids, order, defaults and the spelling of permissions are no change."""
    other = {"name": "Find sources", "type": 3, "description": "", "options": []}
    assert same([OURS, other], [other, given_back(OURS)], in_guild=False)


def test_a_servers_commands_have_no_contexts() -> None:
    """Discord keeps those of global commands only."""
    told = given_back(OURS)
    del told["contexts"], told["integration_types"]
    assert same([OURS], [told], in_guild=True)
    assert not same([OURS], [told], in_guild=False)


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Asks more"},
        {"default_member_permissions": None},
        {"contexts": [0]},
        {"options": OURS["options"][:1]},
        {"options": OURS["options"][::-1]},
        {"options": [{**OURS["options"][0], "max_length": 900}, OURS["options"][1]]},
        {"options": [{**OURS["options"][0], "required": False}, OURS["options"][1]]},
        {"options": [{**OURS["options"][0], "autocomplete": True}, OURS["options"][1]]},
        {"name": "question"},
    ],
)
def test_every_change_counts(change: dict[str, Any]) -> None:
    """Descriptions, choices, limits, contexts, permissions, order."""
    assert not same([{**OURS, **change}], [given_back(OURS)], in_guild=False)


def test_a_command_more_or_less_counts() -> None:
    """Old ones go, new ones come."""
    assert not same([OURS], [], in_guild=False)
    assert not same([], [given_back(OURS)], in_guild=False)
    assert same([], [], in_guild=True)
