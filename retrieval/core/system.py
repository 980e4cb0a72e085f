"""The machine and the process: available memory, free disk space, installed version, signals."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

#: cgroup v1 writes "no limit" as a number larger than any machine's memory.
_UNLIMITED = 1 << 60
_FULL_DISK = 16_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that the process may use, and how many of them are left."""

    limit: int
    available: int


def read_memory(root: Path = Path("/")) -> Memory | None:
    """Lowest of the machine's memory and cgroup limits, droppable cache as available; ``None`` if neither is known."""
    known = [each for each in (*_machine_memory(root), *_cgroup_memory(root)) if each.limit < _UNLIMITED]
    if not known:
        return None
    return Memory(min(each.limit for each in known), min(each.available for each in known))


def _machine_memory(root: Path) -> Iterator[Memory]:
    with contextlib.suppress(OSError, ValueError, IndexError, KeyError):
        lines = (line.partition(":") for line in (root / "proc/meminfo").read_text().splitlines())
        found = {name: rest for name, _, rest in lines}
        yield Memory(*(int(found[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable")))


def _cgroup_memory(root: Path) -> Iterator[Memory]:
    """Limits of every cgroup of this process, v2 and v1."""
    versions = (
        (root / "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
        (root / "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    )
    for top, limit, used, page_cache in versions:
        for group in _cgroups(root, top):
            with contextlib.suppress(OSError, ValueError):  # no such group, or "max": no limit
                most, in_use = int((group / limit).read_text()), int((group / used).read_text())
                yield Memory(most, max(0, most - in_use + min(in_use, _droppable(group, page_cache))))


def _droppable(group: Path, name: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        rows = (line.split() for line in (group / "memory.stat").read_text().splitlines())
        return int(dict(rows).get(name, "0"))
    return 0


def _cgroups(root: Path, top: Path) -> list[Path]:
    """The cgroups of this process below ``top``, and their parents."""
    found = [top]
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            path = Path(line.rpartition(":")[2].lstrip("/"))
            found += [top / path, *(top / each for each in path.parents)]
    return list(dict.fromkeys(found))


def is_disk_full(folder: Path) -> bool:
    """Check whether the disk of ``folder`` is too full to write; the stores' own errors do not always say so."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < _FULL_DISK
    return False


@cache
def version() -> str:
    """The installed version of pullquote, or "unknown" where it runs from a source tree."""
    try:
        return metadata.version("pullquote")
    except metadata.PackageNotFoundError:
        return "unknown"


def exit_on(code: int, *signals: signal.Signals) -> None:
    """Let these signals end the process at once, with exit code ``code``; for the time before anything is open."""
    for each in signals:
        signal.signal(each, lambda _signal, _frame: os._exit(code))
