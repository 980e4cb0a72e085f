"""Errors of requests to Discord, over real sockets, and of the gateway's shards reach metrics and monitor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.runtime.bot import PullquoteBot
from bot.runtime.monitor import Monitor
from bot.services.worker_pool import WorkerPool
from bot.transport.http_trace import error_trace
from tests.support.doubles.fake_articles import FakeArticles
from tests.support.processes.ports import free_port


@asynccontextmanager
async def answering(handler: web.RequestHandler | object) -> AsyncIterator[str]:
    """A small server; its address."""
    app = web.Application()
    app.router.add_get("/{path}", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


ANSWERS = {
    "fine": (200, '{"code": 10062}', "application/json"),
    "gone": (404, '{"code": 10062, "message": "Unknown interaction"}', "application/json"),
    "bare": (404, '{"message": "404: Not Found"}', "application/json"),
    "page": (502, "<html>", "text/html"),
    "list": (500, "[1]", "application/json"),
    "half": (503, '{"code": 1', "application/json"),
    "odd": (418, '{"code": "tea"}', "application/json"),
}


async def test_errors_are_counted_by_code() -> None:
    """By Discord's code, or the status; the caller still reads the body."""

    async def serve(request: web.Request) -> web.Response:
        status, text, kind = ANSWERS[request.match_info["path"]]
        return web.Response(status=status, text=text, content_type=kind)

    refused: list[str] = []
    async with (
        answering(serve) as address,
        aiohttp.ClientSession(trace_configs=[error_trace(refused.append)]) as session,
    ):
        for path, (status, text, _) in ANSWERS.items():
            async with session.get(f"{address}/{path}") as answer:
                assert (answer.status, await answer.text()) == (status, text)
        assert refused == ["10062", "404", "502", "500", "503", "other"]
        refused.clear()
        try:
            await session.get(f"http://127.0.0.1:{free_port()}/")
        except aiohttp.ClientConnectionError:
            assert refused == ["connection"]


async def test_the_bot_reports_each_shard(tmp_path: Path) -> None:
    """The gateway is connected when every shard is; a closed connection is counted by its code."""
    unused: Any = None
    errors: list[str] = []
    async with WorkerPool() as pool:
        monitor = Monitor(tmp_path, FakeArticles(), pool)
        monitor.expect_shards(range(2))
        bot = PullquoteBot(unused, unused, unused, monitor, errors.append)
        await bot.on_shard_connect(0)
        assert not monitor.status().connected
        await bot.on_shard_connect(1)
        assert monitor.status().connected
        assert monitor.status().latency is None
        await bot.on_shard_disconnect(1)
        assert not monitor.status().connected
        assert errors == ["gateway_other"]
        await bot.on_shard_resumed(1)
        assert monitor.status().connected
