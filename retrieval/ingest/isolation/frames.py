"""Frames: messages between this process and a worker, each with its length in front."""

from __future__ import annotations

import os
import selectors
import struct
import time
from collections.abc import Sequence
from typing import BinaryIO

LENGTH = struct.Struct(">Q")
_CHUNK = 1 << 20


class WorkerSilentError(Exception):
    """The worker has not answered in time."""


class WorkerEndedError(Exception):
    """The worker has closed its pipe."""


class FrameError(ValueError):
    """What a worker has sent is not what a worker sends."""


def read_frame(file: BinaryIO) -> bytes | None:
    """Read one frame of a trusted sender; ``None`` at the end of the file."""
    head = file.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    body = file.read(size)
    return body if len(body) == size else None


def packed(body: bytes) -> tuple[bytes, bytes]:
    """A frame as two pieces, so that a large body is not copied."""
    return LENGTH.pack(len(body)), body


def exchange(to: int, back: int, pieces: Sequence[bytes], deadline: float, largest: int) -> bytes:
    """Write ``pieces`` to a pipe that does not block and read one frame from another, both at once.

    Raises:
        WorkerSilentError: at the ``deadline`` of the monotonic clock.
        WorkerEndedError: if the other end is closed before the frame is whole.
        FrameError: if the frame is larger than ``largest``, or something follows it.
    """
    waiting = [memoryview(piece) for piece in pieces if piece]
    received = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(back, selectors.EVENT_READ)
        if waiting:
            selector.register(to, selectors.EVENT_WRITE)
        while (missing := _missing(received, largest)) or waiting:
            for key, _ in selector.select(_left(deadline)):
                if key.fd == back:
                    received += _read(back, min(_CHUNK, max(missing, 1)))
                    missing = _missing(received, largest)
                    continue
                _write(to, waiting)
                if not waiting:
                    selector.unregister(to)
    del received[: LENGTH.size]
    return bytes(received)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise WorkerSilentError
    return left


def _missing(received: bytearray, largest: int) -> int:
    """How many bytes the frame still lacks."""
    if len(received) < LENGTH.size:
        return LENGTH.size - len(received)
    (size,) = LENGTH.unpack_from(received)
    if size > largest:
        raise FrameError("it is too large")
    missing: int = LENGTH.size + size - len(received)
    if missing < 0:
        raise FrameError("it is longer than it says")
    return missing


def _read(back: int, size: int) -> bytes:
    try:
        chunk = os.read(back, size)
    except BlockingIOError:
        return b""
    if not chunk:
        raise WorkerEndedError
    return chunk


def _write(to: int, waiting: list[memoryview]) -> None:
    try:
        written = os.write(to, waiting[0][:_CHUNK])
    except BlockingIOError:
        return
    except BrokenPipeError as error:
        raise WorkerEndedError from error
    waiting[0] = waiting[0][written:]
    if not waiting[0]:
        waiting.pop(0)
