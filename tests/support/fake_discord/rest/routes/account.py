"""The bot's account, and the address of the gateway."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.gateway.server import Gateway
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.server import Call, Route
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.world import World

#: An application's flag for each privileged intent that is switched on, as a small bot has them.
_FLAGS = {1 << 8: 1 << 13, 1 << 1: 1 << 15, 1 << 15: 1 << 19}


class AccountRoutes:
    """The bot's own account and application, users, direct channels."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def routes(self) -> list[Route]:
        """To be mounted."""
        return [
            Route("GET /gateway", lambda _: {"url": self._gateway.address}, open=True),
            Route("GET /gateway/bot", self._gateway_bot),
            Route("GET /users/@me", lambda _: self._me()),
            Route("GET /users/@me/guilds", self._guilds),
            Route("POST /users/@me/channels", self._direct),
            Route("GET /users/{user_id}", self._user),
            Route("GET /applications/@me", lambda _: self._application()),
            Route("GET /oauth2/applications/@me", lambda _: self._application()),
        ]

    def _gateway_bot(self, _: Call) -> Any:
        left = max(0, self._gateway.session_starts - self._gateway.identifies)
        limit = {
            "total": self._gateway.session_starts,
            "remaining": left,
            "reset_after": 86_400_000,
            "max_concurrency": self._gateway.max_concurrency,
        }
        return {"url": self._gateway.address, "shards": self._gateway.shards, "session_start_limit": limit}

    def _me(self) -> dict[str, Any]:
        own = {"verified": True, "mfa_enabled": False, "email": None, "locale": "en-US", "flags": 0}
        return payloads.user(self._world.bot) | own

    def _application(self) -> dict[str, Any]:
        owner = next((each for each in self._world.users.values() if not each.bot), self._world.bot)
        return {
            "id": str(self._world.application_id),
            "name": self._world.bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "owner": payloads.user(owner),
            "team": None,
            "flags": 1 << 23 | sum(flag for bit, flag in _FLAGS.items() if self._gateway.privileged & bit),
            "approximate_guild_count": len(self._world.guilds),
            "interactions_endpoint_url": None,
            "redirect_uris": [],
            "tags": [],
        }

    def _guilds(self, call: Call) -> Any:
        after, limit = int(call.query.get("after") or 0), int(call.query.get("limit") or 200)
        inside = [each for each in self._world.guilds.values() if self._world.bot.id in each.members]
        return [
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "owner": False,
                "permissions": str(int(guild.permissions(self._world.bot))),
                "features": [],
            }
            for guild in sorted(inside, key=lambda each: each.id)
            if guild.id > after
        ][:limit]

    def _user(self, call: Call) -> Any:
        found = self._world.users.get(call.number("user_id"))
        if found is None:
            raise errors.unknown("User")
        return payloads.user(found)

    def _direct(self, call: Call) -> Any:
        found = self._world.users.get(int(call.object().get("recipient_id") or 0))
        if found is None or found.bot:
            raise errors.unknown("User")
        return payloads.channel(self._world.direct_channel(found))
