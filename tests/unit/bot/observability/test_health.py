"""Readiness is derived from the bot's status, with a sentence for each reason and note."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.observability.health import Registration, Status, assess
from retrieval.core.health import VectorHealth, VectorState
from retrieval.core.system import Memory

WELL = Status(
    opened=True,
    registration=Registration.DONE,
    connected=True,
    since=1_800_000_000.0,
    latency=0.04,
    disk_free=10**10,
    memory=Memory(10**9, 5 * 10**8),
)


def test_all_is_well() -> None:
    """Ready, and nothing to say."""
    assert assess(WELL) == assess(replace(WELL, memory=None, disk_free=None))
    assert assess(WELL).ready
    assert assess(WELL).reasons == assess(WELL).notes == ()


def test_at_the_first_moment_everything_is_missing() -> None:
    """Articles, commands and gateway, each with a sentence."""
    health = assess(Status())
    assert not health.ready
    assert len(health.reasons) == 3
    assert health.notes == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"opened": False}, "being opened"),
        ({"closing": True}, "ending"),
        ({"broken": "Run: pullquote index"}, "Run: pullquote index"),
        ({"registration": Registration.WAITING}, "commands are not registered"),
        ({"connected": False, "since": None}, "no connection to Discord's gateway."),
        ({"connected": False}, "gateway since 2027-01-15T08:00:00Z"),
    ],
)
def test_what_keeps_it_from_answering_is_a_reason(change: dict[str, Any], words: str) -> None:
    """One sentence that names it."""
    health = assess(replace(WELL, **change))
    assert not health.ready
    assert len(health.reasons) == 1
    assert words in health.reasons[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"vectors": VectorHealth(VectorState.UNAVAILABLE, "http://chroma:8000 does not answer.")},
            "alone: http://chroma",
        ),
        ({"vectors": VectorHealth(VectorState.SLOW)}, "“slow”"),
        ({"refresh_error": "The disk stumbled."}, "The disk stumbled."),
        ({"registration": Registration.FAILED}, "could not be registered"),
        ({"disk_free": 199_999_999}, "nearly full: 199 MB"),
        ({"disk_free": 19_999_999}, "The disk is full: 19 MB"),
        ({"memory": Memory(512_000_000, 99_999_999)}, "99 MB of 512 MB"),
    ],
)
def test_what_makes_it_answer_less_well_is_a_note(change: dict[str, Any], words: str) -> None:
    """It stays ready."""
    health = assess(replace(WELL, **change))
    assert health.ready
    assert len(health.notes) == 1
    assert words in health.notes[0]
