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


#: One line for each close code after which a reconnection would be refused as well.
_REFUSALS = {
    4004: "Discord's gateway refused the token. Copy it again from the developer portal into DISCORD_TOKEN.",
    4010: "Discord's gateway refused the connection: invalid shard.",
    4012: "Discord's gateway refused the connection: this API version is no longer served. Upgrade pullquote.",
    4013: "Discord's gateway refused the connection: invalid intents.",
    4014: "Discord's gateway refused the connection: it wants an intent to be switched on in the developer portal.",
}
_CAUSES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], ExitCode, str], ...] = (
    # Nothing is indexed yet; with a library the bot starts without the server.
    (VectorsUnavailableError, ExitCode.FAILED, "{error}"),
    ((RetrievalError, RecordsError), ExitCode.UNUSABLE, "{error}"),
    (GatewayLimitError, ExitCode.REFUSED, "{error}"),
    (
        discord.LoginFailure, ExitCode.REFUSED,
        "Discord refused the token. Copy it again from the developer portal into DISCORD_TOKEN.",
    ),
    (discord.PrivilegedIntentsRequired, ExitCode.REFUSED, _REFUSALS[4014]),
    (
        discord.Forbidden, ExitCode.REFUSED,
        "Discord refuses the bot (403). Check the application in the developer portal.",
    ),
    (
        (aiohttp.ClientOSError, aiohttp.ServerTimeoutError), ExitCode.FAILED,
        "Discord cannot be reached ({kind}). Check the network, and DISCORD_API_URL if you set it.",
    ),
    (
        (discord.DiscordException, aiohttp.ClientError, TimeoutError), ExitCode.FAILED,
        "Discord does not answer as it should ({kind}). Try again later.",
    ),
)  # fmt: skip


def describe_failure(error: Exception) -> tuple[ExitCode, str]:
    """Return the exit code and one line that says what to do; log the traceback of an unexpected error."""
    kind = type(error).__name__
    if isinstance(error, discord.ConnectionClosed):
        if error.code == 4011:  # sharding required
            line = "The bot is in so many servers now that Discord wants more shards. Start it again: it asks how many."
            return ExitCode.FAILED, line
        line = f"Discord's gateway closed the connection for good (code {error.code})."
        return ExitCode.REFUSED, _REFUSALS.get(error.code, line)
    for kinds, code, line in _CAUSES:
        if isinstance(error, kinds):
            return code, line.format(error=error, kind=kind)
    if isinstance(error, MemoryError) or "failed to map segment" in str(error):  # the second: the loader's
        line = "There is not enough memory for the model and its libraries. Give the bot 1 GB at least."
        return ExitCode.FAILED, line
    if isinstance(error, OSError):
        return ExitCode.UNUSABLE, f"{error.filename or 'A file'}: {error.strerror or error}."
    _log.error("The bot failed", exc_info=error)
    return ExitCode.FAILED, f"The bot failed ({kind}); the log above says where."
