"""Schema versions of the library: older ones are migrated, newer ones refused, half steps undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.core.errors import NotIndexedError, SchemaVersionError
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.library import Library, LibraryWriter, migrate
from retrieval.storage.library.schema import MIGRATIONS

#: What a next version might bring.
NEXT = "CREATE TABLE marks (name TEXT); INSERT INTO marks SELECT 'generation ' || value FROM properties"
#: One that fails after it has already changed something.
BROKEN = "CREATE TABLE halves (name TEXT); INSERT INTO nowhere VALUES (1)"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A library file of the present version with something in it."""
    LibraryWriter(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / LIBRARY_FILE, isolation_level=None)) as connection:
        connection.execute("INSERT INTO properties VALUES ('generation', '7')")
        yield connection


def tables(connection: sqlite3.Connection) -> set[str]:
    """The names of a file's tables."""
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def version(connection: sqlite3.Connection) -> int:
    """A file's version."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_new_library_has_the_newest_version(file: sqlite3.Connection) -> None:
    """Making a library runs every step there is."""
    assert version(file) == len(MIGRATIONS)
    assert {"articles", "passages", "omissions", "vocabulary", "properties"} <= tables(file)


def test_an_older_file_is_brought_up_to_date(file: sqlite3.Connection, tmp_path: Path) -> None:
    """Only the missing step runs, and what was stored is still there."""
    assert migrate(file, tmp_path, (*MIGRATIONS, NEXT)) == len(MIGRATIONS)
    assert version(file) == len(MIGRATIONS) + 1
    assert file.execute("SELECT name FROM marks").fetchall() == [("generation 7",)]
    assert migrate(file, tmp_path, (*MIGRATIONS, NEXT)) == len(MIGRATIONS) + 1
    assert file.execute("SELECT count(*) FROM marks").fetchone() == (1,)


def test_a_step_that_fails_leaves_no_trace(file: sqlite3.Connection, tmp_path: Path) -> None:
    """A step is done wholly or not at all; the ones before it stand, and the next try goes on from there."""
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(file, tmp_path, (*MIGRATIONS, NEXT, BROKEN))
    assert version(file) == len(MIGRATIONS) + 1
    assert "marks" in tables(file)
    assert "halves" not in tables(file)
    assert not file.in_transaction
    migrate(file, tmp_path, (*MIGRATIONS, NEXT, "CREATE TABLE halves (name TEXT)"))
    assert version(file) == len(MIGRATIONS) + 2


def test_a_file_of_a_newer_program_is_refused(file: sqlite3.Connection, tmp_path: Path) -> None:
    """Neither reading nor writing touches what this program does not understand."""
    file.execute("PRAGMA user_version = 99")
    with pytest.raises(SchemaVersionError, match=r"version 99.*Upgrade"):
        LibraryWriter(tmp_path)
    with pytest.raises(SchemaVersionError, match="99"):
        Library(tmp_path)
    assert version(file) == 99
    assert file.execute("SELECT value FROM properties").fetchall() == [("7",)]


def test_reading_does_not_make_a_library(tmp_path: Path) -> None:
    """A reader of an empty folder says that nothing is indexed, and leaves no file behind."""
    with pytest.raises(NotIndexedError, match="pullquote index"):
        Library(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_reading_an_empty_file_says_that_nothing_is_indexed(tmp_path: Path) -> None:
    """A file that was begun and never filled is no library yet."""
    (tmp_path / LIBRARY_FILE).touch()
    with pytest.raises(NotIndexedError):
        Library(tmp_path)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """A library that was opened for reading refuses every change."""
    LibraryWriter(tmp_path).close()
    uri = f"file:{tmp_path / LIBRARY_FILE}"
    with Library(tmp_path) as library, closing(sqlite3.connect(uri, uri=True)) as other:
        assert library.properties.generation() == 0
        other.execute("INSERT INTO properties VALUES ('generation', '3')")
        other.commit()
        assert library.properties.generation() == 3
