"""The limits of command definitions."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tests.support.fake_discord.limits.checks import Path, Problems
from tests.support.fake_discord.rest.errors import invalid_form

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
NUMBER = 10
_NAME = re.compile(r"[-_'\w]{1,32}")
_TOTAL = 8000  # name, description and value of a command with its options and choices together
_MOST = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}

Definition = dict[str, Any]


def check_command(command: Definition, path: Path, problems: Problems) -> None:
    """One definition."""
    kind = command.get("type") or CHAT_INPUT
    problems.choice((*path, "type"), kind, (CHAT_INPUT, USER_MENU, MESSAGE_MENU))
    if kind == CHAT_INPUT:
        _name((*path, "name"), command.get("name"), problems)
        problems.text((*path, "description"), command.get("description"), 100, 1)
        _options(path, command.get("options") or [], problems)
    else:
        problems.text((*path, "name"), command.get("name"), 32, 1)
        if command.get("description"):
            message = "Context menu commands cannot have description"
            problems.at((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
        if command.get("options"):
            message = "Context menu commands cannot have options"
            problems.at((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", message)
    for index, context in enumerate(command.get("contexts") or []):
        problems.choice((*path, "contexts", index), context, (0, 1, 2))
    if _size(command) > _TOTAL:
        message = f"Command exceeds maximum size ({_TOTAL})"
        problems.at(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def check_commands(commands: list[Definition]) -> None:
    """All commands of a scope together, or raises ApiError 50035."""
    problems = Problems()
    seen: set[tuple[int, Any]] = set()
    kinds: Counter[int] = Counter()
    for index, command in enumerate(commands):
        check_command(command, (index,), problems)
        key = (command.get("type") or CHAT_INPUT, command.get("name"))
        if key in seen:
            message = "Application command names must be unique"
            problems.at((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
        kinds[key[0]] += 1
    for kind, number in kinds.items():
        if number > _MOST.get(kind, 100):
            problems.at((), "MAX_APPLICATION_COMMANDS", "Maximum number of application commands reached")
    if problems:
        raise invalid_form(problems)


def _name(path: Path, name: Any, problems: Problems) -> None:
    problems.text(path, name, 32, 1)
    if isinstance(name, str) and name and (not _NAME.fullmatch(name) or name != name.lower()):
        problems.at(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _options(path: Path, options: list[Definition], problems: Problems) -> None:
    problems.number_of((*path, "options"), options, 25)
    optional_seen = False
    names: set[Any] = set()
    for index, option in enumerate(options):
        here = (*path, "options", index)
        kind = option.get("type")
        problems.choice((*here, "type"), kind, tuple(range(1, 12)))
        _name((*here, "name"), option.get("name"), problems)
        problems.text((*here, "description"), option.get("description"), 100, 1)
        if option.get("name") in names:
            message = "Option names must be unique within their command"
            problems.at((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        names.add(option.get("name"))
        if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
            _options(here, option.get("options") or [], problems)
            continue
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            problems.at(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        _choices(here, option, problems)


def _choices(path: Path, option: Definition, problems: Problems) -> None:
    choices = option.get("choices") or []
    problems.number_of((*path, "choices"), choices, 25)
    if choices and option.get("autocomplete"):
        message = "Options with choices cannot use autocomplete"
        problems.at((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
    for index, choice in enumerate(choices):
        problems.text((*path, "choices", index, "name"), choice.get("name"), 100, 1)
        if option.get("type") == STRING:
            problems.text((*path, "choices", index, "value"), choice.get("value"), 100)
    for bound in ("min_length", "max_length"):
        if not (1 if bound == "max_length" else 0) <= option.get(bound, 1) <= 6000:
            problems.at((*path, bound), "NUMBER_TYPE_RANGE", "int value should be between 0 and 6000.")


def _size(command: Definition) -> int:
    own = sum(len(str(command.get(part) or "")) for part in ("name", "description"))
    choices = sum(len(str(each.get("name"))) + len(str(each.get("value"))) for each in command.get("choices") or [])
    return own + choices + sum(_size(option) for option in command.get("options") or [])
