"""Gathers what is known of the bot: told by those who find out, and measured now and then. Event loop only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import shutil
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.observability.health import Commands, Condition, Gateway
from bot.services.answers import ArticleSource
from bot.services.worker_pool import WorkerPool
from retrieval.core.errors import (
    DamagedStoreError,
    IndexesDisagreeError,
    ModelError,
    ModelMismatchError,
    NotIndexedError,
    RetrievalError,
    SchemaVersionError,
)
from retrieval.core.system import Memory, read_memory, version

_log = logging.getLogger(__name__)

#: Seconds between two measurements of the event loop; how many of them the greatest lag is taken from; and after how
#: many the machine is looked at.
_BEAT, _BEATS, _LOOK = 0.5, 30, 20
#: After these nothing can be searched until somebody does something.
_BREAKING = (
    DamagedStoreError, IndexesDisagreeError, ModelError, ModelMismatchError, NotIndexedError, SchemaVersionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """What is left of the machine, in bytes; ``None`` where the system does not tell."""

    disk_free: int | None = None
    memory: Memory | None = None


def look(home: Path, root: Path = Path("/")) -> Machine:
    """Measure what is left for a data folder in ``home``. Blocks."""
    free: int | None = None
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(home).free
    return Machine(free, read_memory(root))


class Watch:
    """What it is told may be wrong a moment later; what it says is what was known last."""

    def __init__(self, home: Path, articles: ArticleSource, now: Callable[[], float] = time.time) -> None:
        self.opened = False
        self.closing = False
        self.commands = Commands.WAITING
        self.latency: Callable[[], float] = lambda: math.nan
        self._pool: WorkerPool | None = None
        self._articles = articles
        self._home = home
        self._now = now
        self._links: dict[int, bool] = {}
        self._since: float | None = None
        self._error: RetrievalError | None = None
        self._machine = Machine()
        self._lags: deque[float] = deque([0.0], maxlen=_BEATS)

    def attend(self, pool: WorkerPool) -> None:
        """Tell of this pool's line."""
        self._pool = pool

    def shards(self, numbers: range | list[int]) -> None:
        """These shards make up the connection."""
        self._links = {number: self._links.get(number, False) for number in numbers}

    def connected(self, shard: int = 0) -> None:
        """A session runs."""
        self._link(shard, up=True)

    def disconnected(self, shard: int = 0) -> None:
        """The connection was lost; discord.py takes it up again."""
        self._link(shard, up=False)

    def _link(self, shard: int, *, up: bool) -> None:
        before = self._all_up()
        self._links[shard] = up
        if self._all_up() is not before:
            first, self._since = self._since is None, self._now()
            if len(self._links) == 1 and not first:  # several are told of one by one
                _log.info("The connection to Discord is %s", "back" if up else "lost; it is taken up again")

    def _all_up(self) -> bool:
        return bool(self._links) and all(self._links.values())

    def refreshed(self, error: RetrievalError | None) -> None:
        """The articles were looked at anew, or could not be."""
        self._error = error

    def condition(self) -> Condition:
        """Everything that is known now."""
        catalogue, error = self._articles.catalogue, self._error
        broken = isinstance(error, _BREAKING)
        return Condition(
            opened=self.opened,
            closing=self.closing,
            commands=self.commands,
            gateway=self._gateway(),
            broken=str(error) if broken else None,
            refresh_error=str(error) if error is not None and not broken else None,
            vectors=self._articles.health(),
            disk_free=self._machine.disk_free,
            memory=self._machine.memory,
            loop_lag=max(self._lags),
            queue_depth=self._pool.taken if self._pool is not None else 0,
            queue_places=self._pool.places if self._pool is not None else 0,
            articles=len(catalogue.articles),
            passages=sum(article.passages for article in catalogue.articles),
            model=catalogue.model,
            version=version(),
        )

    def _gateway(self) -> Gateway:
        missing = tuple(number for number, up in self._links.items() if not up) if len(self._links) > 1 else ()
        latency = self.latency() if self._all_up() else math.nan
        return Gateway(self._all_up(), self._since, latency if math.isfinite(latency) else None, missing)

    async def keep_looking(self) -> None:
        """Measure the event loop's lag all the time, and what is left of the machine now and then; until cancelled."""
        loop = asyncio.get_running_loop()
        beat = 0
        while True:
            if beat % _LOOK == 0:
                self._machine = await asyncio.to_thread(look, self._home)
            beat += 1
            due = loop.time() + _BEAT
            await asyncio.sleep(_BEAT)
            self._lags.append(max(0.0, loop.time() - due))
