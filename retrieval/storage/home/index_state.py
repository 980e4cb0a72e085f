"""A note beside the derived indexes that says which state of the library they were made for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from retrieval.core.errors import StorageError

FILE_NAME = "library.state"
_TRIES, _PAUSE = 20, 0.01  # a writer changes note and library one right after the other


class Note(Protocol):
    """Which states of the library an index serves, kept beside it. Both methods raise StorageError."""

    def read(self) -> frozenset[str] | None: ...

    def write(self, states: Iterable[str]) -> None: ...


def fits(note: Note, state: Callable[[], str]) -> bool:
    """Whether an index serves the library, whose ``state`` is asked anew while a writer may be changing both."""
    for _ in range(_TRIES):
        known = note.read()
        if known is None or state() in known:
            return True
        time.sleep(_PAUSE)
    return False


class Stamp:
    """The note in one folder of derived indexes.

    Before the library changes, the note names the state that is and the one that comes; after it, and before the
    indexes forget anything, the new one alone. So a kill at any moment leaves a note that fits.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def read(self) -> frozenset[str] | None:
        """The states that the indexes serve; ``None`` where nothing is known. Raises StorageError."""
        try:
            return frozenset(self._path.read_text(encoding="ascii").split()) or None
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None
        except OSError as error:
            raise self._translated(error) from error

    def write(self, states: Iterable[str]) -> None:
        """Replace the note in one step. Raises StorageError."""
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
