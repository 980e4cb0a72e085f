"""How much memory this process may use, and how much of that is left, as Linux tells."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Control groups of version 1 say "no limit" as a number that no machine has.
_UNLIMITED = 1 << 60


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: what the process may use, and how much of it is left."""

    limit: int
    available: int


def measure(root: Path = Path("/")) -> Memory | None:
    """The narrowest of the machine's memory and the limits of container and service; ``None`` if nothing tells.

    A file cache that the system may drop counts as available.
    """
    known = [each for each in (*_of_machine(root), *_of_groups(root)) if each.limit < _UNLIMITED]
    if not known:
        return None
    return Memory(min(each.limit for each in known), min(each.available for each in known))


def _of_machine(root: Path) -> Iterator[Memory]:
    with contextlib.suppress(OSError, ValueError, IndexError, KeyError):
        lines = (line.partition(":") for line in (root / "proc/meminfo").read_text().splitlines())
        found = {name: rest for name, _, rest in lines}
        yield Memory(*(int(found[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable")))


def _of_groups(root: Path) -> Iterator[Memory]:
    """Of every control group that this process is in, of either version."""
    version2 = ("memory.max", "memory.current", "inactive_file")
    version1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    tops = ((root / "sys/fs/cgroup", *version2), (root / "sys/fs/cgroup/memory", *version1))
    for top, limit, used, cache in tops:
        for group in _groups(root, top):
            with contextlib.suppress(OSError, ValueError):  # no such group, or "max": no limit
                most, in_use = int((group / limit).read_text()), int((group / used).read_text())
                yield Memory(most, max(0, most - in_use + min(in_use, _droppable(group, cache))))


def _droppable(group: Path, name: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        rows = (line.split() for line in (group / "memory.stat").read_text().splitlines())
        return int(dict(rows).get(name, "0"))
    return 0


def _groups(root: Path, top: Path) -> list[Path]:
    """The control groups of this process below ``top``, and those that they are in."""
    found = [top]
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            path = Path(line.rpartition(":")[2].lstrip("/"))
            found += [top / path, *(top / each for each in path.parents)]
    return list(dict.fromkeys(found))
