"""``pullquote-bot``: starts the bot, and ends it in good order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from functools import partial

import aiohttp
import discord
from dotenv import dotenv_values

from bot.articles import Articles
from bot.client import GatewayLimitError, PullquoteBot, point_to, without_voice
from bot.delivery import Courier
from bot.desk import Desk
from bot.endpoints import serving
from bot.front import Front
from bot.health import judged
from bot.journal import Journal, Step
from bot.limits import Limits
from bot.logs import set_up, thread_failed
from bot.metrics import Metrics
from bot.offload import Lane, Pool
from bot.opening import Opening, under_way
from bot.records import LOCK_FILE, PersonHash, RecordsError, Store
from bot.settings import LogFormat, Settings
from bot.watch import Watch
from retrieval.errors import RetrievalError, SettingsError
from retrieval.ownership import using

_log = logging.getLogger("bot")

ENDED, FAILED, UNUSABLE, TURNED_AWAY = 0, 1, 2, 3
#: Seconds: for the questions under way, and for closing the connection. With the 2 s that the interpreter itself takes
#: to end with all its libraries, less than 10.
_TO_DRAIN, _TO_CLOSE = 6.0, 1.5
#: Seconds for which the articles wait, so that a refused token is told before anything is opened or indexed.
_HEAD_START = 2.0
_TURNED_AWAY = {
    4004: "Discord's gateway refused the token. Copy it anew from the developer portal into DISCORD_TOKEN.",
    4010: "Discord's gateway refused the connection: invalid shard.",
    4011: "Discord's gateway refused the connection: the bot is in so many servers that it needs sharding.",
    4012: "Discord's gateway refused the connection: this API version is no longer served. Upgrade pullquote.",
    4013: "Discord's gateway refused the connection: invalid intents.",
    4014: "Discord's gateway refused the connection: it wants an intent to be switched on in the developer portal.",
}


def main() -> None:
    """Run until SIGTERM or Ctrl-C. Exit codes: 0 ended, 1 failed, 2 unusable settings or articles, 3 turned away."""
    file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    threading.excepthook = thread_failed
    code = run({**file, **os.environ})
    if under_way():
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(environ: Mapping[str, str], say: Callable[[str], None] | None = None) -> int:
    """Run with the settings in ``environ``; the exit code. Failures are said in one line."""
    try:
        as_json = _as_json(LogFormat.from_env(environ))
    except SettingsError as error:
        (say or _to_stderr)(str(error))
        return UNUSABLE
    set_up((), as_json=as_json)
    return _run(environ, say or (_to_log if as_json else _to_stderr), as_json=as_json)


def _run(environ: Mapping[str, str], say: Callable[[str], None], *, as_json: bool) -> int:
    try:
        settings = Settings.from_env(environ)
        set_up(settings.secrets, settings.log_level, as_json=as_json)
        point_to(settings.api_url)
        without_voice()
        home = settings.retrieval.home
        with using(home, LOCK_FILE), Store(home, settings.retention_days) as store:
            asyncio.run(_serve(settings, store, PersonHash.from_folder(home)))
    except (RetrievalError, RecordsError) as error:
        say(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        return ENDED
    except OSError as error:
        return _unreachable(error, say)
    except Exception as error:  # noqa: BLE001 - the last resort
        return _failed(error, say)
    return ENDED


def _unreachable(error: OSError, say: Callable[[str], None]) -> int:
    if isinstance(error, aiohttp.ClientError):
        say(
            f"Discord cannot be reached ({type(error).__name__}). Check the network, and DISCORD_API_URL if you set it."
        )
        return FAILED
    say(f"{error.filename or 'A file'}: {error.strerror or error}.")
    return UNUSABLE


def _failed(error: Exception, say: Callable[[str], None]) -> int:
    refusal = _refusal(error)
    if refusal is not None:
        say(refusal)
        return TURNED_AWAY
    if isinstance(error, (discord.DiscordException, aiohttp.ClientError, TimeoutError)):
        say(f"Discord does not answer as it should ({type(error).__name__}). Try again later.")
        return FAILED
    _log.exception("The bot failed")
    say(f"The bot failed ({type(error).__name__}); the log above says where.")
    return FAILED


def _refusal(error: Exception) -> str | None:
    """What to do about an error by which Discord turns the bot away; ``None`` for any other."""
    if isinstance(error, discord.LoginFailure):
        return "Discord refused the token. Copy it anew from the developer portal into DISCORD_TOKEN."
    if isinstance(error, GatewayLimitError):
        return str(error)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _TURNED_AWAY[4014]
    if isinstance(error, discord.ConnectionClosed):
        return _TURNED_AWAY.get(error.code, f"Discord's gateway closed the connection for good (code {error.code}).")
    if isinstance(error, discord.Forbidden):
        return "Discord refuses the bot (403). Check the application in the developer portal."
    return None


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
    async with AsyncExitStack() as stack:
        if settings.http_port:
            pages = serving(settings.http_host, settings.http_port, lambda: judged(watch.condition()), metrics.text)
            await stack.enter_async_context(pages)
            _log.info("Health and metrics are at port %d of %s", settings.http_port, settings.http_host)
        looking = asyncio.create_task(watch.keep_looking())
        stack.callback(looking.cancel)
        opening = stack.enter_context(Opening(articles))
        lane = await stack.enter_async_context(Lane())
        pool = await stack.enter_async_context(Pool(waited=partial(journal.observe, Step.WAITING)))
        watch.attend(pool)
        desk = Desk(articles, pool, lane, store, person_hash, Limits(), settings.guild_ids, journal=journal)
        front = Front(desk, Courier())
        bot = await stack.enter_async_context(PullquoteBot(settings, desk, front, watch, metrics.discord_error))
        await _until_stopped(bot, _live(bot, settings, opening, watch), stop)


async def _live(bot: PullquoteBot, settings: Settings, opening: Opening, watch: Watch) -> None:
    """Log in and open the articles, then connect: nobody is to see a bot that cannot answer yet."""
    tasks = [asyncio.create_task(bot.log_in(settings.token.reveal()))]
    try:
        done, _ = await asyncio.wait(tasks, timeout=_HEAD_START)
        for task in done:
            task.result()
        tasks.append(asyncio.create_task(opening.run()))
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    watch.opened = True
    await bot.stay_connected()


async def _until_stopped(bot: PullquoteBot, life: Coroutine[None, None, None], stop: asyncio.Event) -> None:
    living, stopped = asyncio.create_task(life), asyncio.create_task(stop.wait())
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


if __name__ == "__main__":
    main()
