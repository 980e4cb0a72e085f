"""Settings of a guild (a Discord server)."""

from __future__ import annotations

from dataclasses import dataclass

MAX_QUOTES = 5


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """Settings of a guild. ``channels`` restricts mentions, ``roles`` restricts who may ask; empty: no restriction."""

    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    private: bool = False
    quotes: int = 3
