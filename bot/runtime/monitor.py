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
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.observability.health import Status
from bot.services.article_source import ArticleSource
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


def measure_resources(home: Path, root: Path = Path("/")) -> tuple[int | None, Memory | None]:
    """Return the bytes that are free for a data folder in ``home``, and the memory; ``None`` where unknown. Blocks."""
    free: int | None = None
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(home).free
    return free, read_memory(root)


class Monitor:
    """Receives reports from the bot's parts, and gives a snapshot of all that is known as a ``Status``."""

    def __init__(
        self, home: Path, articles: ArticleSource, pool: WorkerPool, clock: Callable[[], float] = time.time
    ) -> None:
        self._home = home
        self._articles = articles
        self._pool = pool
        self._clock = clock
        self._reported = Status(version=version())
        self._lags: deque[float] = deque([0.0], maxlen=_SAMPLES)
        #: By shard, a function that reads its latency in seconds; ``None`` while it is not connected.
        self._shards: dict[int, Callable[[], float] | None] = {}
        self._seen: set[int] = set()

    def report(self, **fields: Any) -> None:
        """Set fields of the status, such as ``opened`` or ``registration``."""
        self._reported = replace(self._reported, **fields)

    def report_refresh(self, error: RetrievalError | None) -> None:
        """Set or clear the error by which the articles could not be refreshed."""
        text, fatal = None if error is None else str(error), isinstance(error, _FATAL)
        self.report(broken=text if fatal else None, refresh_error=None if fatal else text)

    def expect_shards(self, shards: Iterable[int]) -> None:
        """Set the shards that have to be connected."""
        self._shards = {shard: self._shards.get(shard) for shard in shards}

    def report_shard(self, shard: int, latency: Callable[[], float] | None) -> None:
        """Set how to read the latency of ``shard``, which is connected; ``None`` when its connection was lost."""
        changed = (self._shards.get(shard) is None) is not (latency is None)
        self._shards[shard] = latency
        connected = all(self._shards.values())
        if connected is not self._reported.connected:
            self.report(connected=connected, since=self._clock())
        if changed and shard in self._seen:
            which = f"The connection of shard {shard}" if len(self._shards) > 1 else "The connection"
            _log.info("%s to Discord is %s", which, "lost; reconnecting" if latency is None else "back")
        self._seen.add(shard)

    def status(self) -> Status:
        """Return everything that is known now."""
        title_index = self._articles.title_index
        slowest = max((read() for read in self._shards.values() if read is not None), default=math.nan)
        return replace(
            self._reported,
            latency=slowest if self._reported.connected and math.isfinite(slowest) else None,
            vectors=self._articles.health(),
            loop_lag=max(self._lags),
            queue_depth=self._pool.taken,
            queue_places=self._pool.capacity,
            articles=len(title_index.articles),
            passages=sum(article.passages for article in title_index.articles),
            model=title_index.model,
        )

    async def run(self) -> None:
        """Measure the event loop's lag, disk and memory periodically, until cancelled."""
        loop = asyncio.get_running_loop()
        sample = 0
        while True:
            if sample % _SAMPLES_PER_MEASUREMENT == 0:
                disk_free, memory = await asyncio.to_thread(measure_resources, self._home)
                self.report(disk_free=disk_free, memory=memory)
            sample += 1
            due = loop.time() + _SAMPLE_INTERVAL
            await asyncio.sleep(_SAMPLE_INTERVAL)
            self._lags.append(max(0.0, loop.time() - due))
