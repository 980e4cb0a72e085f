"""Login, and the address and number of shards of Discord's gateway."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import discord
import yarl
from discord import shard
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import HTTPClient, Route

from bot.transport.retry import START_TIMEOUT, is_transient, retrying

_log = logging.getLogger(__name__)


class GatewayLimitError(Exception):
    """Discord allows fewer connections today than are needed; ``hours`` until it allows them again."""

    def __init__(self, hours: float, shards: int = 1) -> None:
        wanted = "no more connections" if shards == 1 else f"not the {shards} connections that it needs"
        super().__init__(f"Discord allows this bot {wanted} for {hours:.1f} h: it was started too often.")


class ResumingShard(shard.Shard):
    """A shard that resumes its session after a failed reconnection, as a client without shards does.

    discord.py's own begins a new session there, and so loses the messages that were sent meanwhile.
    """

    async def reconnect(self) -> None:
        """Connect again; the gateway asks for a new session if it no longer knows the old one."""
        await self.reidentify(ReconnectWebSocket(self.id, resume=self.ws.session_id is not None))


def configure_discord(api_url: str) -> None:
    """Set what discord.py keeps for the whole process: the API's address, the class of shards, no voice warnings."""
    Route.BASE = api_url
    shard.Shard = ResumingShard  # type: ignore[misc]  # it has no parameter for the class
    discord.VoiceClient.warn_nacl = False
    discord.VoiceClient.warn_dave = False


async def log_in(http: HTTPClient, login: Callable[[], Awaitable[object]]) -> None:
    """Call ``login``, which uses ``http``, and retry for a minute while Discord cannot be reached.

    Raises:
        LoginFailure: when the token is refused.
        DiscordException, OSError: the last error.
    """

    async def attempt() -> None:
        try:
            await login()
        except BaseException as error:
            if is_transient(error):
                _log.warning("Discord cannot be reached (%s)", type(error).__name__)
            await http.close()  # the next attempt opens a session and a connector of its own
            http.connector = discord.utils.MISSING
            raise

    await retrying(attempt, START_TIMEOUT)


async def find_gateway(http: HTTPClient) -> int:
    """Ask Discord for its gateway, direct discord.py there, and return the number of shards that Discord wants.

    Raises:
        GatewayLimitError: when fewer sessions may be started today than there are shards.
        DiscordException, OSError: when Discord does not answer for a minute.
    """
    wanted, url, limit = await retrying(http.get_bot_gateway, START_TIMEOUT)
    shards = max(1, wanted)
    if limit["remaining"] < shards:
        raise GatewayLimitError(limit["reset_after"] / 3_600_000, shards)
    # discord.py would use an address of its own for a first connection, and after an invalid session.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
    return shards
