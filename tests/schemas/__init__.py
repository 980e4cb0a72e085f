"""Files as each released version wrote them, kept as SQL: every later version has to open them. See README.md."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

FOLDER = Path(__file__).parent


def kept(name: str) -> dict[int, Path]:
    """The kept files of a database (library, bot), by version."""
    return {int(path.stem.rpartition("-v")[2]): path for path in sorted(FOLDER.glob(f"{name}-v*.sql"))}


def revive(dump: Path, path: Path) -> Path:
    """Make the database again that a dump was made of, in WAL mode as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    return path
