"""Transient errors are retried until the timeout; others are not."""

from __future__ import annotations

import errno
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.transport.retry import is_expired, is_transient, retrying


def refusal(status: int, code: int = 0, headers: dict[str, str] | None = None) -> discord.HTTPException:
    """The exception that discord.py raises for an error response."""
    response: Any = SimpleNamespace(status=status, reason="", headers=headers or {})
    kinds: dict[int, type[discord.HTTPException]] = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": ""})


def failing(*errors: Exception) -> Any:
    """A request that fails so, then succeeds."""
    left = list(errors)

    async def request() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return request


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ECONNRESET, "reset"),
        aiohttp.ClientOSError(errno.ECONNRESET, "reset"),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        refusal(502),
        refusal(503),
        refusal(429, headers={"Retry-After": "2"}),
        discord.RateLimited(2.0),
    ],
)
@pytest.mark.usefixtures("pauses")
async def test_a_transient_error_is_retried(error: Exception) -> None:
    """A reset connection, a proxy's hiccup, a rate limit."""
    assert is_transient(error)
    assert await retrying(failing(error, error), 60) == "done"


@pytest.mark.parametrize("error", [refusal(400, 50035), refusal(403, 50013), refusal(404, 10062), ValueError("x")])
async def test_any_other_error_is_raised_at_once(error: Exception, pauses: list[float]) -> None:
    """Saying the same again would not help."""
    with pytest.raises(type(error)):
        await retrying(failing(error), 60)
    assert pauses == []


async def test_retries_end_with_the_timeout(pauses: list[float]) -> None:
    """The last error is raised, at most one pause after the time is up."""
    with pytest.raises(discord.DiscordServerError):
        await retrying(failing(*[refusal(502)] * 1000), 30)
    assert sum(pauses) < 40
    assert len(pauses) > 5


async def test_a_pause_longer_than_the_timeout_is_not_made(pauses: list[float]) -> None:
    """A rate limit of an hour is raised at once where there is a minute."""
    with pytest.raises(discord.RateLimited):
        await retrying(failing(discord.RateLimited(3600.0)), 60)
    assert pauses == []


async def test_the_pause_that_discord_names_is_kept(pauses: list[float]) -> None:
    """An earlier attempt would only prolong the limit."""
    await retrying(failing(refusal(429, headers={"Retry-After": "7"})), 60)
    assert pauses == [7.0]


def test_which_refusals_close_an_interaction_for_good() -> None:
    """An expired token, an unknown interaction, a deleted message; not a busy server."""
    assert is_expired(refusal(404, 10062))
    assert is_expired(refusal(401, 50027))
    assert is_expired(refusal(404, 10008))
    assert not is_expired(refusal(502))
    assert not is_expired(refusal(400, 50035))
    assert not is_expired(OSError())
