"""Whether the bot can answer, and if not, or not fully, why: from what is known of it to sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from retrieval.core.health import VectorHealth
from retrieval.core.system import Memory

#: Bytes on the disk of the data folder: little, and so little that nothing can be written.
LITTLE_DISK, NO_DISK = 200_000_000, 20_000_000
#: Bytes of memory that are left before the system ends a process.
LITTLE_MEMORY = 100_000_000


class Commands(StrEnum):
    """How far the commands' registration with Discord has come."""

    WAITING = "waiting"
    REGISTERED = "registered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Gateway:
    """The connection through which questions come in; with several shards all of them. Times are Unix seconds."""

    connected: bool = False
    since: float | None = None
    latency: float | None = None
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What is known of the bot at a moment. ``None``: not known. ``broken``: why no question can be answered now."""

    opened: bool = False
    closing: bool = False
    commands: Commands = Commands.WAITING
    gateway: Gateway = field(default_factory=Gateway)
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
    """``reasons`` keep the bot from answering; with ``notes`` it answers less well, or may not for long."""

    ready: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def judged(condition: Condition) -> Health:
    """Whether the bot can answer, and why not."""
    reasons = tuple(_reasons(condition))
    return Health(not reasons, reasons, tuple(_notes(condition)))


def _reasons(now: Condition) -> list[str]:
    found = []
    if now.closing:
        found.append("The bot is ending: no new questions are taken.")
    if not now.opened:
        found.append("The articles are being opened; the first start, which indexes them, takes longer.")
    if now.broken is not None:
        found.append(f"The articles cannot be searched: {now.broken}")
    if now.commands is Commands.WAITING:
        found.append("The commands are not registered with Discord yet.")
    if not now.gateway.connected:
        since = f" since {_moment(now.gateway.since)}" if now.gateway.since is not None else ""
        which = f" (shard {', '.join(map(str, now.gateway.missing))})" if now.gateway.missing else ""
        found.append(f"There is no connection to Discord's gateway{since}{which}.")
    return found


def _notes(now: Condition) -> list[str]:
    found = []
    if now.opened and not now.vectors.good:
        why = now.vectors.detail or f"The vector index is in the state “{now.vectors.state.value}”."
        found.append(f"Answers come from keywords alone: {why}")
    if now.refresh_error is not None:
        found.append(f"What was indexed since could not be opened: {now.refresh_error}")
    if now.commands is Commands.FAILED:
        found.append(
            "The commands could not be registered; those known to Discord go on working. Restart the bot to try again."
        )
    return [*found, *_shortages(now)]


def _shortages(now: Condition) -> list[str]:
    found = []
    if now.disk_free is not None and now.disk_free < LITTLE_DISK:
        left = f"{now.disk_free // 1_000_000} MB are free on the disk of the data folder"
        if now.disk_free < NO_DISK:
            found.append(f"The disk is full: {left}, so votes and buttons cannot be kept. Make room.")
        else:
            found.append(f"The disk is nearly full: {left}. Make room.")
    if now.memory is not None and now.memory.available < LITTLE_MEMORY:
        rest, limit = now.memory.available // 1_000_000, now.memory.limit // 1_000_000
        found.append(f"Memory is short: {rest} MB of {limit} MB are left. Raise the limit.")
    return found


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
