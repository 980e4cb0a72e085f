"""Composition root of the bot: start, signals, orderly shutdown."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from functools import partial

from stamina.instrumentation import set_on_retry_hooks

from bot.cogs.common.interaction_handler import InteractionHandler
from bot.observability.health import assess
from bot.observability.logging import set_up
from bot.observability.metrics import Metrics
from bot.observability.request_log import RequestLog, Step
from bot.runtime.bot import PullquoteBot
from bot.runtime.exit_codes import ExitCode, describe_failure
from bot.runtime.monitor import Monitor
from bot.services import Services
from bot.services.admission import Admission
from bot.services.article_source import Articles
from bot.services.question_service import QuestionService
from bot.services.rate_limits import RateLimits
from bot.services.records import Records
from bot.services.worker_pool import SerialExecutor, WorkerPool
from bot.settings import LogFormat, LogSettings, Settings
from bot.store import LOCK_FILE, PersonHash, Store
from bot.transport.delivery import Responder
from bot.transport.gateway import configure_discord
from bot.web.http_server import serve_pages
from retrieval.storage.home.lock import using

_log = logging.getLogger("bot")

#: Seconds for the questions under way, and for closing the connection; together well below the 10 that Docker gives.
_DRAIN_TIMEOUT, _CLOSE_TIMEOUT = 6.0, 1.5
#: Seconds by which opening the index is delayed, so that an invalid token fails first.
_HEAD_START = 2.0


def run(environ: Mapping[str, str]) -> int:
    """Run the bot with the settings in ``environ``; return its exit code. A failure is reported in one line."""
    as_json = False
    try:
        log_format = LogSettings.from_env(environ).log_format
        as_json = log_format is LogFormat.JSON or (log_format is LogFormat.AUTO and not sys.stderr.isatty())
        set_up((), as_json=as_json)
        _run(environ, as_json=as_json)
    except KeyboardInterrupt:
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the last resort
        code, line = describe_failure(error)
        if as_json:
            _log.critical("%s", line)
        else:
            sys.stderr.write(f"pullquote-bot: {line}\n")
        return code
    return ExitCode.OK


def _run(environ: Mapping[str, str], *, as_json: bool) -> None:
    settings = Settings.from_env(environ)
    set_up(settings.secrets, settings.log_level, as_json=as_json)
    set_on_retry_hooks(())  # the default ones print, and use the global registry of Prometheus
    configure_discord(settings.api_url)
    home = settings.retrieval.home
    with using(home, LOCK_FILE), Store(home, settings.retention_days) as store:
        asyncio.run(_serve(settings, store, PersonHash.from_folder(home)))


async def _serve(settings: Settings, store: Store, person_hash: PersonHash) -> None:
    """Compose the bot, start it, and run it until a signal. Raises the error by which Discord turned it away."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    metrics = Metrics()
    log = RequestLog(metrics, with_texts=settings.log_questions)
    articles = Articles(settings.retrieval, log.observe)
    async with AsyncExitStack() as stack:
        stack.push(articles)  # closes them at the end if they were opened
        executor = await stack.enter_async_context(SerialExecutor())
        pool = await stack.enter_async_context(WorkerPool(on_start=partial(log.observe, Step.WAITING)))
        monitor = Monitor(settings.retrieval.home, articles, pool)
        stack.callback(asyncio.create_task(monitor.run()).cancel)
        if settings.http_port:
            pages = serve_pages(
                settings.http_host, settings.http_port,
                lambda: assess(monitor.status()), lambda: metrics.text(monitor.status()),
            )  # fmt: skip
            await stack.enter_async_context(pages)
            _log.info("Health and metrics are at port %d of %s", settings.http_port, settings.http_host)
        records = Records(store, executor, person_hash)
        admission = Admission(pool, RateLimits(), records, settings.guild_ids)
        services = Services(articles, pool, records, admission, QuestionService(articles, log), log)
        handler = InteractionHandler(services, Responder())
        bot = PullquoteBot(settings, services, handler, monitor, metrics.discord_error)
        await stack.enter_async_context(bot)
        preparing = asyncio.create_task(_prepare(bot, settings.token.get_secret_value(), articles))
        if not await _done(preparing, stop):
            await _cancel(preparing)
            _log.info("Ended before it was connected")
            return
        monitor.report(opened=True)
        running = asyncio.create_task(bot.serve())
        if not await _done(running, stop):
            await _shut_down(bot, running)


async def _prepare(bot: PullquoteBot, token: str, articles: Articles) -> None:
    """Log in and open the articles, before the bot appears online."""
    login = asyncio.create_task(bot.log_in(token))
    try:
        done, _ = await asyncio.wait([login], timeout=_HEAD_START)
        for task in done:
            task.result()
        await asyncio.gather(login, open_in_background(articles))
    finally:
        await _cancel(login)


async def open_in_background(articles: Articles) -> None:
    """Open the articles in a daemon thread, for which the end of the bot does not wait.

    Raises:
        RetrievalError, OSError: when they cannot be opened or indexed.
    """
    opened: Future[None] = Future()
    opened.set_running_or_notify_cancel()  # so that a cancellation of the caller does not reach the thread

    def work() -> None:
        try:
            articles.__enter__()
            # A full collection of the half million loaded objects took 0.27 s, with every question waiting.
            # Frozen objects are skipped.
            gc.collect()
            gc.freeze()
        except BaseException as error:  # noqa: BLE001 - raised in the event loop
            opened.set_exception(error)
        else:
            opened.set_result(None)

    _log.info("Opening the articles")
    threading.Thread(target=work, name="opening", daemon=True).start()
    await asyncio.wrap_future(opened)


async def _done(task: asyncio.Task[None], stop: asyncio.Event) -> bool:
    """Wait for ``task`` or a signal; return False if the signal came first. Raises the task's error."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        task.result()
    return task.done()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _shut_down(bot: PullquoteBot, running: asyncio.Task[None]) -> None:
    started = time.monotonic()
    _log.info("Ending: no new questions, those under way are answered")
    if not await bot.drain(_DRAIN_TIMEOUT):
        _log.warning("Some answers were not done in time")
    try:
        async with asyncio.timeout(_CLOSE_TIMEOUT):
            await bot.close()
    except TimeoutError:
        _log.warning("The connection was not closed in time")
    await _cancel(running)
    _log.info("Ended after %.1f s", time.monotonic() - started)
