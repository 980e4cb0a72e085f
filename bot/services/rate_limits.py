"""Rate limits on questions, per user and per guild: token buckets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import TTLCache


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, then ``per_minute`` evenly spread over each minute."""

    per_minute: float
    burst: int


USER = Rate(per_minute=6, burst=3)
GUILD = Rate(per_minute=60, burst=60)


class Buckets:
    """A token bucket for each key: full at first, refilled evenly, dropped once it must be full again."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        # Key → (tokens, time of that count).
        self._levels: TTLCache[int, tuple[float, float]] = TTLCache(math.inf, rate.burst * 60 / rate.per_minute, clock)

    def _level(self, key: int) -> float:
        now = self._clock()
        tokens, at = self._levels.get(key, (float(self._rate.burst), now))
        return min(float(self._rate.burst), tokens + (now - at) * self._rate.per_minute / 60)

    def wait(self, key: int) -> float:
        """Seconds until a token can be taken; 0.0: at once."""
        missing = 1.0 - self._level(key)
        return 0.0 if missing <= 1e-9 else missing * 60 / self._rate.per_minute

    def add(self, key: int, tokens: float) -> None:
        """Add tokens; take them if negative."""
        self._levels[key] = (min(float(self._rate.burst), self._level(key) + tokens), self._clock())


class RateLimits:
    """The limits on questions: a user's and a guild's (``None``: direct messages)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, user: Rate = USER, guild: Rate = GUILD) -> None:
        self._users = Buckets(user, clock)
        self._guilds = Buckets(guild, clock)

    def _buckets(self, user: int, guild: int | None) -> list[tuple[Buckets, int]]:
        return [(self._users, user)] + ([(self._guilds, guild)] if guild is not None else [])

    def take(self, user: int, guild: int | None) -> int:
        """Take a token for a question; return 0, or the seconds to wait if there is none."""
        buckets = self._buckets(user, guild)
        wait = math.ceil(max(bucket.wait(key) for bucket, key in buckets))
        if not wait:
            for bucket, key in buckets:
                bucket.add(key, -1.0)
        return wait

    def put_back(self, user: int, guild: int | None) -> None:
        """Return the tokens of a question that was not accepted."""
        for bucket, key in self._buckets(user, guild):
            bucket.add(key, 1.0)
