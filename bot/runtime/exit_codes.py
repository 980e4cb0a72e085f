"""How the process ends: exit codes, and the line that says why."""

from __future__ import annotations

import logging
from enum import IntEnum

import aiohttp
import discord

from bot.store import RecordsError
from bot.transport.gateway import GatewayLimitError
from retrieval.core.errors import RetrievalError, VectorsAwayError

_log = logging.getLogger(__name__)


class Ending(IntEnum):
    """Exit codes. Starting anew helps after ``FAILED`` only."""

    ENDED = 0
    FAILED = 1
    UNUSABLE = 2
    TURNED_AWAY = 3


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


def ending(error: Exception) -> tuple[Ending, str]:
    """The exit code for what ended the bot, and one line that says what to do. What nobody foresaw is logged."""
    if isinstance(error, VectorsAwayError):  # nothing is indexed yet; with a library the bot starts without its server
        return Ending.FAILED, str(error)
    if isinstance(error, (RetrievalError, RecordsError)):
        return Ending.UNUSABLE, str(error)
    refusal = _refusal(error)
    if refusal is not None:
        return Ending.TURNED_AWAY, refusal
    failure = _failure(error)
    if failure is not None:
        return Ending.FAILED, failure
    if isinstance(error, OSError):
        return Ending.UNUSABLE, f"{error.filename or 'A file'}: {error.strerror or error}."
    _log.error("The bot failed", exc_info=error)
    return Ending.FAILED, f"The bot failed ({type(error).__name__}); the log above says where."


def _failure(error: Exception) -> str | None:
    """What to say of an error that may be gone at the next start; ``None`` for any other."""
    if isinstance(error, discord.ConnectionClosed):
        return "The bot is in so many servers now that Discord wants more shards. Start it again: it asks how many."
    if isinstance(error, MemoryError) or _UNMAPPED in str(error):
        return "There is not enough memory for the model and its libraries. Give the bot 1 GB at least."
    kind = type(error).__name__
    if isinstance(error, aiohttp.ClientError) and isinstance(error, OSError):
        return f"Discord cannot be reached ({kind}). Check the network, and DISCORD_API_URL if you set it."
    if isinstance(error, (discord.DiscordException, aiohttp.ClientError, TimeoutError)):
        return f"Discord does not answer as it should ({kind}). Try again later."
    return None


def _refusal(error: Exception) -> str | None:
    """What to do about an error by which Discord turns the bot away; ``None`` for any other."""
    if isinstance(error, discord.LoginFailure):
        return "Discord refused the token. Copy it anew from the developer portal into DISCORD_TOKEN."
    if isinstance(error, GatewayLimitError):
        return str(error)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _TURNED_AWAY[4014]
    if isinstance(error, discord.ConnectionClosed) and error.code != _OUTGROWN:
        return _TURNED_AWAY.get(error.code, f"Discord's gateway closed the connection for good (code {error.code}).")
    if isinstance(error, discord.Forbidden):
        return "Discord refuses the bot (403). Check the application in the developer portal."
    return None
