"""Reads from Discord's REST API without discord.py, which would connect and retry. For the doctor's checks."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from pydantic import SecretStr

_TIMEOUT = 10.0


class HttpError(Exception):
    """The response has an error status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"HTTP {status}")


class UnreachableError(Exception):
    """No response, or one of another program. ``str()`` names the cause in a few words."""


@dataclass(frozen=True, slots=True)
class Response:
    """A JSON document, and the seconds by which our clock is ahead of Discord's, if known."""

    document: Any
    ahead: float | None


class RestProbe:
    """Client of the API with the bot's token, without retries."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def get(self, path: str) -> Response:
        """Return what is at ``path``.

        Raises:
            HttpError: when Discord answers with an error status.
            UnreachableError: when there is no response, or none in JSON.
        """
        before = time.time()
        try:
            async with self._session.get(self._url + path, allow_redirects=False) as response:
                ahead = _ahead(response.headers.get("Date"), (before + time.time()) / 2)
                if response.status != 200:
                    raise HttpError(response.status)
                return Response(await response.json(content_type=None), ahead)
        except TimeoutError as error:
            raise UnreachableError(f"no answer within {_TIMEOUT:.0f} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise UnreachableError(type(error).__name__) from error
        except ValueError as error:
            raise UnreachableError("its answer is no JSON") from error


async def readiness(host: str, port: int) -> tuple[bool, list[str]]:
    """Ask a running bot's health page whether it is ready; return that, with the reasons and notes.

    Raises:
        UnreachableError: when no bot answers there.
    """
    place = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where the bot listens; we ask the loopback
    place = f"[{place}]" if ":" in place else place
    try:
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{place}:{port}/readyz") as response,
        ):
            document = await response.json(content_type=None)
            return bool(document["ready"]), [*map(str, document["reasons"]), *map(str, document["notes"])]
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise UnreachableError(type(error).__name__) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreachableError("its answer is not the bot's") from error


@asynccontextmanager
async def open_probe(url: str, token: SecretStr) -> AsyncIterator[RestProbe]:
    """A probe of the API at ``url``, closed at the end of the block."""
    headers = {"Authorization": f"Bot {token.get_secret_value()}", "User-Agent": "DiscordBot (pullquote, doctor)"}
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield RestProbe(session, url)


def _ahead(date: str | None, now: float) -> float | None:
    """Seconds from Discord's ``Date``, which has whole seconds rounded down, to ``now``; ``None`` without a date."""
    try:
        return now - (parsedate_to_datetime(date or "").timestamp() + 0.5)
    except (ValueError, TypeError, OverflowError):
        return None
