"""Faults between the bot and Discord, on demand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from fnmatch import fnmatchcase

from tests.support.fake_discord.rest.errors import ApiError


class Effect(Enum):
    """Effect of a fault on a request."""

    ANSWER = auto()  # not performed, answered with an error
    LOSE_REQUEST = auto()  # not performed, connection broken
    LOSE_ANSWER = auto()  # performed, connection broken before the answer
    DELAY = auto()  # performed, later


@dataclass(eq=False)
class Fault:
    """One kind of trouble, for the next `times` requests whose route matches; None means until cancelled."""

    pattern: str
    effect: Effect
    times: int | None = 1
    skip: int = 0
    error: ApiError | None = None
    seconds: float = 0.0
    hits: int = 0

    def cancel(self) -> None:
        """No more of it."""
        self.times = self.hits

    def wants(self, method: str, route: str, path: str) -> bool:
        """Tell whether it strikes this request; counts it if so."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not any(fnmatchcase(f"{method} {place}", self.pattern) for place in (route, path)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        return True


class Faults:
    """The trouble that waits for the bot.

    A pattern is "METHOD /path", with * for anything, and is compared with the route
    ("POST /channels/{channel_id}/messages") and with the path as requested. So "POST */callback", "PATCH */@original"
    and "*" are patterns.
    """

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def rate_limit(
        self, pattern: str = "*", *, times: int | None = 1, retry_after: float = 0.05, everywhere: bool = False
    ) -> Fault:
        """429; `everywhere` makes it the global limit."""
        error = ApiError(429, 0, "You are being rate limited.")
        error.headers = {"Retry-After": str(max(1, round(retry_after))), "X-RateLimit-Scope": "user"}
        if everywhere:
            error.headers |= {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
        return self._add(Fault(pattern, Effect.ANSWER, times, error=error, seconds=retry_after))

    def server_error(self, pattern: str = "*", *, status: int = 502, times: int | None = 1) -> Fault:
        """A 5xx, as from the proxies before Discord."""
        return self._add(Fault(pattern, Effect.ANSWER, times, error=ApiError(status, 0, f"{status}: Server Error")))

    def refuse(self, pattern: str, error: ApiError, *, times: int | None = 1, skip: int = 0) -> Fault:
        """Any refusal of `errors`."""
        return self._add(Fault(pattern, Effect.ANSWER, times, skip, error=error))

    def lose_request(self, pattern: str = "*", *, times: int | None = 1, skip: int = 0) -> Fault:
        """The connection breaks before the request is performed."""
        return self._add(Fault(pattern, Effect.LOSE_REQUEST, times, skip))

    def lose_answer(self, pattern: str = "*", *, times: int | None = 1, skip: int = 0) -> Fault:
        """The request is performed, and the connection breaks before the bot learns of it."""
        return self._add(Fault(pattern, Effect.LOSE_ANSWER, times, skip))

    def delay(self, pattern: str = "*", *, seconds: float, times: int | None = 1) -> Fault:
        """A slow network on the way there."""
        return self._add(Fault(pattern, Effect.DELAY, times, seconds=seconds))

    def clear(self) -> None:
        """Fair weather."""
        self.active.clear()

    def strike(self, method: str, route: str, path: str) -> Fault | None:
        """The first fault that wants this request."""
        return next((fault for fault in self.active if fault.wants(method, route, path)), None)

    def _add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault
