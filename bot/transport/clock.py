"""What time it is by Discord's clock: the computer's own may jump by years, and records are deleted by their age."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime


class DiscordClock:
    """Seconds since 1970, as of Discord's last answer plus what has passed since; until the first, the computer's."""

    def __init__(self, wall: Callable[[], float] = time.time, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._heard: tuple[float, float] | None = None  # Discord's time, and the stopwatch at that moment

    def __call__(self) -> float:
        """Now, to the second."""
        if self._heard is None:
            return self._wall()
        at, stopwatch = self._heard
        return at + self._elapsed() - stopwatch

    @property
    def seconds_off(self) -> float | None:
        """How far the computer's clock is ahead of Discord's; ``None`` before the first answer."""
        return None if self._heard is None else self._wall() - self()

    def hear(self, date: str | None) -> None:
        """The ``Date`` of an answer; one that is none is ignored."""
        at = moment(date)
        if at is not None:
            self._heard = at, self._elapsed()


def moment(date: str | None) -> float | None:
    """The ``Date`` of an answer in seconds since 1970, whole ones, rounded down; ``None`` for one that is none."""
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
