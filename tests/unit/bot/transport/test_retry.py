"""What passes is tried again until its time is over; what does not pass is not."""

from __future__ import annotations

import errno
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.transport.retry import Patience, is_lost, passing


def refusal(status: int, code: int = 0, headers: dict[str, str] | None = None) -> discord.HTTPException:
    """What discord.py raises for an answer of Discord's."""
    response: Any = SimpleNamespace(status=status, reason="", headers=headers or {})
    kinds: dict[int, type[discord.HTTPException]] = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": ""})


class Time:
    """A clock and a sleep that belong together."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def patience(self) -> Patience:
        """Patience that takes no time."""

        async def sleep(seconds: float) -> None:
            self.now += seconds
            self.slept.append(seconds)

        return Patience(lambda: self.now, sleep)


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
async def test_what_passes_is_tried_again(error: Exception) -> None:
    """A reset connection, a proxy's hiccup, a rate limit."""
    assert passing(error)
    assert await Time().patience().insist(failing(error, error), 60) == "done"


@pytest.mark.parametrize("error", [refusal(400, 50035), refusal(403, 50013), refusal(404, 10062), ValueError("x")])
async def test_what_does_not_pass_is_raised_at_once(error: Exception) -> None:
    """Saying the same again would not help."""
    time = Time()
    with pytest.raises(type(error)):
        await time.patience().insist(failing(error), 60)
    assert time.slept == []


async def test_it_ends_with_its_time() -> None:
    """The last error is raised before the time is over, not after."""
    time = Time()
    with pytest.raises(discord.DiscordServerError):
        await time.patience().insist(failing(*[refusal(502)] * 1000), 30)
    assert time.now < 30
    assert len(time.slept) > 5


async def test_discords_own_pause_is_kept() -> None:
    """Asking again earlier would only prolong the limit."""
    time = Time()
    await time.patience().insist(failing(refusal(429, headers={"Retry-After": "7"})), 60)
    assert time.slept == [7.0]


def test_which_refusals_close_an_interaction_for_good() -> None:
    """An expired token, an unknown interaction, a deleted message; not a busy server."""
    assert is_lost(refusal(404, 10062))
    assert is_lost(refusal(401, 50027))
    assert is_lost(refusal(404, 10008))
    assert not is_lost(refusal(502))
    assert not is_lost(refusal(400, 50035))
    assert not is_lost(OSError())
