"""Readiness of the bot: derives reasons and notes, as sentences, from its status. Pure."""

from __future__ import annotations

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
class Connection:
    """The connection to Discord's gateway, with all its shards.

    ``since`` is the Unix time of the last change; ``latency`` is that of the slowest shard in seconds.
    """

    connected: bool = False
    since: float | None = None
    latency: float | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Snapshot of the running bot. ``None`` means unknown; ``broken`` says why no question can be answered."""

    opened: bool = False
    closing: bool = False
    registration: Registration = Registration.WAITING
    connection: Connection = field(default_factory=Connection)
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


def assess(status: Status) -> Health:
    """Derive the readiness from ``status``."""
    reasons = tuple(_reasons(status))
    return Health(not reasons, reasons, tuple(_notes(status)))


def _reasons(now: Status) -> list[str]:
    found = []
    if now.closing:
        found.append("The bot is ending: no new questions are taken.")
    if not now.opened:
        found.append("The articles are being opened; the first start, which indexes them, takes longer.")
    if now.broken is not None:
        found.append(f"The articles cannot be searched: {now.broken}")
    if now.registration is Registration.WAITING:
        found.append("The commands are not registered with Discord yet.")
    if not now.connection.connected:
        since = f" since {_moment(now.connection.since)}" if now.connection.since is not None else ""
        found.append(f"There is no connection to Discord's gateway{since}.")
    return found


def _notes(now: Status) -> list[str]:
    found = []
    if now.opened and not now.vectors.good:
        why = now.vectors.detail or f"The vector index is in the state “{now.vectors.state.value}”."
        found.append(f"Answers come from keywords alone: {why}")
    if now.refresh_error is not None:
        found.append(f"What was indexed since could not be opened: {now.refresh_error}")
    if now.registration is Registration.FAILED:
        found.append(
            "The commands could not be registered; those known to Discord go on working. Restart the bot to try again."
        )
    return [*found, *_shortages(now)]


def _shortages(now: Status) -> list[str]:
    found = []
    if now.disk_free is not None and now.disk_free < LOW_DISK:
        left = f"{now.disk_free // 1_000_000} MB are free on the disk of the data folder"
        if now.disk_free < FULL_DISK:
            found.append(f"The disk is full: {left}, so votes and buttons cannot be kept. Make room.")
        else:
            found.append(f"The disk is nearly full: {left}. Make room.")
    if now.memory is not None and now.memory.available < LOW_MEMORY:
        rest, limit = now.memory.available // 1_000_000, now.memory.limit // 1_000_000
        found.append(f"Memory is short: {rest} MB of {limit} MB are left. Raise the limit.")
    return found


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
