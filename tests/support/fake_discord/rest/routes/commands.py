"""Registering commands, for everywhere or for one guild."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.fake_discord.limits.checks import Problems
from tests.support.fake_discord.limits.commands import CHAT_INPUT, check_command, check_commands
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.server import Call, Route
from tests.support.fake_discord.state.world import World

Scope = int | None  # a guild's id, or None for everywhere
_DEFAULTS: dict[str, Any] = {
    "type": CHAT_INPUT,
    "description": "",
    "default_member_permissions": None,
    "contexts": None,
    "integration_types": [0],
    "nsfw": False,
    "name_localizations": None,
    "description_localizations": None,
}
_LOCALIZED = ("name_localizations", "description_localizations")
# Only global commands state their contexts; those of a guild appear in that guild.
_NOT_IN_GUILDS: dict[str, Any] = {"contexts": None, "integration_types": [0]}
_STORED = (*_DEFAULTS, "name", "options", "dm_permission")


@dataclass(frozen=True)
class Registration:
    """One write to the commands of a scope."""

    at: float
    method: str
    scope: Scope
    names: tuple[str, ...]


def _option(given: dict[str, Any]) -> dict[str, Any]:
    """An option as Discord gives it back: without what it would be anyway."""
    kept = {key: value for key, value in given.items() if value is not None and value is not False and value != []}
    if "options" in kept:
        kept["options"] = [_option(each) for each in kept["options"]]
    return kept


class CommandRoutes:
    """Keeps the definitions and counts how often they were written."""

    def __init__(self, world: World) -> None:
        self.registrations: list[Registration] = []
        self.stored: dict[Scope, dict[int, dict[str, Any]]] = {None: {}}
        self._world = world

    def routes(self) -> list[Route]:
        """To be mounted: the same for both kinds of scope."""

        def check_one(call: Call) -> None:
            problems = Problems()
            check_command(call.object(), (), problems)
            if problems:
                raise errors.invalid_form(problems)

        found = []
        for base in (
            "/applications/{application_id}/commands",
            "/applications/{application_id}/guilds/{guild_id}/commands",
        ):
            found += [
                Route(f"GET {base}", self._list),
                Route(f"PUT {base}", self._overwrite, lambda call: check_commands(call.body)),
                Route(f"POST {base}", self._create, check_one),
                Route(f"GET {base}/{{command_id}}", self._show),
                Route(f"PATCH {base}/{{command_id}}", self._change),
                Route(f"DELETE {base}/{{command_id}}", self._delete),
            ]
        return found

    def offered(self, name: str, kind: int, guild_id: int | None) -> dict[str, Any] | None:
        """The command of this name and kind that is found in a place; a guild's own goes before one for everywhere."""
        scopes: list[Scope] = [guild_id, None] if guild_id is not None else [None]
        for scope in scopes:
            for command in self.stored.get(scope, {}).values():
                if command["name"] == name and command["type"] == kind:
                    return command
        return None

    def _scope(self, call: Call) -> Scope:
        if call.number("application_id") != self._world.application_id:
            raise errors.unknown("Application")
        if "guild_id" not in call.parts:
            return None
        guild = self._world.guilds.get(call.number("guild_id"))
        if guild is None or self._world.bot.id not in guild.members:
            raise errors.missing_access()
        return guild.id

    def _command(self, call: Call) -> dict[str, Any]:
        found = self.stored.get(self._scope(call), {}).get(call.number("command_id"))
        if found is None:
            raise errors.unknown("application command")
        return found

    def _list(self, call: Call) -> Any:
        found = self.stored.get(self._scope(call), {}).values()
        if call.query.get("with_localizations", "").lower() in {"1", "true"}:
            return list(found)
        return [{key: value for key, value in each.items() if key not in _LOCALIZED} for each in found]

    def _show(self, call: Call) -> Any:
        return self._command(call)

    def _overwrite(self, call: Call) -> Any:
        scope = self._scope(call)
        before, self.stored[scope] = self.stored.get(scope, {}), {}
        kept = {(command["type"], command["name"]): number for number, command in before.items()}
        for given in call.body:
            number = kept.get((given.get("type") or CHAT_INPUT, given["name"]))
            self._store(scope, given, number)
        self._note(call, scope, [given["name"] for given in call.body])
        return list(self.stored[scope].values())

    def _create(self, call: Call) -> Any:
        scope, given = self._scope(call), call.object()
        wanted = (given.get("type") or CHAT_INPUT, given["name"])
        commands = self.stored.setdefault(scope, {})
        number = next((each for each, one in commands.items() if (one["type"], one["name"]) == wanted), None)
        self._note(call, scope, [given["name"]])
        return self._store(scope, given, number)

    def _change(self, call: Call) -> Any:
        found, scope = self._command(call), self._scope(call)
        changed = found | {key: value for key, value in call.object().items() if key in _STORED}
        problems = Problems()
        check_command(changed, (), problems)
        if problems:
            raise errors.invalid_form(problems)
        self._note(call, scope, [changed["name"]])
        return self._store(scope, changed, int(found["id"]))

    def _delete(self, call: Call) -> None:
        found, scope = self._command(call), self._scope(call)
        self._note(call, scope, [found["name"]])
        del self.stored[scope][int(found["id"])]

    def _store(self, scope: Scope, given: dict[str, Any], number: int | None) -> dict[str, Any]:
        number = number or self._world.ids.next()
        command = _DEFAULTS | {key: given[key] for key in _STORED if given.get(key) is not None}
        if given.get("options"):
            command["options"] = [_option(each) for each in given["options"]]
        if scope is not None:
            command |= _NOT_IN_GUILDS
        if command["default_member_permissions"] is not None:
            command["default_member_permissions"] = str(command["default_member_permissions"])
        command |= {"id": str(number), "application_id": str(self._world.application_id)}
        command["version"] = str(self._world.ids.next())
        if scope is not None:
            command["guild_id"] = str(scope)
        self.stored.setdefault(scope, {})[number] = command
        return command

    def _note(self, call: Call, scope: Scope, names: list[str]) -> None:
        self.registrations.append(Registration(call.at, call.method, scope, tuple(names)))
        self._world.happenings.tell()
