"""What is gathered of the bot's condition."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from pathlib import Path

import pytest

from bot.runtime.monitor import Watch, look
from bot.services.worker_pool import WorkerPool
from retrieval.core.errors import NotIndexedError, StorageError
from retrieval.core.system import Memory
from tests.support.fake_articles import FakeArticles


def watch(home: Path) -> Watch:
    """Over three articles."""
    return Watch(home, FakeArticles({"paris": "", "prague": "", "rome": ""}), now=lambda: 5.0)


async def test_the_library_and_the_line_are_told(tmp_path: Path) -> None:
    """Numbers of articles, passages, and places."""
    async with WorkerPool(at_once=2, waiting=3) as pool:
        seen = watch(tmp_path)
        seen.attend(pool)
        with pool.reserve():
            now = seen.condition()
        assert (now.articles, now.passages, now.queue_depth, now.queue_places) == (3, 9, 1, 5)


def test_the_gateway_is_connected_when_every_shard_is(tmp_path: Path) -> None:
    """With since when, and which are missing; a latency that is not known is none."""
    seen = watch(tmp_path)
    assert seen.condition().gateway.since is None
    seen.latency = lambda: 0.04
    seen.connected()
    assert seen.condition().gateway.connected
    assert (seen.condition().gateway.since, seen.condition().gateway.latency) == (5.0, 0.04)
    seen.latency = lambda: math.inf
    assert seen.condition().gateway.latency is None
    seen.shards(range(3))
    assert seen.condition().gateway.missing == (1, 2)
    seen.connected(1)
    seen.connected(2)
    assert seen.condition().gateway.connected
    seen.disconnected(1)
    assert not seen.condition().gateway.connected


def test_an_error_that_mends_itself_is_told_apart(tmp_path: Path) -> None:
    """Without indexes nothing is found until somebody acts; a store that stumbles is tried again."""
    seen = watch(tmp_path)
    seen.refreshed(NotIndexedError(tmp_path))
    assert seen.condition().broken
    seen.refreshed(StorageError("library.sqlite3", "busy", ""))
    assert not seen.condition().broken
    assert seen.condition().refresh_error
    seen.refreshed(None)
    assert seen.condition().refresh_error is None


def test_a_connection_that_is_lost_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """However often discord.py tries; and that it is back, but not that the first one was made."""
    seen = watch(tmp_path)
    with caplog.at_level(logging.INFO):
        seen.connected()
        for _ in range(3):
            seen.disconnected()
        seen.connected()
    lost, back = caplog.messages
    assert "lost" in lost
    assert "back" in back


def test_the_machine_is_measured(tmp_path: Path) -> None:
    """The disk of the data folder, and memory as the system tells of it; nothing where it does not."""
    for name, text in (("sys/fs/cgroup/memory.max", "1000"), ("sys/fs/cgroup/memory.current", "400")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = look(tmp_path, root=tmp_path)
    assert found.memory == Memory(1000, 600)
    assert found.disk_free is not None
    assert look(tmp_path / "nowhere", root=tmp_path / "nowhere").disk_free is None


async def test_a_stalled_event_loop_is_noticed(tmp_path: Path) -> None:
    """By as much as it stalled."""

    async def scene() -> float:
        seen = watch(tmp_path)
        task = asyncio.create_task(seen.keep_looking())
        await asyncio.sleep(0.2)
        time.sleep(0.6)
        await asyncio.sleep(0.1)
        task.cancel()
        return seen.condition().loop_lag

    assert await scene() > 0.15
