"""Replaces the stores of a data folder by those that a restore has prepared: all or nothing, wherever it is killed.

A restore prepares the new stores in one folder within the data folder. The name of that folder is its progress:

====================== ================================== =========================================
folder                 state                              ``recover``
====================== ================================== =========================================
``restore-unfinished`` new stores are being prepared      deletes it: nothing has changed
``restore-prepared``   new stores are complete            moves the old stores aside, then goes on
``restore-cleared``    old stores are out of the way      moves the new stores in
====================== ================================== =========================================

Every step can be repeated. Only ``is_pending`` and ``is_begun`` may be called without owning the data folder.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from retrieval.core.errors import StorageError
from retrieval.storage.home.layout import GENERATION

UNFINISHED, PREPARED, CLEARED = "restore-unfinished", "restore-prepared", "restore-cleared"
ASIDE = "before-restore-"
#: The stores of a data folder; locks, older copies and everything else stay where they are.
_STORES = ("*.sqlite3", "*.sqlite3-wal", "*.sqlite3-shm", "*.key", f"{GENERATION}*")
_ASIDE_NOTE = "aside"


def store_files(folder: Path) -> list[Path]:
    """Stores in a data folder: databases with their logs, keys, derived indexes."""
    return sorted(path for pattern in _STORES for path in folder.glob(pattern))


def is_pending(home: Path) -> bool:
    """True if a restore is, or was interrupted, between the old stores and the new ones."""
    return (home / PREPARED).is_dir() or (home / CLEARED).is_dir()


def is_begun(home: Path) -> bool:
    """True if a restore is under way or was interrupted, in any of the three states."""
    return is_pending(home) or (home / UNFINISHED).is_dir()


def prepare(home: Path) -> Path:
    """Make the empty folder in which the new stores are prepared."""
    folder = home / UNFINISHED
    folder.mkdir(mode=0o700)
    return folder


def discard(home: Path) -> None:
    """Delete what was prepared, unless it is complete."""
    shutil.rmtree(home / UNFINISHED, ignore_errors=True)


def commit(home: Path) -> Path | None:
    """Make what was prepared the data folder's stores.

    Returns:
        Folder with the old stores; ``None`` where there were none.

    Raises:
        StorageError: when a file cannot be moved; ``recover`` goes on.
    """
    aside = _free_name(home) if store_files(home) else None
    try:
        if aside is not None:
            (home / UNFINISHED / _ASIDE_NOTE).write_text(aside.name, encoding="ascii")
        _flush(home / UNFINISHED, home)
        (home / UNFINISHED).rename(home / PREPARED)
    except OSError as error:
        raise _translated(home, error) from error
    recover(home)
    return aside


def recover(home: Path) -> None:
    """Finish or undo an interrupted restore, if there is one.

    Raises:
        StorageError: when a file cannot be moved.
    """
    try:
        if (home / PREPARED).is_dir():
            _clear(home)
        if (home / CLEARED).is_dir():
            _fill(home)
        discard(home)
    except OSError as error:
        raise _translated(home, error) from error


def _clear(home: Path) -> None:
    """Move the old stores aside; what was moved before is no longer here."""
    note = home / PREPARED / _ASIDE_NOTE
    if note.exists():
        aside = home / note.read_text(encoding="ascii")
        aside.mkdir(mode=0o700, exist_ok=True)
        for path in store_files(home):
            path.rename(aside / path.name)
        _sync(aside)
    _sync(home)
    (home / PREPARED).rename(home / CLEARED)
    _sync(home)


def _fill(home: Path) -> None:
    """Move the new stores in; what was moved before is no longer there."""
    folder = home / CLEARED
    for path in store_files(folder):
        path.rename(home / path.name)
    _sync(home)
    (folder / _ASIDE_NOTE).unlink(missing_ok=True)
    folder.rmdir()
    _sync(home)


def _free_name(home: Path) -> Path:
    first = ASIDE + time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    names = (first, *(f"{first}-{number}" for number in range(2, 1000)))
    return next(home / name for name in names if not (home / name).exists())


def _flush(folder: Path, home: Path) -> None:
    """Flush everything that was prepared to the disk, with the owner of the data folder."""
    owner = home.stat()
    for path in (*folder.rglob("*"), folder):
        if os.geteuid() == 0:  # an administrator restores for the bot's user
            os.chown(path, owner.st_uid, owner.st_gid)
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _translated(home: Path, error: OSError) -> StorageError:
    remedy = "Check the disk and the folder's rights; the next command goes on with the restore where it stopped."
    return StorageError(error.filename or home, error.strerror or str(error), remedy)
