"""Brings an SQLite file up to the newest version, after a copy of it as it was has been put beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from retrieval.core.errors import SchemaVersionError
from retrieval.storage.sqlite.connection import schema_version
from retrieval.storage.sqlite.snapshots import keep_copy


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> int:
    """Run the migrations that a file lacks, each in a transaction of its own; the version found.

    A file that holds something is copied first, to ``<name>.before-v<newest version>``.

    Raises:
        SchemaVersionError: when the file is of a newer program; it is unchanged then.
        StorageError: when there is no room for the copy; the file is unchanged then.
    """
    found = schema_version(connection)
    if found > len(migrations):
        raise SchemaVersionError(path, found, len(migrations))
    if 0 < found < len(migrations):
        keep_copy(connection, path, f"{path.name}.before-v{len(migrations)}")
    for version in range(found, len(migrations)):
        script = f"BEGIN IMMEDIATE; {migrations[version]}; PRAGMA user_version = {version + 1}; COMMIT;"
        try:
            connection.executescript(script)
        except sqlite3.Error:
            if connection.in_transaction:
                connection.rollback()
            raise
    return found
