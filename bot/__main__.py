"""``pullquote-bot``: starts the bot, and ends it in good order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, ExitStack
from typing import Any, TypeVar

import aiohttp
import discord
from dotenv import dotenv_values

from bot.articles import Articles
from bot.client import PullquoteBot, point_to, without_voice
from bot.clock import DiscordClock
from bot.delivery import Courier
from bot.desk import Desk
from bot.front import Front
from bot.gateway import GatewayLimitError, find_gateway
from bot.limits import Limits
from bot.logs import set_up
from bot.offload import Lane, Pool
from bot.records import PersonHash, RecordsError, Store
from bot.settings import Settings
from bot.sharding import open_bot
from retrieval.errors import RetrievalError

_log = logging.getLogger("bot")
T = TypeVar("T")

ENDED, FAILED, UNUSABLE, TURNED_AWAY = 0, 1, 2, 3
#: Seconds: for the questions under way, and for closing the connection. With the 2 s that the interpreter itself takes
#: to end with all its libraries, less than 10.
_TO_DRAIN, _TO_CLOSE = 6.0, 1.5
#: The bot has grown over the connections that Discord wanted at its start. Whatever starts it again mends that.
_OUTGROWN = 4011
#: What the loader says of a library for which there is no memory.
_UNMAPPED = "failed to map segment"
_TURNED_AWAY = {
    4004: "Discord's gateway refused the token. Copy it anew from the developer portal into DISCORD_TOKEN.",
    4010: "Discord's gateway refused the connection: invalid shard.",
    4012: "Discord's gateway refused the connection: this API version is no longer served. Upgrade pullquote.",
    4013: "Discord's gateway refused the connection: invalid intents.",
    4014: "Discord's gateway refused the connection: it wants an intent to be switched on in the developer portal.",
}


def main() -> None:
    """Run until SIGTERM or Ctrl-C. Exit codes: 0 ended, 1 failed, 2 unusable settings or articles, 3 turned away."""
    file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    sys.exit(run({**file, **os.environ}))


def run(environ: Mapping[str, str], say: Callable[[str], None] | None = None) -> int:
    """Run with the settings in ``environ``; the exit code. Failures are said in one line."""
    say = say or _to_stderr
    try:
        settings = Settings.from_env(environ)
        set_up(settings.token, settings.log_level)
        point_to(settings.api_url)
        without_voice()
        home = settings.retrieval.home
        with ExitStack() as stack:
            store = stack.enter_context(Store(home, settings.retention_days))
            person_hash = PersonHash.from_folder(home)
            _log.info("Opening the articles")
            articles = stack.enter_context(Articles(settings.retrieval))
            asyncio.run(_serve(settings, articles, store, person_hash))
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
    if isinstance(error, discord.ConnectionClosed) and error.code == _OUTGROWN:
        say("The bot is in so many servers now that Discord wants more shards. Start it again: it asks how many.")
        return FAILED
    refusal = _refusal(error)
    if refusal is not None:
        say(refusal)
        return TURNED_AWAY
    if isinstance(error, MemoryError) or _UNMAPPED in str(error):
        say("There is not enough memory for the model and its libraries. Give the bot 1 GB at least.")
        return FAILED
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


async def _serve(settings: Settings, articles: Articles, store: Store, person_hash: PersonHash) -> None:
    """Everything the bot is made of, put together; ends after a signal. Raises what turned the bot away."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        lane = await stack.enter_async_context(Lane())
        pool = await stack.enter_async_context(Pool())
        clock = DiscordClock()
        desk = Desk(articles, pool, lane, store, person_hash, Limits(), settings.guild_ids, clock)
        gateway = await _unless_stopped(find_gateway(settings.token.reveal()), stop)
        if gateway is not None:
            bot = await stack.enter_async_context(open_bot(gateway, settings, desk, Front(desk, Courier()), clock))
            await _until_stopped(bot, settings, stop)


async def _unless_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
    """The result of ``work``; ``None`` if a signal came first."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    _log.info("Ended before Discord could be reached")
    return None


async def _until_stopped(bot: PullquoteBot, settings: Settings, stop: asyncio.Event) -> None:
    async def live() -> None:
        await bot.log_in(settings.token.reveal())
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


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"pullquote-bot: {line}\n")


if __name__ == "__main__":
    main()
