"""Restores that end by SIGKILL before a chosen line: what a child process of the backup tests does.

A tracing hook counts the lines of our own modules, so that nothing of the program is replaced.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from retrieval.maintenance import archive, restore
from retrieval.storage.home import atomic_swap
from retrieval.storage.home.lock import owning

_SWAP = (atomic_swap.__file__,)
_WHOLE = (atomic_swap.__file__, archive.__file__, restore.__file__)


class Lines:
    """Counts the lines that are executed in some files, and kills this process before the one numbered ``fatal``.

    ``turns`` are the numbers of the lines before which the names in the folder ``home`` have changed.
    """

    def __init__(self, files: Sequence[str], fatal: int, home: Path) -> None:
        self.count = 0
        self.turns: list[int] = []
        self._names: list[Path] = []
        self._home = home
        self._files = files
        self._fatal = fatal

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Any:
        """The hook for ``sys.settrace``."""
        if frame.f_code.co_filename not in self._files:
            return None
        if event == "line":
            self.count += 1
            if self.count == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            if not self._fatal and (names := sorted(self._home.rglob("*"))) != self._names:
                self._names = names
                self.turns.append(self.count)
        return self


def _traced(files: Sequence[str], home: Path, fatal: int, counted: Path | None, work: Any) -> None:
    lines = Lines(files, fatal, home)
    sys.settrace(lines)
    try:
        work()
    finally:
        sys.settrace(None)
    if counted is not None:
        counted.write_text(" ".join(map(str, [*lines.turns, lines.count])))


def commit(home: Path, fatal: int, counted: Path | None = None) -> None:
    """Put in place what was prepared in ``home``."""
    _traced(_SWAP, home, fatal, counted, lambda: atomic_swap.commit(home))


def mend(home: Path, fatal: int, counted: Path | None = None) -> None:
    """Do what any command that writes does first."""

    def work() -> None:
        with owning(home):
            pass

    _traced(_SWAP, home, fatal, counted, work)


def restore_killed(home: Path, file: Path, fatal: int, counted: Path | None = None) -> None:
    """A whole restore over what is there."""

    def work() -> None:
        with file.open("rb") as source:
            restore.restore(home, source, str(file), schemas={}, force=True)

    _traced(_WHOLE, home, fatal, counted, work)
