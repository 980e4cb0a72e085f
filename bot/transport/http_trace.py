"""aiohttp trace hooks that count Discord's errors by code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import aiohttp

#: Discord's own error codes with a label of their own; every other error is counted by its HTTP status.
_CODES = frozenset({
    10003, 10004, 10008, 10015, 10062, 30046, 40060, 50001, 50007, 50013, 50027, 50035, 160002,
})  # fmt: skip
_STATUSES = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 502, 503, 504})
_CLOSES = frozenset({1000, 1001, 1006, 1011, 1012, *range(4000, 4015)})
_LARGEST_ERROR = 65_536


def request_code(status: int, code: int) -> str:
    """Label of a failed request, from a bounded set."""
    if code in _CODES:
        return str(code)
    return str(status) if status in _STATUSES else "other"


def close_code(code: int | None) -> str:
    """Label of a closed gateway connection, from a bounded set."""
    return f"gateway_{code}" if code in _CLOSES else "gateway_other"


def error_trace(on_error: Callable[[str], None]) -> aiohttp.TraceConfig:
    """Trace configuration for discord.py's session: calls ``on_error`` with the label of each failed request."""

    async def request_end(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, done: aiohttp.TraceRequestEndParams
    ) -> None:
        response = done.response
        if response.status >= 400:
            on_error(request_code(response.status, await _code(response)))

    async def request_exception(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, done: aiohttp.TraceRequestExceptionParams
    ) -> None:
        if isinstance(done.exception, TimeoutError):
            on_error("timeout")
        elif not isinstance(done.exception, asyncio.CancelledError):
            on_error("connection")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(request_end)
    trace.on_request_exception.append(request_exception)
    return trace


async def _code(response: aiohttp.ClientResponse) -> int:
    """Discord's code in the body of an error; 0 if there is none. aiohttp keeps the body for the caller."""
    if (response.content_length or 0) > _LARGEST_ERROR:
        return 0
    try:
        body: Any = await response.json()
    except (aiohttp.ClientError, OSError, ValueError):
        return 0
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else 0
