"""Opens the SQLite file and turns its errors into ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.core.errors import DamagedStoreError, StorageError, one_line


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as StorageError or DamagedStoreError, each saying what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        problem = one_line(error)
        if problem.startswith("Could not decode to UTF-8"):  # and then the whole text, which is nobody's business
            raise DamagedStoreError(path, "a stored text is not UTF-8") from error
        if any(sign in problem for sign in ("malformed", "not a database", "no such table", "no such column")):
            raise DamagedStoreError(path, problem) from error
        if "full" in problem or "I/O" in problem:
            remedy = "Make room on the disk and try again; what was stored before is untouched."
        else:
            remedy = "Check the folder's rights and the disk, or name another folder with --home or PULLQUOTE_HOME."
        raise StorageError(path, problem, remedy) from error


class Connections:
    """One SQLite connection a thread, all closed together."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self._write = write
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._guard = threading.Lock()

    def get(self) -> sqlite3.Connection:
        """This thread's connection, opened when first asked for. Raises StorageError."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with translated(self.path):
                connection = self._open()
            self._local.connection = connection
            with self._guard:
                self._all.append(connection)
        return connection

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
    """The version of an open file; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
