"""Discord's limits, one by one: what just fits passes, one more is refused where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fake_discord.limits.commands import check_commands
from tests.support.fake_discord.limits.components import check_choices, check_modal
from tests.support.fake_discord.limits.messages import check_message, trim
from tests.support.fake_discord.rest.errors import ApiError

Body = dict[str, Any]
V2 = 1 << 15


def paths(tree: dict[str, Any], above: str = "") -> set[str]:
    """Return the paths of the errors in a body."""
    found: set[str] = set()
    for key, value in tree.items():
        found |= {above} if key == "_errors" else paths(value, f"{above}.{key}".lstrip("."))
    return found


def refused(check: Callable[[Any], None], body: Any) -> set[str]:
    """Return the paths at which a check finds errors; none if it passes."""
    try:
        check(body)
    except ApiError as error:
        return paths(error.errors or {}) if (error.status, error.code) == (400, 50035) else {repr(error)}
    return set()


def button(**more: Any) -> Body:
    """A button that passes, unless `more` spoils it."""
    return {"type": 2, "style": 1, "label": "L", "custom_id": "c"} | more


def row(*inner: Body) -> Body:
    """An action row."""
    return {"type": 1, "components": list(inner)}


def option(number: int) -> Body:
    """An entry of a menu."""
    return {"label": str(number), "value": str(number)}


TEXT = {"type": 3, "name": "a", "description": "x"}
FIELD = {"name": "n", "value": "v"}
MENU = {"type": 3, "custom_id": "m", "options": [option(0)]}


@pytest.mark.parametrize(
    ("fits", "too_much", "where"),
    [
        ({"content": "x" * 2000}, {"content": "x" * 2001}, "content"),
        ({"content": "𝕏" * 2000}, {"content": "𝕏" * 2001}, "content"),
        ({"embeds": [{"title": "x" * 256}]}, {"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"description": "x" * 4096}]}, {"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
        (
            {"embeds": [{"footer": {"text": "x" * 2048}}]},
            {"embeds": [{"footer": {"text": "x" * 2049}}]},
            "embeds.0.footer.text",
        ),
        (
            {"embeds": [{"author": {"name": "x"}}]},
            {"embeds": [{"author": {"name": "x" * 257}}]},
            "embeds.0.author.name",
        ),
        ({"embeds": [{"fields": [FIELD] * 25}]}, {"embeds": [{"fields": [FIELD] * 26}]}, "embeds.0.fields"),
        (
            {"embeds": [{"fields": [FIELD | {"value": "x" * 1024}]}]},
            {"embeds": [{"fields": [FIELD | {"value": "x" * 1025}]}]},
            "embeds.0.fields.0.value",
        ),
        ({"embeds": [{"title": "x"}] * 10}, {"embeds": [{"title": "x"}] * 11}, "embeds"),
        (
            {"embeds": [{"description": "x" * 3000}] * 2},
            {"embeds": [{"description": "x" * 3000}, {"description": "x" * 2999, "footer": {"text": "xx"}}]},
            "embeds",
        ),
        (
            {"embeds": [{"title": "x", "url": "https://e.org"}]},
            {"embeds": [{"title": "x", "url": "e.org"}]},
            "embeds.0.url",
        ),
        ({"allowed_mentions": {"parse": []}}, {"allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0"),
    ],
)
def test_messages_and_embeds(fits: Body, too_much: Body, where: str) -> None:
    """Texts, embeds and mentions of a message."""
    assert refused(check_message, fits) == set()
    assert refused(check_message, too_much) == {where}


@pytest.mark.parametrize(
    ("fits", "too_much", "where"),
    [
        ([row(button(label="x" * 80))], [row(button(label="x" * 81))], "components.0.components.0.label"),
        ([row(button(custom_id="x" * 100))], [row(button(custom_id="x" * 101))], "components.0.components.0.custom_id"),
        ([row(button(custom_id="x"))], [row(button(custom_id=""))], "components.0.components.0.custom_id"),
        ([row(button(label=None, emoji={"name": "👍"}))], [row(button(label=""))], "components.0.components.0"),
        (
            [row(button(), button(custom_id="d"))],
            [row(button()), row(button())],
            "components.1.components.0.custom_id",
        ),
        (
            [row(*(button(custom_id=str(number)) for number in range(5)))],
            [row(*(button(custom_id=str(number)) for number in range(6)))],
            "components.0.components",
        ),
        (
            [row(button(custom_id=str(number))) for number in range(5)],
            [row(button(custom_id=str(number))) for number in range(6)],
            "components",
        ),
        ([row(MENU)], [row(MENU, button())], "components.0.components"),
        (
            [row(MENU | {"options": [option(number) for number in range(25)]})],
            [row(MENU | {"options": [option(number) for number in range(26)]})],
            "components.0.components.0.options",
        ),
        ([row(button())], [button()], "components.0.type"),
        (
            [row(button(style=5, custom_id=None, url="https://e.org"))],
            [row(button(style=5, custom_id=None))],
            "components.0.components.0.url",
        ),
    ],
)
def test_components(fits: list[Body], too_much: list[Body], where: str) -> None:
    """Rows, buttons and menus."""
    assert refused(check_message, {"components": fits}) == set()
    assert where in refused(check_message, {"components": too_much})


def test_layouts_have_their_own_limits() -> None:
    """Components of version 2 need their flag, stand without content, and hold 4000 characters and 40 parts."""
    text = {"type": 10, "content": "x" * 4000}
    assert refused(check_message, {"components": [text], "flags": V2}) == set()
    assert refused(check_message, {"components": [text]}) == {"components.0.type"}
    assert refused(check_message, {"components": [text], "flags": V2, "content": "x"}) == {"content"}
    assert refused(check_message, {"components": [text, {"type": 10, "content": "x"}], "flags": V2}) == {"components"}
    small = {"type": 10, "content": "x"}
    assert refused(check_message, {"components": [{"type": 17, "components": [small] * 39}], "flags": V2}) == set()
    assert refused(check_message, {"components": [{"type": 17, "components": [small] * 40}], "flags": V2}) == {
        "components"
    }


def test_forms_and_choices() -> None:
    """Titles and fields of a form; number and length of choices."""
    field = {"type": 4, "custom_id": "f", "style": 1, "label": "L"}
    form = {"custom_id": "m", "title": "x" * 45, "components": [row(field)]}
    assert refused(check_modal, form) == set()
    assert refused(check_modal, form | {"title": "x" * 46}) == {"data.title"}
    assert refused(check_modal, form | {"components": [row(field)] * 2}) == {"data.components.1.components.0.custom_id"}
    choice = {"name": "x" * 100, "value": "x" * 100}
    assert refused(check_choices, [choice] * 25) == set()
    assert refused(check_choices, [choice] * 26) == {"data.choices"}
    assert refused(check_choices, [choice | {"name": "x" * 101}]) == {"data.choices.0.name"}
    assert refused(check_choices, [choice | {"value": "x" * 101}]) == {"data.choices.0.value"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": "Ask"}, "0.name"),
        ({"name": "two words"}, "0.name"),
        ({"name": "x" * 33}, "0.name"),
        ({"description": ""}, "0.description"),
        ({"description": "x" * 101}, "0.description"),
        ({"type": 3}, "0.description"),
        ({"contexts": [3]}, "0.contexts.0"),
        ({"options": [{"type": 3, "name": str(n), "description": "x"} for n in range(26)]}, "0.options"),
        (
            {"options": [{"type": 3, "name": n, "description": "x", "required": n == "b"} for n in "ab"]},
            "0.options.1",
        ),
        ({"options": [{"type": 3, "name": "a", "description": "x"}] * 2}, "0.options.1.name"),
        (
            {"options": [TEXT | {"autocomplete": True, "choices": [{"name": "a", "value": "a"}]}]},
            "0.options.0.autocomplete",
        ),
    ],
)
def test_commands(change: Body, where: str) -> None:
    """Definitions of commands, alone and together."""
    command: Body = {"type": 1, "name": "ask", "description": "Ask something"}
    assert refused(check_commands, [command, command | {"name": "find"}]) == set()
    assert where in refused(check_commands, [command | change])
    assert refused(check_commands, [command, command]) == {"1.name"}


def test_white_space_around_a_text_is_dropped() -> None:
    """As Discord does: at both ends of content, titles and descriptions; zero-width characters stay."""
    body = {"content": "\n a b \t", "embeds": [{"description": "  d\u200b ", "url": " u "}]}
    assert trim(body) == {"content": "a b", "embeds": [{"description": "d\u200b", "url": " u "}]}
