"""Buckets: how many requests of a kind Discord takes in a while, and the headers that tell."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tests.support.fake_discord.clock import Clock
from tests.support.fake_discord.rest.errors import ApiError

# Per channel or token: what Discord has been seen to allow. It may change any day, which is why clients read headers.
OBSERVED = {
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "POST /channels/{channel_id}/typing": (5, 5.0),
    "POST /webhooks/{application_id}/{token}": (5, 2.0),
    "PATCH /webhooks/{application_id}/{token}/messages/@original": (5, 2.0),
    "PATCH /webhooks/{application_id}/{token}/messages/{message_id}": (5, 2.0),
    "PUT /applications/{application_id}/commands": (2, 20.0),
    "PUT /applications/{application_id}/guilds/{guild_id}/commands": (2, 20.0),
}
GENEROUS = (100, 1.0)
GLOBAL = (50, 1.0)
# Answering an interaction never counts against a limit, whatever the rest of the bot does.
UNLIMITED = "POST /interactions/{interaction_id}/{token}/callback"


@dataclass
class Bucket:
    """One window of one kind of request."""

    limit: int
    window: float
    used: int = 0
    ends: float = 0.0

    def take(self, now: float) -> bool:
        """Use one, if one is left."""
        if now >= self.ends:
            self.used, self.ends = 0, now + self.window
        self.used += 1
        return self.used <= self.limit


class RateLimits:
    """Counts requests. Generous limits unless asked for those that were observed, or for one in particular."""

    def __init__(self, clock: Clock, *, observed: bool = False) -> None:
        self._clock = clock
        self._limits = dict(OBSERVED) if observed else {}
        self._global = Bucket(*GLOBAL) if observed else None
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def set(self, route: str, limit: int, window: float) -> None:
        """From now on `limit` requests in `window` seconds on this route, for each channel, guild or token."""
        self._limits[route] = (limit, window)
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if key[0] != route}

    def forget(self) -> None:
        """Drop the counts of windows that are over."""
        now = self._clock.now()
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.ends > now}

    def take(self, route: str, major: str) -> dict[str, str]:
        """Headers for a request that may pass. Raises ApiError 429 for one that may not."""
        if route == UNLIMITED:
            return {}
        now = self._clock.now()
        own = route.partition(" ")[2]
        # A bot's global limit leaves out what belongs to interactions.
        if self._global is not None and not own.startswith("/webhooks/") and not self._global.take(now):
            raise _too_many(self._global.ends - now, everywhere=True)
        bucket = self._buckets.setdefault((route, major), Bucket(*self._limits.get(route, GENEROUS)))
        fits = bucket.take(now)
        headers = {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(0, bucket.limit - bucket.used)),
            "X-RateLimit-Reset": f"{bucket.ends:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, bucket.ends - now):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }
        if not fits:
            raise _too_many(bucket.ends - now, headers)
        return headers


def _too_many(wait: float, headers: dict[str, str] | None = None, *, everywhere: bool = False) -> ApiError:
    scope = (
        {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"} if everywhere else {"X-RateLimit-Scope": "user"}
    )
    error = ApiError(429, 0, "You are being rate limited.")
    error.headers = {**(headers or {}), **scope, "Retry-After": f"{wait:.3f}"}
    return error
