"""Reads Discord's REST API and a bot's health page without retries, for the doctor's checks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from pydantic import SecretStr

_TIMEOUT = aiohttp.ClientTimeout(total=10.0)


@dataclass(frozen=True, slots=True)
class Response:
    """A JSON document, and the seconds by which our clock is ahead of Discord's, if known."""

    document: Any
    ahead: float | None


class RestProbe:
    """Client of the API at ``url`` with the bot's token. Use as an asynchronous context manager."""

    def __init__(self, url: str, token: SecretStr) -> None:
        self._url = url
        headers = {"Authorization": f"Bot {token.get_secret_value()}", "User-Agent": "DiscordBot (pullquote, doctor)"}
        self._session = aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT, raise_for_status=True)

    async def __aenter__(self) -> RestProbe:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str) -> Response:
        """Return the document at ``path``.

        Raises:
            ClientResponseError: when Discord answers with an error status.
            ClientError, OSError: when there is no answer.
            ValueError: when the answer is not JSON.
        """
        before = time.time()
        async with self._session.get(self._url + path, allow_redirects=False) as response:
            ahead = _ahead(response.headers.get("Date"), (before + time.time()) / 2)
            return Response(await response.json(content_type=None), ahead)


async def readiness(host: str, port: int) -> tuple[bool, list[str]]:
    """Return whether the bot that serves its health page at ``host`` is ready, with the reasons and notes.

    Raises:
        ClientError, OSError: when there is no answer.
        ValueError, KeyError, TypeError: when another program answers.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where the bot listens; we ask the loopback
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/readyz"
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(url) as response:
        document = await response.json(content_type=None)
        return bool(document["ready"]), [*map(str, document["reasons"]), *map(str, document["notes"])]


def _ahead(date: str | None, now: float) -> float | None:
    """Seconds from Discord's ``Date``, which has whole seconds rounded down, to ``now``; ``None`` without a date."""
    try:
        return now - (parsedate_to_datetime(date or "").timestamp() + 0.5)
    except (ValueError, TypeError, OverflowError):
        return None
