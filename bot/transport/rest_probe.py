"""Asks Discord's HTTP API about the bot, outside of discord.py: a check must neither connect nor try again for long."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from pydantic import SecretStr

_SECONDS = 10.0


class RefusedError(Exception):
    """Discord answered with an error; ``status`` is HTTP's."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"HTTP {status}")


class AwayError(Exception):
    """There was no answer, or none that Discord gives. ``str()`` says in a few words why."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its JSON, and how many seconds this machine's clock is ahead of Discord's, where that is known."""

    document: Any
    ahead: float | None


class Inquiry:
    """Reads from the API with the bot's token."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def get(self, path: str) -> Told:
        """What is at ``path``. Raises RefusedError, AwayError."""
        before = time.time()
        try:
            async with self._session.get(self._url + path, allow_redirects=False) as response:
                ahead = _ahead(response.headers.get("Date"), (before + time.time()) / 2)
                if response.status != 200:
                    raise RefusedError(response.status)
                return Told(await response.json(content_type=None), ahead)
        except TimeoutError as error:
            raise AwayError(f"no answer within {_SECONDS:.0f} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise AwayError(type(error).__name__) from error
        except ValueError as error:
            raise AwayError("its answer is no JSON") from error


async def readiness(host: str, port: int) -> tuple[bool, list[str]]:
    """Whether the bot that serves its health there is ready, and why not or what is amiss. Raises AwayError."""
    place = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where it listens, not where we ask
    place = f"[{place}]" if ":" in place else place
    try:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{place}:{port}/readyz") as response,
        ):
            document = await response.json(content_type=None)
            return bool(document["ready"]), [*map(str, document["reasons"]), *map(str, document["notes"])]
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise AwayError(type(error).__name__) from error
    except (ValueError, KeyError, TypeError) as error:
        raise AwayError("its answer is not the bot's") from error


@asynccontextmanager
async def inquiring(url: str, token: SecretStr) -> AsyncIterator[Inquiry]:
    """An open line to the API at ``url``."""
    headers = {"Authorization": f"Bot {token.get_secret_value()}", "User-Agent": "DiscordBot (pullquote, doctor)"}
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield Inquiry(session, url)


def _ahead(date: str | None, now: float) -> float | None:
    """Seconds from Discord's ``Date``, which has whole seconds rounded down, to ``now``; ``None`` without a date."""
    try:
        return now - (parsedate_to_datetime(date or "").timestamp() + 0.5)
    except (ValueError, TypeError, OverflowError):
        return None
