"""One process at a time may write a data folder: an advisory lock that the system drops when its owner dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.errors import BeingIndexedError, HomeBusyError, NotIndexedError, StorageError

LOCK_FILE = "owner.lock"


@contextmanager
def owning(home: Path) -> Iterator[None]:
    """Own ``home`` while the block runs. Raises HomeBusyError with the owner's pid, StorageError."""
    path = home / LOCK_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        problem = error.strerror or "cannot be written"
        raise StorageError(home, problem, "Name a writable folder with --home.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HomeBusyError(home, owner_of(home)) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        # The file stays: removing it would let a third process lock a file that nobody else can see.
        os.close(descriptor)


@contextmanager
def first_run_named(home: Path) -> Iterator[None]:
    """NotIndexedError becomes BeingIndexedError where another process owns ``home`` at this moment."""
    try:
        yield
    except BeingIndexedError:
        raise
    except NotIndexedError as error:
        if is_owned(home):
            raise BeingIndexedError(home, owner_of(home)) from error
        raise


def is_owned(home: Path) -> bool:
    """Whether some process owns ``home`` at this moment."""
    try:
        descriptor = os.open(home / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def owner_of(home: Path) -> int | None:
    """The pid written by the present or the last owner."""
    try:
        return int((home / LOCK_FILE).read_text())
    except (OSError, ValueError):
        return None
