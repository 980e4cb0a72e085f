"""The status combines what the bot's parts report with what is measured."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from pathlib import Path

import pytest

from bot.observability.health import Registration
from bot.runtime.monitor import Monitor, measure_resources
from bot.services.worker_pool import WorkerPool
from retrieval.core.errors import NotIndexedError, StorageError
from retrieval.core.system import Memory
from tests.support.doubles.fake_articles import FakeArticles


def monitor(home: Path, pool: WorkerPool | None = None) -> Monitor:
    """A monitor of three articles, whose clock stands at 5."""
    articles = FakeArticles({"paris": "", "prague": "", "rome": ""})
    return Monitor(home, articles, pool or WorkerPool(), clock=lambda: 5.0)


async def test_articles_and_queue_are_read_from_library_and_pool(tmp_path: Path) -> None:
    """Numbers of articles and passages, places in the queue and how many are taken."""
    async with WorkerPool(at_once=2, waiting=3) as pool:
        with pool.reserve():
            now = monitor(tmp_path, pool).status()
        assert (now.articles, now.passages, now.queue_depth, now.queue_places) == (3, 9, 1, 5)


def test_reports_show_in_the_status(tmp_path: Path) -> None:
    """Opened articles, registered commands, the end."""
    watched = monitor(tmp_path)
    before = watched.status()
    assert (before.opened, before.registration, before.closing) == (False, Registration.WAITING, False)
    watched.report(opened=True, registration=Registration.FAILED)
    watched.report(closing=True)
    after = watched.status()
    assert (after.opened, after.registration, after.closing) == (True, Registration.FAILED, True)


def test_the_gateway_is_connected_when_every_shard_is(tmp_path: Path) -> None:
    """With the time of the change, and the latency of the slowest shard; an infinite one is unknown."""
    watched = monitor(tmp_path)
    watched.expect_shards(range(2))
    assert not watched.status().connected
    watched.report_shard(0, lambda: 0.01)
    assert (watched.status().connected, watched.status().since) == (False, None)
    watched.report_shard(1, lambda: 0.04)
    now = watched.status()
    assert (now.connected, now.since, now.latency) == (True, 5.0, 0.04)
    watched.report_shard(1, lambda: math.inf)
    assert watched.status().latency is None
    watched.report_shard(1, None)
    assert not watched.status().connected


def test_an_error_that_may_pass_is_kept_apart(tmp_path: Path) -> None:
    """Without indexes nothing is found until an operator acts; a store that fails once is opened again."""
    watched = monitor(tmp_path)
    watched.report_refresh(NotIndexedError(tmp_path))
    assert watched.status().broken
    watched.report_refresh(StorageError("library.sqlite3", "busy", ""))
    assert not watched.status().broken
    assert watched.status().refresh_error
    watched.report_refresh(None)
    assert watched.status().refresh_error is None


@pytest.mark.parametrize(("shards", "name"), [(1, "The connection to"), (2, "The connection of shard 0 to")])
def test_a_lost_connection_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, shards: int, name: str
) -> None:
    """However often discord.py retries; also that it is back, but not that a first one was made."""
    watched = monitor(tmp_path)
    watched.expect_shards(range(shards))
    with caplog.at_level(logging.INFO):
        watched.report_shard(0, lambda: 0.0)
        for _ in range(3):
            watched.report_shard(0, None)
        watched.report_shard(0, lambda: 0.0)
    lost, back = caplog.messages
    assert lost == f"{name} Discord is lost; reconnecting"
    assert back == f"{name} Discord is back"


def test_resources_are_measured(tmp_path: Path) -> None:
    """Disk and memory as the system reports them; nothing where it does not."""
    for name, text in (("sys/fs/cgroup/memory.max", "1000"), ("sys/fs/cgroup/memory.current", "400")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    disk_free, memory = measure_resources(tmp_path, root=tmp_path)
    assert memory == Memory(1000, 600)
    assert disk_free is not None
    assert measure_resources(tmp_path / "nowhere", root=tmp_path / "nowhere")[0] is None


async def test_a_stalled_event_loop_is_noticed(tmp_path: Path) -> None:
    """By as much as it stalled."""
    watched = monitor(tmp_path)
    task = asyncio.create_task(watched.run())
    await asyncio.sleep(0.2)
    time.sleep(0.6)
    await asyncio.sleep(0.1)
    task.cancel()
    assert watched.status().loop_lag > 0.15
