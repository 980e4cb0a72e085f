"""Locks of a data folder: one writer and one bot at a time. The system drops those of a dead process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from retrieval.core.errors import (
    BeingIndexedError,
    BeingRestoredError,
    HomeBusyError,
    InUseError,
    NotIndexedError,
    StorageError,
)
from retrieval.storage.home import atomic_swap

LOCK_FILE = "owner.lock"


@contextmanager
def owning(home: Path) -> Iterator[None]:
    """Own ``home`` while the block runs; an interrupted restore is finished first.

    Raises:
        HomeBusyError: when another process owns it; the error has its pid.
        StorageError: when the folder cannot be written.
    """
    with _locked(home, LOCK_FILE, HomeBusyError):
        atomic_swap.recover(home)
        yield


@contextmanager
def using(home: Path, lock: str) -> Iterator[None]:
    """Hold ``lock`` (a name that ends with .lock) in ``home`` while the block runs: no restore replaces the stores.

    Raises:
        InUseError: when another process holds it.
        BeingRestoredError: while a backup is restored into ``home``.
        StorageError: when the folder cannot be written.
    """
    with _locked(home, lock, InUseError):
        if atomic_swap.is_pending(home):
            try:
                with owning(home):  # finishes it
                    pass
            except HomeBusyError as error:
                raise BeingRestoredError(home, error.pid) from error
        # A restore makes its folder first and looks for locks then: one of the two sees the other.
        if atomic_swap.is_begun(home) and is_owned(home):
            raise BeingRestoredError(home, owner_of(home))
        yield


@contextmanager
def unused(home: Path) -> Iterator[None]:
    """Hold every lock in ``home`` but its owner's, which the caller has.

    Raises:
        InUseError: when another process holds one of them.
    """
    with ExitStack() as stack:
        for path in sorted(home.glob("*.lock")):
            if path.name != LOCK_FILE:
                stack.enter_context(_locked(home, path.name, InUseError))
        yield


def refuse_unfinished_restore(home: Path) -> None:
    """Refuse to read ``home`` while its stores are partly replaced; reading never finishes a restore.

    Raises:
        BeingRestoredError: while a backup is restored into ``home``.
        StorageError: when a restore was interrupted.
    """
    if atomic_swap.is_pending(home):
        if is_owned(home):
            raise BeingRestoredError(home, owner_of(home))
        raise StorageError(home, "a restore into it was interrupted", "Run: pullquote index, which finishes it first")


@contextmanager
def _locked(home: Path, name: str, refusal: type[HomeBusyError]) -> Iterator[None]:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(home / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        problem = error.strerror or "cannot be written"
        raise StorageError(home, problem, "Name a writable folder with --home or PULLQUOTE_HOME.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise refusal(home, owner_of(home, name)) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        # The file stays: removing it would let a third process lock a file that no other can see.
        os.close(descriptor)


@contextmanager
def first_run_named(home: Path) -> Iterator[None]:
    """Raise BeingIndexedError instead of NotIndexedError where another process owns ``home``."""
    try:
        yield
    except BeingIndexedError:
        raise
    except NotIndexedError as error:
        if is_owned(home):
            raise BeingIndexedError(home, owner_of(home)) from error
        raise


def is_owned(home: Path, lock: str = LOCK_FILE) -> bool:
    """True while a process holds ``lock`` in ``home``."""
    try:
        descriptor = os.open(home / lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def owner_of(home: Path, lock: str = LOCK_FILE) -> int | None:
    """Pid of the present or the last owner of ``lock``; ``None`` if it is unknown."""
    try:
        return int((home / lock).read_text())
    except (OSError, ValueError):
        return None
