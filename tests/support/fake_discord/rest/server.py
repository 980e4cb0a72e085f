"""The HTTP side: every request passes here, is recorded, and meets what waits for it before it is performed."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import BodyPartReader, web

from tests.support.fake_discord.clock import Clock
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.errors import ApiError
from tests.support.fake_discord.rest.faults import Effect, Fault, Faults
from tests.support.fake_discord.rest.openapi import OpenApi
from tests.support.fake_discord.rest.rate_limits import RateLimits

PREFIX = "/api/v10"
_log = logging.getLogger(__name__)
_MAJOR = ("channel_id", "guild_id", "application_id", "token", "interaction_id")


@dataclass(frozen=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content: bytes


@dataclass(eq=False)
class Call:
    """One request: what was asked, how, when, and what came of it."""

    method: str
    route: str
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    at: float
    has_token: bool
    body: Any = None
    files: dict[int, Upload] = field(default_factory=dict)
    status: int | None = None
    answer: Any = None
    fault: Fault | None = None
    violation: str | None = None

    @property
    def name(self) -> str:
        """Method and route."""
        return f"{self.method} {self.route}"

    def number(self, part: str) -> int:
        """An id out of the path. Raises ApiError 50035 for something else."""
        value = self.parts[part]
        if not value.isdecimal():
            message = f'Value "{value}" is not snowflake.'
            raise errors.invalid_form([((part,), "NUMBER_TYPE_COERCE", message)])
        return int(value)

    def object(self) -> dict[str, Any]:
        """The body, which has to be an object."""
        if not isinstance(self.body, dict):
            message = "Only dictionaries may be used in a DictType"
            raise errors.invalid_form([((), "DICT_TYPE_CONVERT", message)])
        return self.body


Handler = Callable[[Call], Any]
Check = Callable[[Call], None]


@dataclass(frozen=True)
class Route:
    """Method and path of a handler. `check` refuses bodies beyond Discord's limits before anything is done."""

    name: str
    handler: Handler
    check: Check | None = None
    open: bool = False  # needs no bot token: the address holds one


class Api:
    """Serves routes."""

    def __init__(self, token: str, clock: Clock, limits: RateLimits, faults: Faults, openapi: OpenApi) -> None:
        self.calls: list[Call] = []
        self.strangers: list[Call] = []  # requests that no route of the double answers
        self.routes: list[str] = []
        self.openapi = openapi
        self._token = token
        self._clock = clock
        self._limits = limits
        self._faults = faults

    @property
    def violations(self) -> list[str]:
        """Violations of Discord's OpenAPI document in all requests so far."""
        return [call.violation for call in self.calls if call.violation]

    def forget(self, before: float) -> None:
        """Drop older requests, but for those that were refused."""
        self.calls = [call for call in self.calls if call.at >= before or call.status == 400]

    def mount(self, app: web.Application, routes: list[Route]) -> None:
        """Make the routes answer."""
        for route in routes:
            method, _, path = route.name.partition(" ")
            self.routes.append(route.name)
            app.router.add_route(method, PREFIX + path, self._serving(route))
        stranger = Route("* {unknown}", self._refuse_stranger, open=True)
        app.router.add_route("*", "/api{tail:.*}", self._serving(stranger))

    def _refuse_stranger(self, call: Call) -> Any:
        self.strangers.append(call)
        _log.warning("the double has no route for %s %s", call.method, call.path)
        raise errors.not_found()

    def _serving(self, route: Route) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.StreamResponse:
            path = request.path.removeprefix(PREFIX)
            call = Call(
                method=request.method,
                route=route.name.partition(" ")[2],
                path=path,
                parts=dict(request.match_info),
                query=dict(request.query),
                at=self._clock.now(),
                has_token="Authorization" in request.headers,
            )
            self.calls.append(call)
            call.fault = self._faults.strike(call.method, call.route, path)
            if call.fault is not None and call.fault.effect is Effect.DELAY:
                await asyncio.sleep(call.fault.seconds)
            if call.fault is not None and call.fault.effect is Effect.LOSE_REQUEST:
                return _break(request)
            response = await self._answer(route, call, request)
            if call.fault is not None and call.fault.effect is Effect.LOSE_ANSWER:
                return _break(request)
            return response

        return serve

    async def _answer(self, route: Route, call: Call, request: web.Request) -> web.Response:
        date = formatdate(self._clock.now(), usegmt=True)
        headers: dict[str, str] = {"Via": "1.1 discord.double", "Date": date}
        try:
            if call.fault is not None and call.fault.error is not None:
                raise call.fault.error
            major = "/".join(call.parts[part] for part in _MAJOR if part in call.parts)
            headers |= self._limits.take(call.name, major)
            if not route.open and request.headers.get("Authorization") != f"Bot {self._token}":
                raise errors.unauthorized()
            await self._read(call, request)
            self._check(route, call)
            call.answer = route.handler(call)
            call.status = 204 if call.answer is None else 200
        except ApiError as error:
            call.status, call.answer = error.status, self._refusal(call, error)
            headers |= error.headers
        if call.answer is None:
            return web.Response(status=204, headers=headers)
        # discord.py compares the whole header: a charset behind it, and the answer would count as plain text.
        body = json.dumps(call.answer).encode()
        return web.Response(status=call.status or 200, body=body, content_type="application/json", headers=headers)

    def _refusal(self, call: Call, error: ApiError) -> dict[str, Any]:
        if error.status != 429:
            return error.body()
        wait = call.fault.seconds if call.fault is not None else float(error.headers["Retry-After"])
        return {**error.body(), "retry_after": wait, "global": "X-RateLimit-Global" in error.headers}

    def _check(self, route: Route, call: Call) -> None:
        """First Discord's limits, which name what is wrong best, then its document."""
        malformed: Exception | None = None
        if route.check is not None:
            try:
                route.check(call)
            except (AttributeError, KeyError, TypeError) as error:
                malformed = error  # of a shape that the limits were not written for; the document says it better
        if call.body is not None:
            self._hold_against_document(call)
        if malformed is not None:
            raise errors.invalid_form([((), "DICT_TYPE_CONVERT", f"malformed: {malformed}")])

    def _hold_against_document(self, call: Call) -> None:
        call.violation = self.openapi.problem(call.method, call.route, call.body)
        if call.violation:
            raise errors.invalid_form([((), "OPENAPI_MISMATCH", call.violation)])

    async def _read(self, call: Call, request: web.Request) -> None:
        try:
            if request.content_type == "multipart/form-data":
                await _read_parts(call, request)
            elif request.can_read_body and (raw := await request.read()):
                if request.content_type != "application/json":
                    message = "Expected \"Content-Type\" header to be one of {'application/json'}."
                    raise ApiError(400, 50035, message)
                call.body = json.loads(raw)
        except web.HTTPRequestEntityTooLarge:
            raise errors.too_large() from None
        except ValueError:
            raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


async def _read_parts(call: Call, request: web.Request) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "payload_json":
            call.body = json.loads(await part.read())
        elif part.name and part.name.startswith("files["):
            number = int(part.name.removeprefix("files[").removesuffix("]"))
            call.files[number] = Upload(part.filename or "unknown", bytes(await part.read(decode=True)))


def _break(request: web.Request) -> web.Response:
    """Reset the connection, as a proxy does that dies: no closing handshake, no answer."""
    if request.transport is not None:
        plug = request.transport.get_extra_info("socket")
        if plug is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)
