"""Exit codes of the process, and the one line that explains a failure."""

from __future__ import annotations

import logging
from enum import IntEnum

import aiohttp
import discord

from bot.store import RecordsError
from bot.transport.gateway import GatewayLimitError
from retrieval.core.errors import RetrievalError, VectorsUnavailableError

_log = logging.getLogger(__name__)


class ExitCode(IntEnum):
    """Exit codes. A restart helps after ``FAILED`` only."""

    OK = 0
    FAILED = 1
    UNUSABLE = 2
    REFUSED = 3


#: Close code: the bot is in more servers than its shards may serve. A restart asks for the right number.
_SHARDING_REQUIRED = 4011
#: The loader's message for a library that does not fit into memory.
_UNMAPPED = "failed to map segment"
#: One line for each close code after which a reconnection would be refused as well.
_REFUSALS = {
    4004: "Discord's gateway refused the token. Copy it again from the developer portal into DISCORD_TOKEN.",
    4010: "Discord's gateway refused the connection: invalid shard.",
    4012: "Discord's gateway refused the connection: this API version is no longer served. Upgrade pullquote.",
    4013: "Discord's gateway refused the connection: invalid intents.",
    4014: "Discord's gateway refused the connection: it wants an intent to be switched on in the developer portal.",
}


def describe_failure(error: Exception) -> tuple[ExitCode, str]:
    """Return the exit code for the error that ended the bot, and one line that says what to do.

    Logs the traceback of an error that is not expected.
    """
    if isinstance(
        error, VectorsUnavailableError
    ):  # nothing is indexed yet; with a library the bot starts without the server
        return ExitCode.FAILED, str(error)
    if isinstance(error, (RetrievalError, RecordsError)):
        return ExitCode.UNUSABLE, str(error)
    refusal = _refusal(error)
    if refusal is not None:
        return ExitCode.REFUSED, refusal
    failure = _failure(error)
    if failure is not None:
        return ExitCode.FAILED, failure
    if isinstance(error, OSError):
        return ExitCode.UNUSABLE, f"{error.filename or 'A file'}: {error.strerror or error}."
    _log.error("The bot failed", exc_info=error)
    return ExitCode.FAILED, f"The bot failed ({type(error).__name__}); the log above says where."


def _failure(error: Exception) -> str | None:
    """The line for an error that a restart may cure; ``None`` for any other."""
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
    """The line for an error by which Discord refuses the bot; ``None`` for any other."""
    if isinstance(error, discord.LoginFailure):
        return "Discord refused the token. Copy it again from the developer portal into DISCORD_TOKEN."
    if isinstance(error, GatewayLimitError):
        return str(error)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _REFUSALS[4014]
    if isinstance(error, discord.ConnectionClosed) and error.code != _SHARDING_REQUIRED:
        return _REFUSALS.get(error.code, f"Discord's gateway closed the connection for good (code {error.code}).")
    if isinstance(error, discord.Forbidden):
        return "Discord refuses the bot (403). Check the application in the developer portal."
    return None
