"""Collects the bot's runtime status: events pushed by its parts, plus periodic measurements. Event loop only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.observability.health import Connection, Registration, Status
from bot.services.library import ArticleSource
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

#: Seconds between two measurements of the event loop's lag, and the number of them that the greatest is taken from.
_SAMPLE_INTERVAL, _SAMPLES = 0.5, 30
#: Disk and memory are measured at every such sample.
_SAMPLES_PER_MEASUREMENT = 20
#: After these errors nothing can be searched until an operator acts.
_FATAL = (
    DamagedStoreError, IndexesDisagreeError, ModelError, ModelMismatchError, NotIndexedError, SchemaVersionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resources:
    """Free disk and memory in bytes; ``None`` where the system does not report it."""

    disk_free: int | None = None
    memory: Memory | None = None


def measure_resources(home: Path, root: Path = Path("/")) -> Resources:
    """Measure what is free for a data folder in ``home``. Blocks."""
    free: int | None = None
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(home).free
    return Resources(free, read_memory(root))


class Monitor:
    """Receives reports from the bot's parts, and gives a snapshot of all that is known as a ``Status``."""

    def __init__(
        self, home: Path, articles: ArticleSource, pool: WorkerPool, clock: Callable[[], float] = time.time
    ) -> None:
        self._home = home
        self._articles = articles
        self._pool = pool
        self._clock = clock
        self._opened = False
        self._closing = False
        self._registration = Registration.WAITING
        self._refresh_error: RetrievalError | None = None
        self._resources = Resources()
        self._lags: deque[float] = deque([0.0], maxlen=_SAMPLES)
        #: By shard, a function that reads its latency in seconds; ``None`` while it is not connected.
        self._shards: dict[int, Callable[[], float] | None] = {}
        self._seen: set[int] = set()
        self._since: float | None = None

    def report_opened(self) -> None:
        """The articles are open."""
        self._opened = True

    def report_closing(self) -> None:
        """The bot takes no more questions."""
        self._closing = True

    def report_registration(self, registration: Registration) -> None:
        """The registration of the commands succeeded or failed."""
        self._registration = registration

    def report_refresh(self, error: RetrievalError | None) -> None:
        """The articles were refreshed, or failed to be with ``error``."""
        self._refresh_error = error

    def expect_shards(self, shards: Iterable[int]) -> None:
        """Set the shards that have to be connected."""
        self._shards = {shard: self._shards.get(shard) for shard in shards}

    def connected(self, shard: int, latency: Callable[[], float]) -> None:
        """A session of ``shard`` has begun or was resumed."""
        self._set_shard(shard, latency)

    def disconnected(self, shard: int) -> None:
        """The connection of ``shard`` was lost; discord.py reconnects."""
        self._set_shard(shard, None)

    def _set_shard(self, shard: int, latency: Callable[[], float] | None) -> None:
        connected, changed = self._connected(), (self._shards.get(shard) is None) is not (latency is None)
        self._shards[shard] = latency
        if self._connected() is not connected:
            self._since = self._clock()
        if changed and shard in self._seen:
            which = f"The connection of shard {shard}" if len(self._shards) > 1 else "The connection"
            _log.info("%s to Discord is %s", which, "lost; reconnecting" if latency is None else "back")
        self._seen.add(shard)

    def _connected(self) -> bool:
        return bool(self._shards) and all(self._shards.values())

    def status(self) -> Status:
        """Everything that is known now."""
        title_index, error = self._articles.title_index, self._refresh_error
        fatal = isinstance(error, _FATAL)
        return Status(
            opened=self._opened,
            closing=self._closing,
            registration=self._registration,
            connection=self._connection(),
            broken=str(error) if fatal else None,
            refresh_error=str(error) if error is not None and not fatal else None,
            vectors=self._articles.health(),
            disk_free=self._resources.disk_free,
            memory=self._resources.memory,
            loop_lag=max(self._lags),
            queue_depth=self._pool.taken,
            queue_places=self._pool.capacity,
            articles=len(title_index.articles),
            passages=sum(article.passages for article in title_index.articles),
            model=title_index.model,
            version=version(),
        )

    def _connection(self) -> Connection:
        slowest = max((read() for read in self._shards.values() if read is not None), default=math.nan)
        known = self._connected() and math.isfinite(slowest)
        return Connection(self._connected(), self._since, slowest if known else None)

    async def run(self) -> None:
        """Measure the event loop's lag, disk and memory periodically, until cancelled."""
        loop = asyncio.get_running_loop()
        sample = 0
        while True:
            if sample % _SAMPLES_PER_MEASUREMENT == 0:
                self._resources = await asyncio.to_thread(measure_resources, self._home)
            sample += 1
            due = loop.time() + _SAMPLE_INTERVAL
            await asyncio.sleep(_SAMPLE_INTERVAL)
            self._lags.append(max(0.0, loop.time() - due))
