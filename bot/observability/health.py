"""Readiness of the bot: derives reasons and notes, as sentences, from its status. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from retrieval.core.health import VectorHealth
from retrieval.core.system import Memory

#: Free bytes on the disk of the data folder below which it is nearly full, and full.
LOW_DISK, FULL_DISK = 200_000_000, 20_000_000
#: Available bytes of memory below which the system may soon end the process.
LOW_MEMORY = 100_000_000


class Registration(StrEnum):
    """State of the commands' registration with Discord."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    """Snapshot of the running bot; ``None`` means unknown.

    ``connected`` is true when all shards are, ``since`` the Unix time of its last change, and ``latency`` that of the
    slowest shard in seconds. ``broken`` says why no question can be answered.
    """

    opened: bool = False
    closing: bool = False
    registration: Registration = Registration.WAITING
    connected: bool = False
    since: float | None = None
    latency: float | None = None
    broken: str | None = None
    refresh_error: str | None = None
    vectors: VectorHealth = field(default_factory=VectorHealth)
    disk_free: int | None = None
    memory: Memory | None = None
    loop_lag: float = 0.0
    queue_depth: int = 0
    queue_places: int = 0
    articles: int = 0
    passages: int = 0
    model: str = "none"
    version: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """Readiness. ``reasons`` say why the bot is not ready, ``notes`` what limits or endangers a ready one."""

    ready: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def assess(now: Status) -> Health:
    """Derive the readiness from the status ``now``."""
    since = "" if now.since is None else f" since {datetime.fromtimestamp(now.since, UTC):%Y-%m-%dT%H:%M:%SZ}"
    reasons = _applying(
        (now.closing, "The bot is ending: no new questions are taken."),
        (not now.opened, "The articles are being opened; the first start, which indexes them, takes longer."),
        (now.broken is not None, f"The articles cannot be searched: {now.broken}"),
        (now.registration is Registration.WAITING, "The commands are not registered with Discord yet."),
        (not now.connected, f"There is no connection to Discord's gateway{since}."),
    )
    vectors = now.vectors.detail or f"The vector index is in the state “{now.vectors.state.value}”."
    notes = _applying(
        (now.opened and not now.vectors.good, f"Answers come from keywords alone: {vectors}"),
        (now.refresh_error is not None, f"What was indexed since could not be opened: {now.refresh_error}"),
        (
            now.registration is Registration.FAILED,
            "The commands could not be registered; those known to Discord go on working. Restart the bot to try again.",
        ),
    )
    return Health(not reasons, reasons, (*notes, *_shortages(now)))


def _applying(*sentences: tuple[bool, str]) -> tuple[str, ...]:
    return tuple(sentence for applies, sentence in sentences if applies)


def _shortages(now: Status) -> Iterator[str]:
    if now.disk_free is not None and now.disk_free < LOW_DISK:
        left = f"{now.disk_free // 1_000_000} MB are free on the disk of the data folder"
        if now.disk_free < FULL_DISK:
            yield f"The disk is full: {left}, so votes and buttons cannot be kept. Make room."
        else:
            yield f"The disk is nearly full: {left}. Make room."
    if now.memory is not None and now.memory.available < LOW_MEMORY:
        rest, limit = now.memory.available // 1_000_000, now.memory.limit // 1_000_000
        yield f"Memory is short: {rest} MB of {limit} MB are left. Raise the limit."
