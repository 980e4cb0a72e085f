"""Gateway sessions: the events of a bot beyond one connection, and its shard of the servers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_discord.gateway.connection import Connection
from tests.support.fake_discord.state.world import Guild

DISPATCH = 0

Payload = dict[str, Any]


@dataclass(eq=False)
class Session:
    """State that survives a lost connection: the events and their sequence number."""

    id: str
    intents: int
    number: int = 0
    events: list[tuple[int, str]] = field(default_factory=list)
    connection: Connection | None = None
    resumes: int = 0
    valid: bool = True
    shard: tuple[int, int] = (0, 1)  # which of how many

    def serves(self, guild: Guild | None) -> bool:
        """Tell whether this session gets the events of a server; direct messages are shard 0's."""
        number, count = self.shard
        return number == (shard_of(guild, count) if guild is not None else 0)

    def push(self, event: str, payload: Payload) -> None:
        """Send an event now, or keep it for when the bot comes back."""
        self.number += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": self.number, "d": payload})
        self.events.append((self.number, text))
        del self.events[:-5000]
        if self.connection is not None:
            self.connection.send_text(text)


def shard_of(guild: Guild, count: int) -> int:
    """The one of ``count`` shards that a server belongs to."""
    return (guild.id >> 22) % count


def shard_in(data: Payload) -> tuple[int, int] | None:
    """The shard that a bot identifies as; `None` for one that there cannot be."""
    match data.get("shard", [0, 1]):
        case [int(number), int(count)] if 0 <= number < count:
            return number, count
    return None
