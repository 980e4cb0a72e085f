"""Landlock: the files that this process may read from now on, and no TCP (Linux 5.13 and later).

The numbers are those of ``linux/landlock.h``; the three calls have the same number on all architectures.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_RIGHTS = ((1, 13), (2, 14), (3, 15), (5, 16))  # from this version on there are so many rights on files
_NETWORK_VERSION, _TCP = 4, 0b11  # bind and connect
_SCOPE_VERSION, _SCOPES = 6, 0b11  # abstract sockets and signals to processes outside


def restrict_files(readable: Iterable[str]) -> int:
    """Let this thread and those it starts read below the folders (or the files) ``readable`` alone.

    Returns the version of Landlock in use, 0 where the kernel has none: then nothing is restricted.
    """
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)
    if version < 1:
        return 0
    handled = (1 << max(count for since, count in _RIGHTS if since <= version)) - 1
    attributes = [handled]
    if version >= _NETWORK_VERSION:
        attributes.append(_TCP)
    if version >= _SCOPE_VERSION:
        attributes.append(_SCOPES)
    packed = struct.pack(f"={len(attributes)}Q", *attributes)
    ruleset = library.syscall(_CREATE_RULESET, packed, ctypes.c_size_t(len(packed)), 0)
    if ruleset < 0:
        return 0
    try:
        for path in readable:
            _allow(library, ruleset, path)
        library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return int(version) if library.syscall(_RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(library: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system
        return
    try:
        folder = stat.S_ISDIR(os.fstat(place).st_mode)
        rights = _READ_FILE | _READ_FOLDER if folder else _READ_FILE
        library.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
