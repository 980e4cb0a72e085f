"""Starts the bot, and ends it in good order."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, TypeVar

from stamina.instrumentation import set_on_retry_hooks

from bot.cogs.common.interaction_handler import InteractionHandler
from bot.observability.health import judged
from bot.observability.logging import set_up
from bot.observability.metrics import Metrics
from bot.observability.request_log import Journal, Step
from bot.runtime.bot import Parts, PullquoteBot, point_to, without_voice
from bot.runtime.exit_codes import Ending, ending
from bot.runtime.monitor import Watch
from bot.runtime.sharding import open_bot
from bot.runtime.startup import Opening
from bot.services.admission import Admission
from bot.services.library import Articles
from bot.services.question_service import QuestionService
from bot.services.rate_limits import RateLimits
from bot.services.records import Records
from bot.services.services import Services
from bot.services.worker_pool import SerialExecutor, WorkerPool
from bot.settings import LogFormat, LogSettings, Settings
from bot.store import LOCK_FILE, PersonHash, Store
from bot.transport.delivery import Courier
from bot.transport.gateway import Gateway, find_gateway
from bot.transport.http_trace import error_trace
from bot.web.http_server import serving
from retrieval.core.errors import SettingsError
from retrieval.storage.home.lock import using

_log = logging.getLogger("bot")
T = TypeVar("T")

#: Seconds: for the questions under way, and for closing the connection; together well below 10.
_TO_DRAIN, _TO_CLOSE = 6.0, 1.5
#: Seconds for which the articles wait, so that a refused token is told before anything is opened or indexed.
_HEAD_START = 2.0


def run(environ: Mapping[str, str], say: Callable[[str], None] | None = None) -> int:
    """Run with the settings in ``environ``; the exit code. Failures are said in one line."""
    try:
        as_json = _as_json(LogSettings.from_env(environ).log_format)
    except SettingsError as error:
        (say or _to_stderr)(str(error))
        return Ending.UNUSABLE
    set_up((), as_json=as_json)
    try:
        _run(environ, as_json=as_json)
    except KeyboardInterrupt:
        return Ending.ENDED
    except Exception as error:  # noqa: BLE001 - the last resort
        code, line = ending(error)
        (say or (_to_log if as_json else _to_stderr))(line)
        return code
    return Ending.ENDED


def _run(environ: Mapping[str, str], *, as_json: bool) -> None:
    settings = Settings.from_env(environ)
    set_up(settings.secrets, settings.log_level, as_json=as_json)
    set_on_retry_hooks(())  # the default ones print, and use the global registry of Prometheus
    point_to(settings.api_url)
    without_voice()
    home = settings.retrieval.home
    with using(home, LOCK_FILE), Store(home, settings.retention_days) as store:
        asyncio.run(_serve(settings, store, PersonHash.from_folder(home)))


async def _serve(settings: Settings, store: Store, person_hash: PersonHash) -> None:
    """Everything the bot is made of, put together; ends after a signal. Raises what turned the bot away."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    journal = Journal(with_texts=settings.log_questions)
    articles = Articles(settings.retrieval, journal.observe)
    watch = Watch(settings.retrieval.home, articles)
    metrics = journal.figures = Metrics(watch.condition)
    trace = error_trace(metrics.discord_error)
    async with AsyncExitStack() as stack:
        if settings.http_port:
            pages = serving(settings.http_host, settings.http_port, lambda: judged(watch.condition()), metrics.text)
            await stack.enter_async_context(pages)
            _log.info("Health and metrics are at port %d of %s", settings.http_port, settings.http_host)
        looking = asyncio.create_task(watch.keep_looking())
        stack.callback(looking.cancel)
        opening = stack.enter_context(Opening(articles))
        executor = await stack.enter_async_context(SerialExecutor())
        pool = await stack.enter_async_context(WorkerPool(waited=partial(journal.observe, Step.WAITING)))
        watch.attend(pool)
        records = Records(store, executor, person_hash)
        admission = Admission(pool, RateLimits(), records, settings.guild_ids)
        services = Services(articles, pool, records, admission, QuestionService(articles, journal), journal)
        finding = find_gateway(settings.token.get_secret_value(), trace)
        gateway = await _unless_stopped(_prepared(finding, opening), stop)
        if gateway is None:
            _log.info("Ended before it was connected")
            return
        watch.opened = True
        parts = Parts(settings, services, InteractionHandler(services, Courier()), watch, metrics.discord_error, trace)
        bot = await stack.enter_async_context(open_bot(gateway, parts))
        await _until_stopped(bot, settings, stop)


async def _prepared(finding: Coroutine[Any, Any, Gateway], opening: Opening) -> Gateway:
    """Find the gateway and open the articles, before anybody can see a bot that cannot answer yet."""
    tasks = [asyncio.create_task(finding)]
    try:
        done, _ = await asyncio.wait(tasks, timeout=_HEAD_START)
        for task in done:
            task.result()
        opened = asyncio.create_task(opening.run())
        gateway, _ = await asyncio.gather(tasks[0], opened)
    finally:
        for task in tasks:
            task.cancel()
    return gateway


async def _unless_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
    """The result of ``work``; ``None`` if a signal came first."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return None


async def _until_stopped(bot: PullquoteBot, settings: Settings, stop: asyncio.Event) -> None:
    async def live() -> None:
        await bot.log_in(settings.token.get_secret_value())
        await bot.stay_connected()

    living, stopped = asyncio.create_task(live()), asyncio.create_task(stop.wait())
    await asyncio.wait({living, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if living.done():
        living.result()
        return
    started = time.monotonic()
    _log.info("Ending: no new questions, those under way are answered")
    if not await bot.drain(_TO_DRAIN):
        _log.warning("Some answers were not done in time")
    try:
        async with asyncio.timeout(_TO_CLOSE):
            await bot.close()
    except TimeoutError:
        _log.warning("The connection was not closed in time")
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    _log.info("Ended after %.1f s", time.monotonic() - started)


def _as_json(chosen: LogFormat) -> bool:
    return chosen is LogFormat.JSON or (chosen is LogFormat.AUTO and not sys.stderr.isatty())


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"pullquote-bot: {line}\n")


def _to_log(line: str) -> None:
    _log.critical("%s", line)
