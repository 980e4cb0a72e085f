"""A server's settings: who may ask, where mentions are answered, how many quotes are shown."""

from __future__ import annotations

from dataclasses import dataclass

MOST_QUOTES = 5


DEFAULT_QUOTES = 3


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """A server's settings. No channels: mentions are answered in all; no roles: everybody may ask."""

    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    private: bool = False
    quotes: int = DEFAULT_QUOTES
