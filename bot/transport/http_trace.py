"""Overhears what Discord answers: errors by their code, and what time it is there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import aiohttp

#: Discord's own codes that tell something; every other error is counted by its HTTP status.
_CODES = frozenset({
    10003, 10004, 10008, 10015, 10062, 30046, 40060, 50001, 50007, 50013, 50027, 50035, 160002,
})  # fmt: skip
_STATUSES = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 502, 503, 504})
_CLOSES = frozenset({1000, 1001, 1006, 1011, 1012, *range(4000, 4015)})
_LARGEST_ERROR = 65_536


def request_code(status: int, code: int) -> str:
    """The label of a refused request: one of a bounded number."""
    if code in _CODES:
        return str(code)
    return str(status) if status in _STATUSES else "other"


def close_code(code: int | None) -> str:
    """The label of a gateway connection that was closed: one of a bounded number."""
    return f"gateway_{code}" if code in _CLOSES else "gateway_other"


def tracing(refused: Callable[[str], None], dated: Callable[[str | None], None]) -> aiohttp.TraceConfig:
    """For discord.py's requests: tells the label of each that failed, and the ``Date`` of each answer."""

    async def answered(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, done: aiohttp.TraceRequestEndParams
    ) -> None:
        response = done.response
        dated(response.headers.get("Date"))
        if response.status >= 400:
            refused(request_code(response.status, await _code(response)))

    async def failed(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, done: aiohttp.TraceRequestExceptionParams
    ) -> None:
        if isinstance(done.exception, TimeoutError):
            refused("timeout")
        elif not isinstance(done.exception, asyncio.CancelledError):
            refused("connection")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(answered)
    trace.on_request_exception.append(failed)
    return trace


async def _code(response: aiohttp.ClientResponse) -> int:
    """The code in the body of an error; 0 if there is none. The body is kept for whoever asked."""
    if response.content_type != "application/json" or (response.content_length or 0) > _LARGEST_ERROR:
        return 0
    try:
        body: Any = json.loads(await response.read())
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return 0
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else 0
