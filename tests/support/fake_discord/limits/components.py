"""The limits of buttons, selects, layouts and modals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.support.fake_discord.limits.checks import Path, Problems
from tests.support.fake_discord.rest.errors import invalid_form

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
LAYOUT = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
LINK, PREMIUM = 5, 6

# Fields that are nothing but text: name, longest, shortest.
_TEXTS = {
    TEXT: (("content", 4000, 1),),
    TEXT_INPUT: (("custom_id", 100, 1), ("value", 4000, 0), ("placeholder", 100, 0)),
    LABEL: (("label", 45, 1), ("description", 100, 0)),
}

Component = dict[str, Any]


def walk(components: list[Component], path: Path = ()) -> Iterator[tuple[Path, Component]]:
    """Every component with its path, from the outside in."""
    for index, component in enumerate(components):
        here = (*path, index)
        yield here, component
        yield from walk(component.get("components") or [], (*here, "components"))
        for inner in ("accessory", "component"):
            if component.get(inner) is not None:
                yield (*here, inner), component[inner]


def check_components(components: list[Component], path: Path, problems: Problems, *, v2: bool) -> None:
    """The components of a message."""
    top = LAYOUT if v2 else (ROW,)
    problems.number_of(path, components, 40 if v2 else 5)
    for index, component in enumerate(components):
        problems.choice((*path, index, "type"), component.get("type"), top)
    everything = list(walk(components, path))
    for here, component in everything:
        _check_one(here, component, problems)
    if v2:
        if len(everything) > 40:
            problems.at(path, "COMPONENT_LAYOUT_MAX_COMPONENTS", "The total number of components exceeds 40")
        if sum(len(each.get("content") or "") for _, each in everything if each.get("type") == TEXT) > 4000:
            problems.at(path, "COMPONENT_MAX_DISPLAYABLE_TEXT_SIZE", "Displayable text exceeds maximum size of 4000")
    _refuse_duplicates(everything, problems)


def _refuse_duplicates(everything: list[tuple[Path, Component]], problems: Problems) -> None:
    seen: Counter[str] = Counter()
    for here, component in everything:
        custom_id = component.get("custom_id")
        if custom_id is None:
            continue
        seen[custom_id] += 1
        if seen[custom_id] > 1:
            message = "Component custom id cannot be duplicated"
            problems.at((*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _check_one(path: Path, component: Component, problems: Problems) -> None:
    kind = component.get("type")
    checks = {ROW: _row, BUTTON: _button, SECTION: _section, CONTAINER: _container}
    check = _select if kind in SELECTS else checks.get(kind or 0)
    if check is not None:
        check(path, component, problems)
    elif kind in _TEXTS:
        for name, longest, shortest in _TEXTS[kind]:
            problems.text((*path, name), component.get(name), longest, shortest)
    elif kind not in (THUMBNAIL, GALLERY, FILE, SEPARATOR):
        problems.choice((*path, "type"), kind, (*range(1, 15), CONTAINER, LABEL))


def _section(path: Path, section: Component, problems: Problems) -> None:
    problems.number_of((*path, "components"), section.get("components") or [], 3, 1)
    if section.get("accessory") is None:
        problems.required((*path, "accessory"))


def _container(path: Path, container: Component, problems: Problems) -> None:
    for index, inner in enumerate(container.get("components") or []):
        problems.choice((*path, "components", index, "type"), inner.get("type"), IN_CONTAINER)


def _row(path: Path, row: Component, problems: Problems) -> None:
    inner = row.get("components") or []
    problems.number_of((*path, "components"), inner, 5, 1)
    kinds = {each.get("type") for each in inner}
    # A select, or a text field, fills a row; only buttons share one.
    if len(inner) > 1 and kinds != {BUTTON}:
        message = "The specified component layout exceeds the maximum width"
        problems.at((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _button(path: Path, button: Component, problems: Problems) -> None:
    style = button.get("style")
    problems.choice((*path, "style"), style, (1, 2, 3, 4, LINK, PREMIUM))
    problems.text((*path, "label"), button.get("label"), 80)
    if style == PREMIUM:
        return
    if style == LINK:
        problems.text((*path, "url"), button.get("url"), 512, 1)
        problems.url((*path, "url"), button.get("url"), ("http", "https", "discord"))
    else:
        problems.text((*path, "custom_id"), button.get("custom_id"), 100, 1)
    if (button.get("url") is not None) is not (style == LINK) or (
        style == LINK and button.get("custom_id") is not None
    ):
        message = "A custom id and url cannot both be specified"
        problems.at((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    if not button.get("label") and not button.get("emoji"):
        message = "A button must have a label or an emoji"
        problems.at(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message)


def _select(path: Path, select: Component, problems: Problems) -> None:
    problems.text((*path, "custom_id"), select.get("custom_id"), 100, 1)
    problems.text((*path, "placeholder"), select.get("placeholder"), 150)
    if select.get("type") != STRING_SELECT:
        return
    options = select.get("options") or []
    problems.number_of((*path, "options"), options, 25, 1)
    values: set[str] = set()
    for index, option in enumerate(options):
        here = (*path, "options", index)
        problems.text((*here, "label"), option.get("label"), 100, 1)
        problems.text((*here, "value"), option.get("value"), 100, 1)
        problems.text((*here, "description"), option.get("description"), 100)
        if option.get("value") in values:
            message = "The specified option value is already used"
            problems.at((*here, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        values.add(str(option.get("value")))
    most = select.get("max_values", 1)
    if not 1 <= most <= 25 or not 0 <= select.get("min_values", 1) <= most:
        problems.at((*path, "max_values"), "NUMBER_TYPE_RANGE", "The number of values must be between 1 and 25.")
    elif most > max(len(options), 1):
        message = "The specified max values exceeds the number of options"
        problems.at((*path, "max_values"), "SELECT_COMPONENT_MAX_VALUES_EXCEEDED", message)


def check_modal(data: dict[str, Any]) -> None:
    """A modal, or raises ApiError 50035."""
    problems = Problems()
    problems.text(("data", "custom_id"), data.get("custom_id"), 100, 1)
    problems.text(("data", "title"), data.get("title"), 45, 1)
    components = data.get("components") or []
    problems.number_of(("data", "components"), components, 5, 1)
    everything = list(walk(components, ("data", "components")))
    for here, component in everything:
        _check_one(here, component, problems)
    for index, component in enumerate(components):
        problems.choice(("data", "components", index, "type"), component.get("type"), (ROW, TEXT, LABEL))
    _refuse_duplicates(everything, problems)
    if problems:
        raise invalid_form(problems)


def check_choices(choices: list[dict[str, Any]]) -> None:
    """Return the choices of an autocomplete. Raises ApiError 50035."""
    problems = Problems()
    problems.number_of(("data", "choices"), choices, 25)
    for index, choice in enumerate(choices):
        problems.text(("data", "choices", index, "name"), choice.get("name"), 100, 1)
        if isinstance(choice.get("value"), str):
            problems.text(("data", "choices", index, "value"), choice["value"], 100)
        elif choice.get("value") is None:
            problems.required(("data", "choices", index, "value"))
    if problems:
        raise invalid_form(problems)
