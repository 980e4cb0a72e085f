"""From what is known of the bot to whether it is ready, and why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.health import (
    MACHINE,
    V1_LIMIT,
    V1_STAT,
    V1_USED,
    V2_LIMIT,
    V2_STAT,
    V2_USED,
    Commands,
    Condition,
    Gateway,
    Memory,
    judged,
    memory_in,
)
from retrieval.vector_health import VectorHealth, VectorState

WELL = Condition(
    opened=True,
    commands=Commands.REGISTERED,
    gateway=Gateway(connected=True, since=1_800_000_000.0, latency=0.04),
    disk_free=10**10,
    memory=Memory(10**9, 5 * 10**8),
    seconds_off=0.4,
)


def test_all_is_well() -> None:
    """Ready, and nothing to say."""
    assert judged(WELL) == judged(replace(WELL, memory=None, disk_free=None, seconds_off=None))
    assert judged(WELL).ready
    assert judged(WELL).reasons == judged(WELL).notes == ()


def test_at_the_first_moment_everything_is_missing() -> None:
    """Articles, commands and gateway, each with a sentence."""
    health = judged(Condition())
    assert not health.ready
    assert len(health.reasons) == 3
    assert health.notes == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"opened": False}, "being opened"),
        ({"closing": True}, "ending"),
        ({"broken": "Run: pullquote index"}, "Run: pullquote index"),
        ({"commands": Commands.WAITING}, "commands are not registered"),
        ({"gateway": Gateway()}, "no connection to Discord's gateway."),
        ({"gateway": Gateway(since=1_800_000_000.0)}, "gateway since 2027-01-15T08:00:00Z"),
        ({"gateway": Gateway(missing=(1, 3))}, "(shard 1, 3)"),
    ],
)
def test_what_keeps_it_from_answering_is_a_reason(change: dict[str, Any], words: str) -> None:
    """One sentence that names it."""
    health = judged(replace(WELL, **change))
    assert not health.ready
    assert len(health.reasons) == 1
    assert words in health.reasons[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vectors": VectorHealth(VectorState.AWAY, "http://chroma:8000 does not answer.")}, "alone: http://chroma"),
        ({"vectors": VectorHealth(VectorState.SLOW)}, "“slow”"),
        ({"refresh_error": "The disk stumbled."}, "The disk stumbled."),
        ({"commands": Commands.FAILED}, "could not be registered"),
        ({"disk_free": 199_999_999}, "nearly full: 199 MB"),
        ({"disk_free": 19_999_999}, "The disk is full: 19 MB"),
        ({"memory": Memory(512_000_000, 99_999_999)}, "99 MB of 512 MB"),
        ({"seconds_off": 31.0}, "31 s ahead of"),
        ({"seconds_off": -3600.0}, "3600 s behind"),
    ],
)
def test_what_makes_it_answer_less_well_is_a_note(change: dict[str, Any], words: str) -> None:
    """It stays ready."""
    health = judged(replace(WELL, **change))
    assert health.ready
    assert len(health.notes) == 1
    assert words in health.notes[0]


MEMINFO = "MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    2000000 kB\nHugePages_Total: 0\n"


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({}, None),
        ({MACHINE: "garbage"}, None),
        ({MACHINE: MEMINFO}, Memory(8_192_000_000, 2_048_000_000)),
        ({V2_LIMIT: "max\n", V2_USED: "5\n", MACHINE: MEMINFO}, Memory(8_192_000_000, 2_048_000_000)),
        ({V2_LIMIT: "1000\n", V2_USED: "900\n"}, Memory(1000, 100)),
        ({V2_LIMIT: "1000\n", V2_USED: "900\n", V2_STAT: "anon 1\ninactive_file 300\n"}, Memory(1000, 400)),
        ({V2_LIMIT: "1000\n", V2_USED: "1100\n", MACHINE: MEMINFO}, Memory(1000, 0)),
        ({V1_LIMIT: "9223372036854771712\n", V1_USED: "900\n"}, None),
        ({V1_LIMIT: "1000\n", V1_USED: "900\n", V1_STAT: "total_inactive_file 50\n"}, Memory(1000, 150)),
    ],
)
def test_memory_is_the_tightest_limit(texts: dict[str, str], found: Memory | None) -> None:
    """A container's limit of either version, or the machine's; what the system may drop counts as free."""
    assert memory_in(texts) == found
