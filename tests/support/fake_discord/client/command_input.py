"""Filling in a command the way Discord's client lets people do it."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.limits.commands import INTEGER, NUMBER, STRING, SUB_COMMAND, SUB_COMMAND_GROUP
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.permissions import P, Permission
from tests.support.fake_discord.state.world import Channel, ChannelType, Role, User

USER_OPTION, CHANNEL_OPTION, ROLE_OPTION, MENTIONABLE_OPTION = 6, 7, 8, 9
BOOLEAN_OPTION = 5


class NotOfferedError(AssertionError):
    """Discord's client does not let this person do that here."""


def refuse_unless_offered(command: dict[str, Any], user: User, where: Channel) -> None:
    """Tell whether the person sees this command in this channel."""
    contexts = command.get("contexts")
    direct = where.type is ChannelType.DM
    if contexts is not None and (1 if direct else 0) not in contexts:
        raise NotOfferedError(f"/{command['name']} is not offered {'in direct messages' if direct else 'in servers'}")
    if direct:
        return
    own = where.permissions(user)
    if P.VIEW_CHANNEL not in own:
        raise NotOfferedError(f"{user.name} cannot see #{where.name}")
    if P.USE_APPLICATION_COMMANDS not in own:
        raise NotOfferedError(f"{user.name} may not use commands in #{where.name}")
    needed = command.get("default_member_permissions")
    if needed is None or P.ADMINISTRATOR in own:
        return
    # "0" hides a command from everyone but administrators.
    if int(needed) == 0 or Permission(int(needed)) not in own:
        raise NotOfferedError(f"{user.name} may not use /{command['name']}")


def fill_in(
    command: dict[str, Any], path: list[str], given: dict[str, Any], focused: str | None = None
) -> dict[str, Any]:
    """The data of an interaction with this command. Raises NotOfferedError for what cannot be filled in like this."""
    resolved: dict[str, dict[str, Any]] = {}
    options = _options(command.get("options") or [], path, dict(given), focused, resolved)
    data: dict[str, Any] = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if options:
        data["options"] = options
    if resolved:
        data["resolved"] = resolved
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _options(
    defined: list[dict[str, Any]],
    path: list[str],
    given: dict[str, Any],
    focused: str | None,
    resolved: dict[str, dict[str, Any]],
) -> list[dict[str, Any]]:
    branches = [each for each in defined if each["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP)]
    if branches:
        branch = next((each for each in branches if path and each["name"] == path[0]), None)
        if branch is None:
            raise NotOfferedError(f"choose one of {[each['name'] for each in branches]}, not {path[:1]}")
        inner = _options(branch.get("options") or [], path[1:], given, focused, resolved)
        return [{"name": branch["name"], "type": branch["type"], "options": inner}]
    if path:
        raise NotOfferedError(f"there is no sub-command {path[0]}")
    filled = []
    for option in defined:
        name = option["name"]
        if name in given:
            value = given.pop(name)
            one = {"name": name, "type": option["type"], "value": _value(option, value, resolved, name == focused)}
            filled.append(one | {"focused": True} if name == focused else one)
        elif option.get("required") and focused is None:
            raise NotOfferedError(f"option {name} is required")
    if given:
        raise NotOfferedError(f"there are no options {sorted(given)}")
    return filled


def _value(option: dict[str, Any], value: Any, resolved: dict[str, dict[str, Any]], focused: bool) -> Any:
    kind, name = option["type"], option["name"]
    if focused:
        return str(value)  # whatever is typed so far
    if isinstance(value, User | Channel | Role):
        return _resolve(kind, value, resolved)
    expected: dict[int, type | tuple[type, ...]] = {
        STRING: str,
        INTEGER: int,
        NUMBER: (int, float),
        BOOLEAN_OPTION: bool,
    }
    if not isinstance(value, expected.get(kind, str)) or (kind == INTEGER and isinstance(value, bool)):
        raise NotOfferedError(f"option {name} takes no {value!r}")
    choices = option.get("choices")
    if choices and value not in [each["value"] for each in choices]:
        raise NotOfferedError(f"option {name} offers {[each['value'] for each in choices]}, not {value!r}")
    size = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    top = option.get(high, 6000 if isinstance(value, str) else 2**53)
    if isinstance(size, int | float) and not option.get(low, -(2**53)) <= size <= top:
        raise NotOfferedError(f"option {name} takes {low} {option.get(low)} to {high} {top}, not {value!r}")
    return value


def _resolve(kind: int, value: User | Channel | Role, resolved: dict[str, dict[str, Any]]) -> str:
    if isinstance(value, User) and kind in (USER_OPTION, MENTIONABLE_OPTION):
        resolved.setdefault("users", {})[str(value.id)] = payloads.user(value)
    elif isinstance(value, Channel) and kind == CHANNEL_OPTION:
        shown = payloads.channel(value) | {"permissions": "0"}
        resolved.setdefault("channels", {})[str(value.id)] = shown
    elif isinstance(value, Role) and kind in (ROLE_OPTION, MENTIONABLE_OPTION):
        resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value, 1)
    else:
        raise NotOfferedError(f"an option of type {kind} takes no {value!r}")
    return str(value.id)


def complete_members(data: dict[str, Any], where: Channel, asker: User) -> dict[str, Any]:
    """Add to resolved users their membership, and to resolved channels what the asker may do there."""
    resolved = data.get("resolved", {})
    guild = where.guild
    for number in resolved.get("users", {}) if guild is not None else ():
        member = guild.members.get(int(number)) if guild is not None else None
        if member is not None:
            shown = payloads.member(member, with_user=False)
            shown["permissions"] = str(int(where.permissions(member.user)))
            resolved.setdefault("members", {})[number] = shown
    for number, shown in resolved.get("channels", {}).items():
        channel = guild.channels.get(int(number)) if guild is not None else None
        if channel is not None:
            shown["permissions"] = str(int(channel.permissions(asker)))
    return data
