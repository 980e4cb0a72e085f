"""Checks of what a data folder and its programs live in: memory, older copies, versions. For ``doctor``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from retrieval.checks import Check, Verdict
from retrieval.errors import RetrievalError, SchemaVersionError
from retrieval.library import FILE_NAME, MIGRATIONS, version_of
from retrieval.ownership import LOCK_FILE, is_owned, owner_of
from retrieval.plugins import database_migrations
from retrieval.swap import ASIDE

#: What a bot with the packaged model and a small library takes, with room for ten questions at once.
NEEDED_MEMORY = 1_000_000_000
_UNLIMITED = 1 << 60


def memory(root: Path = Path("/")) -> Check:
    """Whether there is memory for a bot, within the limits of the container or service too."""
    total, available = _of_machine(root)
    for limit, used in _of_groups(root):
        total, available = min(total, limit), min(available, max(0, limit - used))
    if total >= _UNLIMITED:
        return Check("Memory", Verdict.NOTE, "this system does not say how much there is")
    finding = f"{available / 1e9:.1f} of {total / 1e9:.1f} GB available"
    if total < NEEDED_MEMORY:
        remedy = "Raise the limit of the container or service, or take a larger machine: the bot needs about 1 GB."
        return Check("Memory", Verdict.BAD, finding, remedy)
    if available < NEEDED_MEMORY:
        return Check("Memory", Verdict.NOTE, f"{finding}; a bot that is to be started needs about 1 GB")
    return Check("Memory", Verdict.GOOD, finding)


def _of_machine(root: Path) -> tuple[int, int]:
    found = {"MemTotal": _UNLIMITED, "MemAvailable": _UNLIMITED}
    with contextlib.suppress(OSError, ValueError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0]) * 1024
    return found["MemTotal"], found["MemAvailable"]


def _of_groups(root: Path) -> Iterator[tuple[int, int]]:
    """Limit and use of every control group that this process is in, in bytes."""
    version2 = ("memory.max", "memory.current", "inactive_file")
    version1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    tops = ((root / "sys/fs/cgroup", *version2), (root / "sys/fs/cgroup/memory", *version1))
    for top, limit, used, cache in tops:
        for group in _groups(root, top):
            with contextlib.suppress(OSError, ValueError):  # no such group, or "max": no limit
                stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
                in_use = int((group / used).read_text()) - int(stat.get(cache, "0"))
                yield int((group / limit).read_text()), in_use


def _groups(root: Path, top: Path) -> list[Path]:
    """The control groups of this process below ``top``, and those that they are in."""
    found = [top]
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            path = Path(line.rpartition(":")[2].lstrip("/"))
            found += [top / path, *(top / each for each in path.parents)]
    return list(dict.fromkeys(found))


def databases(home: Path) -> Iterator[Check]:
    """The version of each database, and whether this program knows it."""
    known = {FILE_NAME: MIGRATIONS, **database_migrations()}
    for path in sorted(home.glob("*.sqlite3")):
        newest = len(known[path.name]) if path.name in known else None
        subject = f"Schema of {path.name}"
        try:
            version = version_of(path)
        except RetrievalError as error:
            yield Check(subject, Verdict.BAD, str(error))
            continue
        if newest is not None and version > newest:
            yield Check(subject, Verdict.BAD, str(SchemaVersionError(path, version, newest)))
        elif newest is not None and 0 < version < newest:
            finding = f"version {version}; it becomes {newest} when the bot starts or pullquote index runs"
            yield Check(subject, Verdict.NOTE, f"{finding}, after a copy of it was made")
        else:
            yield Check(subject, Verdict.GOOD, f"version {version}")


def leftovers(home: Path) -> Iterator[Check]:
    """Older copies that a restore or an upgrade keeps, until somebody deletes them."""
    kept = [*home.glob(f"{ASIDE}*"), *home.glob("*.before-v*"), *home.glob("*.damaged-*")]
    if kept:
        names = ", ".join(sorted(path.name for path in kept)[:5])
        more = f" and {len(kept) - 5} more" if len(kept) > 5 else ""
        finding = f"{home} holds {names}{more}, which may contain what members have asked to forget"
        yield Check("Older copies", Verdict.NOTE, finding, "Delete them once you are sure that all is well.")


def users(home: Path) -> Iterator[Check]:
    """Which processes use the folder for as long as they live."""
    for path in sorted(home.glob("*.lock")):
        if path.name != LOCK_FILE and is_owned(home, path.name):
            yield Check("In use", Verdict.GOOD, f"process {owner_of(home, path.name)} runs on {home} ({path.name})")
