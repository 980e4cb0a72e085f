"""An SQLite file with a connection for each thread; its errors become ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retrieval.core.errors import DamagedStoreError, StorageError, one_line
from retrieval.storage.home.layout import LIBRARY_FILE


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Translate errors of SQLite and the system into StorageError or DamagedStoreError, each saying what to do."""
    try:
        yield
    except OSError as error:
        problem, remedy = error.strerror or str(error), "Check the disk, its room and the folder's rights."
        raise StorageError(error.filename or path, problem, remedy) from error
    except sqlite3.Error as error:
        problem = one_line(error)
        if problem.startswith("Could not decode to UTF-8"):  # and then the whole text, which stays private
            raise damaged(path, "a stored text is not UTF-8") from error
        if any(sign in problem for sign in ("malformed", "not a database", "no such table", "no such column")):
            raise damaged(path, problem) from error
        if "full" in problem or "I/O" in problem:
            remedy = "Make room on the disk and try again; what was stored before is untouched."
        else:
            remedy = "Check the folder's rights and the disk, or name another folder with --home or PULLQUOTE_HOME."
        raise StorageError(path, problem, remedy) from error


def damaged(path: Path, problem: str) -> DamagedStoreError:
    """Error for a corrupt file; only the library can be built again."""
    return DamagedStoreError(path, problem, derived=path.name == LIBRARY_FILE)


class Database:
    """An SQLite file; safe to use from several threads, each of which gets a connection of its own.

    Raises:
        StorageError: from every method, when the file cannot be read or written.
        DamagedStoreError: from every method, when it is no database or lacks what it should hold.
    """

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self._write = write
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._guard = threading.Lock()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened on first use."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with translated(self.path):
                connection = self._open()
            self._local.connection = connection
            with self._guard:
                self._all.append(connection)
        return connection

    @contextmanager
    def opening(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, for a first look; where the block raises, the file is closed."""
        try:
            with translated(self.path):
                yield self.connection()
        except BaseException:
            self.close()
            raise

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        with translated(self.path):
            cursor = self.connection().cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(sql, values).fetchall()

    def value(self, sql: str, *values: object) -> Any:
        """First column of a query's first row; ``None`` where there is no row."""
        rows = self.rows(sql, *values)
        return rows[0][0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block changes; undo it where the block raises."""
        with translated(self.path):
            connection = self.connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.rollback()
                raise

    def check(self) -> str | None:
        """SQLite's verdict on the file; ``None`` when all is well."""
        verdict = str(self.value("PRAGMA quick_check(1)"))
        return None if verdict == "ok" else verdict

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            while self._all:
                self._all.pop().close()
        self._local = threading.local()

    def _open(self) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={'rwc' if self._write else 'ro'}"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=10, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            if self._write:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
            else:
                connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection


def schema_version(connection: sqlite3.Connection) -> int:
    """Schema version of an open file; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
