"""Checks of a data folder's environment: memory, parsers, schema versions, stale copies, lock holders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from retrieval.core.errors import RetrievalError, SchemaVersionError
from retrieval.core.health import Check, Verdict
from retrieval.core.system import read_memory
from retrieval.ingest.isolation import Confinement, confinement
from retrieval.maintenance.plugins import database_migrations
from retrieval.storage.home.atomic_swap import ASIDE
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.home.lock import LOCK_FILE, is_owned, owner_of
from retrieval.storage.library import MIGRATIONS, version_of

#: Bytes for a bot with the packaged model and a small library, with room for ten concurrent questions.
REQUIRED_MEMORY = 1_000_000_000


def check_memory(root: Path = Path("/")) -> Check:
    """Check the memory for a bot, within the limits of its container or service."""
    found = read_memory(root)
    if found is None:
        return Check("Memory", Verdict.NOTE, "this system does not say how much there is")
    finding = f"{found.available / 1e9:.1f} of {found.limit / 1e9:.1f} GB available"
    if found.limit < REQUIRED_MEMORY:
        remedy = "Raise the limit of the container or service, or take a larger machine: the bot needs about 1 GB."
        return Check("Memory", Verdict.BAD, finding, remedy)
    if found.available < REQUIRED_MEMORY:
        return Check("Memory", Verdict.NOTE, f"{finding}; a bot that starts now needs about 1 GB")
    return Check("Memory", Verdict.GOOD, finding)


def check_parsers(find: Callable[[], Confinement] = confinement) -> Check:
    """Check that a parser can be started, and that the kernel confines it."""
    try:
        found = find()
    except RetrievalError as error:
        return Check("Parsers", Verdict.BAD, str(error), "Check the installation, and that processes may be started.")
    if found.landlock and found.seccomp:
        return Check("Parsers", Verdict.GOOD, found.detail)
    remedy = "Index files of strangers in a container without network, or on Linux 6.7 or later."
    return Check("Parsers", Verdict.NOTE, found.detail, remedy)


def check_databases(home: Path) -> Iterator[Check]:
    """Check that this program supports the schema version of each database."""
    known = {LIBRARY_FILE: MIGRATIONS, **database_migrations()}
    for path in sorted(home.glob("*.sqlite3")):
        subject = f"Schema of {path.name}"
        try:
            version = version_of(path)
            newest = len(known[path.name]) if path.name in known else version
            if version > newest:
                raise SchemaVersionError(path, version, newest)
        except RetrievalError as error:
            yield Check(subject, Verdict.BAD, str(error))
            continue
        if 0 < version < newest:
            finding = f"version {version}; it becomes {newest} when the bot starts or pullquote index runs"
            yield Check(subject, Verdict.NOTE, f"{finding}, after a copy of it was made")
        else:
            yield Check(subject, Verdict.GOOD, f"version {version}")


def stale_copies(home: Path) -> Iterator[Check]:
    """Report old copies that a restore or an upgrade has kept."""
    kept = [*home.glob(f"{ASIDE}*"), *home.glob("*.before-v*"), *home.glob("*.damaged-*")]
    if kept:
        names = ", ".join(sorted(path.name for path in kept)[:5])
        more = f" and {len(kept) - 5} more" if len(kept) > 5 else ""
        finding = f"{home} holds {names}{more}, which may contain what members have asked to forget"
        yield Check("Older copies", Verdict.NOTE, finding, "Delete them once you are sure that all is well.")


def lock_holders(home: Path) -> Iterator[Check]:
    """Report long-running processes that hold a lock of the data folder."""
    for path in sorted(home.glob("*.lock")):
        if path.name != LOCK_FILE and is_owned(home, path.name):
            yield Check("In use", Verdict.GOOD, f"process {owner_of(home, path.name)} runs on {home} ({path.name})")
