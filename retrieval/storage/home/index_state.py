"""Records beside the derived indexes which state of the library they belong to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from retrieval.core.errors import StorageError
from retrieval.storage.home.layout import STATE_FILE

_TRIES, _PAUSE = 20, 0.01  # a writer changes marker and library one right after the other


class StateMarker(Protocol):
    """States of the library that an index holds all passages of, kept beside it. Both methods raise StorageError."""

    def read(self) -> frozenset[str] | None: ...

    def write(self, states: Iterable[str]) -> None: ...


def is_current(marker: StateMarker, state: Callable[[], str]) -> bool:
    """True if an index belongs to the library's present ``state``; both are read again while a writer changes them."""
    for _ in range(_TRIES):
        known = marker.read()
        if known is None or state() in known:
            return True
        time.sleep(_PAUSE)
    return False


class StateFile:
    """Marker in one folder of derived indexes.

    Before the library changes, the file names the present state and the next one; after it, and before the indexes
    forget anything, the next one alone. So a kill at any moment leaves a file that fits.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / STATE_FILE

    def read(self) -> frozenset[str] | None:
        """States that the indexes belong to; ``None`` where nothing is recorded.

        Raises:
            StorageError: when the file cannot be read.
        """
        try:
            return frozenset(self._path.read_text(encoding="ascii").split()) or None
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None
        except OSError as error:
            raise self._translated(error) from error

    def write(self, states: Iterable[str]) -> None:
        """Replace the file atomically.

        Raises:
            StorageError: when it cannot be written.
        """
        fresh = self._path.with_suffix(".new")
        try:
            with fresh.open("w", encoding="ascii") as file:
                file.write("".join(f"{state}\n" for state in sorted(states) if state))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            raise self._translated(error) from error

    def _translated(self, error: OSError) -> StorageError:
        remedy = "Check the disk and the folder's rights, then run: pullquote index"
        return StorageError(self._path, error.strerror or str(error), remedy)
