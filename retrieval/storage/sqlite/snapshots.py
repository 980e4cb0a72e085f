"""Snapshots of SQLite files in use, and checks of such files; their migrations are handed in."""

from __future__ import annotations

import contextlib
import filecmp
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from retrieval.core.errors import DamagedStoreError, SchemaVersionError, StorageError, one_line
from retrieval.storage.sqlite.connection import damaged, schema_version, translated


def snapshot(source: Path, target: Path) -> int:
    """Copy a database as it is at one moment, while others may write it; returns its schema version.

    The copy is one file that needs no log beside it, checked, flushed to the disk, and its owner's only.

    Raises:
        StorageError: when a file cannot be read or written; there is no ``target`` then.
        DamagedStoreError: when ``source`` is corrupt; there is no ``target`` then.
    """
    with translated(source), closing(_reading(source)) as connection:
        return _copy(connection, target)


def keep_copy(connection: sqlite3.Connection, path: Path, name: str) -> Path:
    """Copy the open file ``path`` to ``name`` beside it or, where another copy has that, ``name.2`` and so on.

    Raises:
        StorageError: when it cannot be copied, or there are too many copies.
    """
    draft = path.with_name(f"{name}.new")
    with translated(path):
        _copy(connection, draft)
        names = (name, *(f"{name}.{number}" for number in range(2, 1000)))
        for place in map(path.with_name, names):
            if not place.exists():
                return draft.rename(place)
            if filecmp.cmp(draft, place, shallow=False):
                draft.unlink()
                return place
    raise StorageError(path, f"there are too many copies called {name}", "Delete the older ones.")


def version_of(path: Path) -> int:
    """Schema version of a file that others may write.

    Raises:
        StorageError: when it cannot be read.
        DamagedStoreError: when it is no database.
    """
    with translated(path), closing(_reading(path)) as connection:
        return schema_version(connection)


def inspect(path: Path, migrations: Sequence[str] | None) -> int:
    """Check that this program can use a file from elsewhere; returns its schema version.

    ``migrations`` are those of the program that it belongs to; ``None`` if that is not known.

    Raises:
        StorageError: when the file cannot be read.
        DamagedStoreError: when it is corrupt, or holds other tables than its version has.
        SchemaVersionError: when it is of a newer program.
    """
    with translated(path), closing(_reading(path)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        version = schema_version(connection)
        if migrations is not None and version > len(migrations):
            raise SchemaVersionError(path, version, len(migrations))
        _check(connection, path)
        found = _tables(connection)
        if foreign := sorted(name for (kind, name) in found if kind in {"trigger", "view"}):
            raise DamagedStoreError(path, f"it holds {foreign[0][:40]!r}, which this program never makes")
        if migrations is not None:
            with closing(sqlite3.connect(":memory:")) as model:
                model.executescript(";".join(migrations[:version]))
                expected = _tables(model)
            if expected.items() - found.items() or not version:
                raise DamagedStoreError(path, f"its tables are not those of version {version}")
        return version


def _copy(connection: sqlite3.Connection, target: Path) -> int:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            connection.backup(copy)  # in one step: one moment, and a writer goes on writing
            copy.execute("PRAGMA journal_mode = DELETE")
            _check(copy, target)
            version = schema_version(copy)
        with target.open("rb") as file:
            os.fsync(file.fileno())
    except BaseException:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                target.with_name(f"{target.name}{suffix}").unlink()
        raise
    return version


def _reading(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if verdict != "ok":
        raise damaged(path, one_line(verdict))


def _tables(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Tables, indexes, views and triggers of a file, SQLite's own aside."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
    return {(kind, name): sql for kind, name, sql in rows}
