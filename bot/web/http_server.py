"""HTTP server for probes and Prometheus: /healthz, /readyz, /metrics."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict

from aiohttp import hdrs, web
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.typedefs import Handler

from bot.observability.health import Health
from bot.observability.metrics import CONTENT_TYPE
from retrieval.core.errors import SettingsError

_log = logging.getLogger(__name__)

_INDEX = """pullquote
/healthz  whether the process is alive
/readyz   whether it can answer questions, and why not
/metrics  metrics for Prometheus
"""


@asynccontextmanager
async def serve_pages(
    host: str, port: int, health: Callable[[], Health], metrics: Callable[[], bytes]
) -> AsyncIterator[None]:
    """Serve the pages during the block.

    Raises:
        SettingsError: when the address cannot be listened on.
    """
    _log.filters[:] = [_is_http]
    application = _application(health, metrics)
    runner = web.AppRunner(application, access_log=None, logger=_log, shutdown_timeout=0.2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise _unusable(host, port, error) from None
        yield
    finally:
        await runner.cleanup()


def _application(health: Callable[[], Health], metrics: Callable[[], bytes]) -> web.Application:
    async def index(_request: web.Request) -> web.Response:
        return web.Response(text=_INDEX)

    async def alive(_request: web.Request) -> web.Response:
        """Answer from the event loop, so that a probe of a stalled one times out."""
        return web.Response(text="alive\n")

    async def ready(_request: web.Request) -> web.Response:
        state = health()
        text = json.dumps(asdict(state), ensure_ascii=False, indent=2) + "\n"
        return web.Response(text=text, status=200 if state.ready else 503, content_type="application/json")

    async def exposed(_request: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})

    app = web.Application(client_max_size=0, middlewares=[_read_only])
    app.on_response_prepare.append(_set_headers)
    for path, handler in (("/", index), ("/healthz", alive), ("/readyz", ready), ("/metrics", exposed)):
        app.router.add_get(path, handler)
    return app


@web.middleware
async def _read_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method not in {hdrs.METH_GET, hdrs.METH_HEAD}:
        raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET, hdrs.METH_HEAD])
    return await handler(request)


async def _set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Remove the Server header; disable caching."""
    response.headers.popall(hdrs.SERVER, None)
    response.headers[hdrs.CACHE_CONTROL] = "no-store"


def _is_http(record: logging.LogRecord) -> bool:
    """Drop records about bytes that are not HTTP, which were answered by 400: they must not fill the log."""
    return record.exc_info is None or not isinstance(record.exc_info[1], BadHttpMessage)


def _unusable(host: str, port: int, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        return SettingsError("HTTP_PORT", f"port {port} of {host} is in use; choose another, or 0 for none")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return SettingsError("HTTP_PORT", f"listening on port {port} is not permitted; choose one above 1023")
    return SettingsError("HTTP_HOST", f"this machine cannot listen on {host}; use 127.0.0.1, ::1 or 0.0.0.0")
