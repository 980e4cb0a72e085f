"""Back up the databases and keys of a data folder into one file while they are in use."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from retrieval.core.errors import BackupError, DamagedStoreError, NotIndexedError, OutdatedLibraryError, StorageError
from retrieval.core.system import version
from retrieval.maintenance.archive import MEMBER_NAME, TIME_FORMAT, Manifest, Member, describe_member, write
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.home.lock import refuse_unfinished_restore
from retrieval.storage.library import Library, snapshot

STREAM = Path("-")
_EXISTS = ("it exists", "Name another file, or overwrite it with --force")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Result of a backup. ``size`` is the size of the file in bytes, 0 for standard output."""

    manifest: Manifest
    size: int
    seconds: float


def back_up(home: Path, target: Path, *, force: bool = False) -> BackupReport:
    """Write a backup of ``home`` to the file ``target``, atomically; ``-`` is standard output.

    Example:
        >>> back_up(Path(".pullquote"), Path("pullquote.tar.gz"))  # doctest: +SKIP

    Raises:
        NotIndexedError: ``home`` holds no library.
        BackupError: ``target`` exists, or cannot be written; it is unchanged.
        StorageError: A restore into ``home`` was interrupted.
    """
    started = time.monotonic()
    refuse_unfinished_restore(home)
    if not (home / LIBRARY_FILE).exists():
        raise NotIndexedError(home)
    streamed = target == STREAM
    if not streamed:
        _check_target(home, target, force=force)
    place = home if streamed else target.absolute().parent
    with (
        _system_errors_as_backup_errors(target),
        tempfile.TemporaryDirectory(prefix=".pullquote-backup-", dir=place, ignore_cleanup_errors=True) as name,
    ):
        folder = Path(name)
        manifest = _manifest(folder, _copy_files(home, folder))
        if streamed:
            write(sys.stdout.buffer, manifest, folder)
            sys.stdout.buffer.flush()
            return BackupReport(manifest, 0, time.monotonic() - started)
        draft = folder / "draft"
        with draft.open("xb") as file:
            draft.chmod(0o600)
            write(file, manifest, folder)
            file.flush()
            os.fsync(file.fileno())
        size = draft.stat().st_size
        _publish(draft, target, force=force)
    return BackupReport(manifest, size, time.monotonic() - started)


def _check_target(home: Path, target: Path, *, force: bool) -> None:
    """Refuse a target that would overwrite something else, or be taken for a part of the data folder."""
    if target.is_dir():
        raise BackupError(target, "it is a folder", "Name a file, such as pullquote.tar.gz")
    if target.absolute().parent.resolve() == home.resolve() and target.suffix in {".sqlite3", ".key", ".lock"}:
        raise BackupError(target, "the data folder keeps its own files under such names", "Name it pullquote.tar.gz")
    if not target.exists():
        return
    if not force:
        raise BackupError(target, *_EXISTS)
    with _system_errors_as_backup_errors(target), target.open("rb") as file:
        if not target.is_file() or file.read(2) not in {b"\x1f\x8b", b""}:  # gzip
            raise BackupError(target, "it exists and is no backup", "Name another file, or delete it yourself")


def _publish(draft: Path, target: Path, *, force: bool) -> None:
    """Rename the finished file to ``target``."""
    if force:
        draft.replace(target)
    else:
        try:
            os.link(draft, target)  # unlike a rename it never replaces a file that appeared meanwhile
        except FileExistsError as error:
            raise BackupError(target, *_EXISTS) from error
        except OSError:  # the file system has no hard links
            draft.rename(target)
    descriptor = os.open(target.absolute().parent, os.O_RDONLY | os.O_CLOEXEC)
    with suppress(OSError):
        os.fsync(descriptor)
    os.close(descriptor)


def _copy_files(home: Path, folder: Path) -> tuple[Member, ...]:
    """Copy the databases and keys of ``home``: a database is useless with another key than it was written with."""
    schemas = {}
    for _ in range(3):
        keys = _read_keys(home)
        for path in home.glob("*.sqlite3"):
            if MEMBER_NAME.fullmatch(path.name):
                schemas[path.name] = _snapshot(path, folder)
        if _read_keys(home) == keys:
            break
    else:
        raise BackupError(home, "its keys keep changing", "Try again")
    for name, content in keys.items():
        (folder / name).write_bytes(content)
    names = sorted([*schemas, *keys], key=lambda name: (name.partition(".")[0], name in keys))
    return tuple(describe_member(folder / name, schemas.get(name)) for name in names)


def _read_keys(home: Path) -> dict[str, bytes]:
    found = {}
    for path in home.glob("*.key"):
        with suppress(FileNotFoundError):  # it was just deleted
            if MEMBER_NAME.fullmatch(path.name):
                found[path.name] = path.read_bytes()
    return found


def _snapshot(path: Path, folder: Path) -> int:
    try:
        return snapshot(path, folder / path.name)
    except DamagedStoreError as error:
        remedy = "Run: pullquote doctor" if path.name == LIBRARY_FILE else "Restore it from an older backup"
        raise BackupError(path, error.problem, remedy) from error
    except StorageError as error:
        remedy = "Check that folder, its rights and the room on its disk"
        raise BackupError(path, f"cannot be copied into {folder.parent} ({error.problem})", remedy) from error


def _manifest(folder: Path, members: tuple[Member, ...]) -> Manifest:
    articles = passages = None
    with suppress(OutdatedLibraryError), Library(folder) as library:
        articles, passages = len(library.articles.digests()), library.passages.count()
    return Manifest(version(), time.strftime(TIME_FORMAT, time.gmtime()), articles, passages, members)


@contextmanager
def _system_errors_as_backup_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        problem = error.strerror or str(error)
        raise BackupError(target, problem, "Check the folder, its rights and the room on its disk") from error
