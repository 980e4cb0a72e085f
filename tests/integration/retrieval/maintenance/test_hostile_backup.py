"""Hostile backups: any bytes are restored exactly, or refused in one line without a change."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sqlite3
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import Store
from bot.store.schema import MIGRATIONS as BOT_MIGRATIONS
from retrieval.core.errors import BackupError, RetrievalError
from retrieval.core.settings import Settings
from retrieval.index.sync import run_indexing
from retrieval.maintenance.backup import back_up
from retrieval.maintenance.restore import restore
from retrieval.storage.home.layout import LIBRARY_FILE
from tests.conftest import article_text
from tests.support.doubles.fakes import WordEmbedder
from tests.unit.retrieval.storage.sqlite.test_migrations import dump

Files = dict[str, bytes]


class HostileBackups:
    """A valid backup with its files, and folders to restore altered ones into."""

    def __init__(self, folder: Path, good: bytes) -> None:
        self.folder = folder
        self.good = good
        self.files = tar_files(good)
        del self.files["manifest.json"]
        self.numbers = count()

    def try_to_restore(self, data: bytes) -> Path | None:
        """Restore ``data`` and return the folder, or ``None`` after a proper refusal."""
        home = self.folder / f"home{next(self.numbers)}"
        home.mkdir()
        (home / "library.sqlite3").write_text("the old one")
        refusal = ""
        try:
            restore(home, io.BytesIO(data), "it", schemas={"bot.sqlite3": BOT_MIGRATIONS}, force=True)
        except RetrievalError as error:
            refusal = str(error)
        if refusal:
            assert "\n" not in refusal
            assert sorted(path.name for path in home.iterdir()) == ["library.sqlite3", "owner.lock"]
            assert (home / "library.sqlite3").read_text() == "the old one"
            return None
        assert [path.read_text() for path in home.glob("before-restore-*/*")] == ["the old one"]
        return home

    def packed(self, files: Files | None = None, **changes: Any) -> bytes:
        """Pack other files with a manifest that matches them, except for ``changes``."""
        files = self.files if files is None else files
        manifest = json.loads(tar_files(self.good)["manifest.json"])
        manifest["members"] = [
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "schema": schema(data)}
            for name, data in files.items()
        ]
        return packed({"manifest.json": json.dumps(manifest | changes).encode(), **files})


def schema(data: bytes) -> int | None:
    """Schema version in the header of an SQLite file."""
    return int.from_bytes(data[60:64]) if data.startswith(b"SQLite") else None


def tar_files(data: bytes) -> Files:
    """Files of a tar.gz by name."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in found.items() if file is not None}


def packed(files: Files, kind: Callable[[tarfile.TarInfo], Any] = lambda _: None) -> bytes:
    """Pack files as a tar.gz; ``kind`` may change their headers."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            kind(header)
            archive.addfile(header, io.BytesIO(data))
    return target.getvalue()


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> HostileBackups:
    """A backup of a library of one article and of a bot's records."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "a0.txt").write_text(article_text(0))
    home = folder / "home"
    run_indexing(Settings(home=home, corpus=folder / "corpus"), open_embedder=WordEmbedder().opened)
    with Store(home):
        (home / "bot.key").write_bytes(bytes(32))
    back_up(home, folder / "good.tar.gz")
    return HostileBackups(folder, (folder / "good.tar.gz").read_bytes())


def test_what_is_whole_is_restored(backups: HostileBackups) -> None:
    """A valid backup is restored, also as repacked by these tests."""
    for data in (backups.good, backups.packed()):
        home = backups.try_to_restore(data)
        assert home is not None
        assert (home / "bot.key").read_bytes() == bytes(32)


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file(backups: HostileBackups, data: st.DataObject) -> None:
    """A backup with bytes cut, flipped, removed or inserted is refused, or restored exactly."""
    raw = data.draw(st.booleans())
    content = backups.good if raw else gzip.decompress(backups.good)
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = data.draw(
        st.one_of(
            st.just(content[:place]),
            st.binary(min_size=1, max_size=600).map(lambda some: content[:place] + some + content[place + len(some) :]),
            st.binary(min_size=1, max_size=600).map(lambda some: content[:place] + some + content[place:]),
            st.integers(1, 600).map(lambda size: content[:place] + content[place + size :]),
        )
    )
    home = backups.try_to_restore(damaged if raw else gzip.compress(damaged, 1))
    if home is not None:
        (backups.folder / "expected.sqlite3").write_bytes(backups.files["bot.sqlite3"])
        assert dump(home / "bot.sqlite3") == dump(backups.folder / "expected.sqlite3")
        assert (home / "bot.key").read_bytes() == bytes(32)


@settings(max_examples=40)
@given(st.integers(0), st.binary(min_size=1, max_size=40))
def test_a_database_that_was_altered_on_purpose(backups: HostileBackups, place: int, some: bytes) -> None:
    """A database that was altered together with its checksum is refused or becomes a working library."""
    library = backups.files[LIBRARY_FILE]
    place %= len(library)
    backups.try_to_restore(
        backups.packed(backups.files | {LIBRARY_FILE: (library[:place] + some + library[place + len(some) :])})
    )


def with_sql(backups: HostileBackups, name: str, script: str) -> Files:
    """Run a script on a database of the backup."""
    path = backups.folder / f"altered{next(backups.numbers)}.sqlite3"
    path.write_bytes(backups.files[name])
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return backups.files | {name: path.read_bytes()}


FOREIGN: dict[str, Callable[[HostileBackups], bytes]] = {
    "nothing": lambda _: b"",
    "text": lambda _: b"no backup at all\n" * 99,
    "a text that was packed": lambda _: gzip.compress(b"no backup at all\n" * 99),
    "a zip": lambda backups: zipped(backups.files),
    "a plain tar": lambda backups: gzip.decompress(backups.good),
    "other files": lambda _: packed({"letter.txt": b"Dear all"}),
    "a manifest alone": lambda backups: backups.packed({}),
    "no library": lambda backups: backups.packed({"bot.key": bytes(32)}),
    "a file too many": lambda backups: packed(tar_files(backups.good) | {"more.key": b"more"}),
    "a file too few": lambda backups: packed(dict(list(tar_files(backups.good).items())[:-1])),
    "another order": lambda backups: packed(dict(reversed(tar_files(backups.good).items()))),
    "a newer format": lambda backups: backups.packed(format=99),
    "no format": lambda backups: backups.packed(format=None),
    "a format that is a truth": lambda backups: backups.packed(format=True),
    "no time": lambda backups: backups.packed(created="yesterday"),
    "a version with a bell": lambda backups: backups.packed(version="1\a\n2"),
    "a list": lambda _: packed({"manifest.json": b"[" * 50_000}),
    "a large number": lambda _: packed({"manifest.json": b"9" * 50_000}),
    "out of the folder": lambda backups: backups.packed(backups.files | {"../evil.key": b"evil"}),
    "an absolute name": lambda backups: backups.packed(backups.files | {"/tmp/evil.key": b"evil"}),  # noqa: S108
    "a folder": lambda backups: backups.packed(backups.files | {"sub/evil.key": b"evil"}),
    "a name with a line end": lambda backups: backups.packed(backups.files | {"evil\n.key": b"evil"}),
    "a log": lambda backups: backups.packed(backups.files | {"library.sqlite3-wal": b"evil"}),
    "a large key": lambda backups: backups.packed(backups.files | {"bot.key": bytes(1 << 20)}),
    "a link": lambda backups: packed(tar_files(backups.good), linked),
    "a hard link": lambda backups: packed(tar_files(backups.good), hard_linked),
    "a sparse file": lambda backups: packed(tar_files(backups.good), sparse),
    "no database": lambda backups: backups.packed(backups.files | {LIBRARY_FILE: b"no database" * 999}),
    "an empty database": lambda backups: backups.packed(backups.files | {LIBRARY_FILE: b""}),
    "another database": lambda backups: backups.packed(backups.files | {LIBRARY_FILE: backups.files["bot.sqlite3"]}),
    "a trigger": lambda backups: backups.packed(
        with_sql(backups, "bot.sqlite3", "CREATE TRIGGER t AFTER INSERT ON votes BEGIN DELETE FROM guilds; END")
    ),
    "a view": lambda backups: backups.packed(
        with_sql(backups, LIBRARY_FILE, "DROP TABLE omissions; CREATE VIEW omissions AS SELECT 1")
    ),
    "a missing table": lambda backups: backups.packed(with_sql(backups, LIBRARY_FILE, "DROP TABLE passages")),
    "vectors of another length": lambda backups: backups.packed(
        with_sql(backups, LIBRARY_FILE, "UPDATE passages SET vectors = x'00'")
    ),
    "no JSON where it belongs": lambda backups: backups.packed(
        with_sql(backups, LIBRARY_FILE, "UPDATE passages SET sentences = 'x'")
    ),
    "no model": lambda backups: backups.packed(
        with_sql(backups, LIBRARY_FILE, "UPDATE properties SET value = '[1]' WHERE name = 'model'")
    ),
}


def zipped(files: Files) -> bytes:
    """A zip of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def linked(header: tarfile.TarInfo) -> None:
    """The key becomes a symbolic link."""
    if header.name == "bot.key":
        header.type, header.linkname, header.size = tarfile.SYMTYPE, "/etc/passwd", 0


def hard_linked(header: tarfile.TarInfo) -> None:
    """The key becomes a hard link."""
    if header.name == "bot.key":
        header.type, header.linkname, header.size = tarfile.LNKTYPE, "library.sqlite3", 0


def sparse(header: tarfile.TarInfo) -> None:
    """The key becomes a sparse file."""
    if header.name == "bot.key":
        header.type = tarfile.GNUTYPE_SPARSE


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_backup_is_refused(backups: HostileBackups, kind: str) -> None:
    """A file that is no valid backup is refused and nothing of it is written."""
    beside = {path.name for path in backups.folder.glob("*.key")}
    assert backups.try_to_restore(FOREIGN[kind](backups)) is None
    assert {path.name for path in backups.folder.glob("*.key")} == beside == set()


def bomb(size: int, header: tarfile.TarInfo) -> bytes:
    """A header followed by a great many zeros."""
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=1) as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return target.getvalue()


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_decompression_bomb_takes_neither_memory_nor_disk(backups: HostileBackups, kind: bytes) -> None:
    """Sizes in headers are accepted up to the limit for a manifest only, extension headers included."""
    header = tarfile.TarInfo("manifest.json")
    header.type, header.size = kind, 200 << 20
    data = bomb(200 << 20, header)
    tracemalloc.start()
    assert backups.try_to_restore(data) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


def test_more_than_fits_on_the_disk_is_refused_at_once(backups: HostileBackups) -> None:
    """A backup larger than the free disk is refused before any file is written."""
    members = [{"name": LIBRARY_FILE, "size": 1 << 60, "sha256": "0" * 64, "schema": 1}]
    home = backups.folder / "small"
    with pytest.raises(BackupError, match="GB are free"):
        restore(home, io.BytesIO(backups.packed(members=members)), "it", schemas={})
