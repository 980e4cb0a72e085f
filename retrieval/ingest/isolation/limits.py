"""Limits of a parser's process: memory, processor time, files, and how long a file may take."""

from __future__ import annotations

import contextlib
import math
import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path, PurePath

_MEGABYTE = 1 << 20
_WALL_FACTOR = 3  # a busy machine gives a process less than its processor time
_SLOW_FORMATS = {".pdf": 5}  # factors of the time by the file's ending
_OPEN_FILES = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker; sizes in bytes.

    ``memory`` is address space beyond what the interpreter and the parsers' modules take. A worker that keeps more
    than ``resident`` after a file is replaced. A file has ``seconds`` of processor time, and ``seconds_per_megabyte``
    more by its size. ``frame`` bounds what a worker may send back of one file.
    """

    memory: int = 1 << 30
    resident: int = 400 * _MEGABYTE
    seconds: float = 20
    seconds_per_megabyte: float = 2
    frame: int = 256 * _MEGABYTE

    def processor_seconds(self, file: str, size: int) -> float:
        """Processor time that a file of ``size`` bytes may take."""
        factor = _SLOW_FORMATS.get(PurePath(file).suffix.lower(), 1)
        return factor * (self.seconds + self.seconds_per_megabyte * size / _MEGABYTE)

    def wall_seconds(self, file: str, size: int) -> float:
        """Time after which a worker that has not answered is killed."""
        return _WALL_FACTOR * self.processor_seconds(file, size)


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit_process(memory: int) -> None:
    """Limit this process for good: ``memory`` bytes more than it has, and no files written."""
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_AS, _address_space() + memory),
    ):
        _limit(kind, most)


def refuse_processes() -> None:
    """Let this process start no other, nor a thread: for a kernel without seccomp, which tells the two apart."""
    _limit(resource.RLIMIT_NPROC, 0)  # root is not bound by it


def _limit(kind: int, most: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # the system has it lower already, or does not have it
        resource.setrlimit(kind, (most, most))


def limit_processor_time(seconds: float) -> None:
    """Let the system kill this process (SIGXCPU) when it has used ``seconds`` more."""
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + seconds), hard))


def resident_bytes(pid: int) -> int:
    """Memory that a process holds; 0 where the system does not say."""
    return _memory_pages(pid, 1) * os.sysconf("SC_PAGE_SIZE")


def _address_space() -> int:
    return _memory_pages(os.getpid(), 0) * os.sysconf("SC_PAGE_SIZE")


def _memory_pages(pid: int, column: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[column])
    return 0
