"""Whether there is room on a disk."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

_LITTLE = 16_000_000  # bytes


def has_no_room(folder: Path) -> bool:
    """Whether the disk is so full that any error is its: the stores' own messages do not always say so."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < _LITTLE
    return False
