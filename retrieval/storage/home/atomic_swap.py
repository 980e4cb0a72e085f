"""Puts what a restore has prepared in the place of what is there: all of it or nothing, whenever the process dies.

A restore prepares a whole data folder inside the data folder. Three renames of that one folder divide the work, and
every step between them can be done again: as ``restore-unfinished`` it counts for nothing and is deleted; as
``restore-prepared`` what is there is moved aside; as ``restore-cleared`` what was prepared is moved in. Whoever owns
the data folder next goes on where a dead process stopped. All functions but ``pending`` want it to be owned.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from retrieval.core.errors import StorageError

UNFINISHED, PREPARED, CLEARED = "restore-unfinished", "restore-prepared", "restore-cleared"
ASIDE = "before-restore-"
#: What belongs to the stores of a data folder; locks, older copies and everything else stay where they are.
_OWN = ("*.sqlite3", "*.sqlite3-wal", "*.sqlite3-shm", "*.key", "indexes-*")
_ASIDE_NOTE = "aside"


def own(folder: Path) -> list[Path]:
    """The stores in a data folder: databases with their logs, keys, derived indexes."""
    return sorted(path for pattern in _OWN for path in folder.glob(pattern))


def pending(home: Path) -> bool:
    """Whether a restore was interrupted, or is at this moment, between the old stores and the new ones."""
    return (home / PREPARED).is_dir() or (home / CLEARED).is_dir()


def beginning(home: Path) -> bool:
    """Whether a restore is being prepared, or was when its process died."""
    return pending(home) or (home / UNFINISHED).is_dir()


def begin(home: Path) -> Path:
    """An empty folder to prepare the new stores in."""
    folder = home / UNFINISHED
    folder.mkdir(mode=0o700)
    return folder


def discard(home: Path) -> None:
    """Forget what was prepared, unless it counts already."""
    shutil.rmtree(home / UNFINISHED, ignore_errors=True)


def commit(home: Path) -> Path | None:
    """Let what was prepared be the data folder's stores; where the old ones are now. Raises StorageError."""
    aside = _free_name(home) if own(home) else None
    try:
        if aside is not None:
            _write(home / UNFINISHED / _ASIDE_NOTE, aside.name)
        _complete(home / UNFINISHED, home)
        (home / UNFINISHED).rename(home / PREPARED)
    except OSError as error:
        raise _translated(home, error) from error
    settle(home)
    return aside


def settle(home: Path) -> None:
    """Go on where a restore stopped, if one did. Raises StorageError."""
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
        for path in own(home):
            path.rename(aside / path.name)
        _sync(aside)
    _sync(home)
    (home / PREPARED).rename(home / CLEARED)
    _sync(home)


def _fill(home: Path) -> None:
    """Move the new stores in; what was moved before is no longer there."""
    folder = home / CLEARED
    for path in own(folder):
        path.rename(home / path.name)
    _sync(home)
    (folder / _ASIDE_NOTE).unlink(missing_ok=True)
    folder.rmdir()
    _sync(home)


def _free_name(home: Path) -> Path:
    stamp = ASIDE + time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    names = (stamp, *(f"{stamp}-{number}" for number in range(2, 1000)))
    return next(home / name for name in names if not (home / name).exists())


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write(text)


def _complete(folder: Path, home: Path) -> None:
    """Bring everything that was prepared onto the disk, as the property of whoever owns the data folder."""
    owner = home.stat()
    for path in (*folder.rglob("*"), folder):
        if os.geteuid() == 0:  # an administrator restores for the user as whom the bot runs
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
