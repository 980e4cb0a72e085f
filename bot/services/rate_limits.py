"""Rate limits on questions, per user and per guild: token buckets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

#: Buckets that are full again are dropped when so many are kept.
_MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, then ``per_minute`` evenly spread over each minute."""

    per_minute: float
    burst: int


USER = Rate(per_minute=6, burst=3)
GUILD = Rate(per_minute=60, burst=60)


class Buckets:
    """A token bucket for each key: full at first, refilled evenly."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._levels: dict[int, tuple[float, float]] = {}  # key → (tokens, at that time)

    def _level(self, key: int) -> float:
        now = self._clock()
        tokens, at = self._levels.get(key, (float(self._rate.burst), now))
        return min(float(self._rate.burst), tokens + (now - at) * self._rate.per_minute / 60)

    def wait(self, key: int) -> float:
        """Seconds until a token can be taken; 0.0: at once."""
        missing = 1.0 - self._level(key)
        return 0.0 if missing <= 1e-9 else missing * 60 / self._rate.per_minute

    def take(self, key: int) -> None:
        """Take a token; call only when ``wait`` is 0."""
        self._levels[key] = (self._level(key) - 1.0, self._clock())
        if len(self._levels) > _MOST_BUCKETS:
            full = self._rate.burst
            self._levels = {k: v for k, v in self._levels.items() if self._level(k) < full}

    def put_back(self, key: int) -> None:
        """Return a token."""
        self._levels[key] = (min(float(self._rate.burst), self._level(key) + 1.0), self._clock())


class RateLimits:
    """The limits on questions: a user's and a guild's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, user: Rate = USER, guild: Rate = GUILD) -> None:
        self._users = Buckets(user, clock)
        self._guilds = Buckets(guild, clock)

    def take(self, user: int, guild: int | None) -> int:
        """Take a token of each and return 0, or take none and return the seconds to wait."""
        wait = max(self._users.wait(user), self._guilds.wait(guild) if guild is not None else 0.0)
        if wait > 0.0:
            return math.ceil(wait)
        self._users.take(user)
        if guild is not None:
            self._guilds.take(guild)
        return 0

    def put_back(self, user: int, guild: int | None) -> None:
        """Return the tokens of a question that was not accepted."""
        self._users.put_back(user)
        if guild is not None:
            self._guilds.put_back(guild)
