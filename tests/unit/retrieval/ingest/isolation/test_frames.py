"""Frames over pipes: neither side waits for the other for ever, and no more is read than is allowed."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from retrieval.ingest.isolation.frames import (
    LENGTH,
    FrameError,
    WorkerEndedError,
    WorkerSilentError,
    exchange,
    packed,
    read_frame,
)


class Pipes(NamedTuple):
    """Ends of two pipes: ours (``to``, ``back``) and the worker's (``jobs``, ``answers``)."""

    to: int
    back: int
    jobs: io.BufferedReader
    answers: io.BufferedWriter


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    """Two pipes, of which our ends do not block."""
    (jobs, to), (back, answers) = os.pipe(), os.pipe()
    os.set_blocking(to, False)
    os.set_blocking(back, False)
    with os.fdopen(jobs, "rb") as reader, os.fdopen(answers, "wb") as writer:
        yield Pipes(to, back, reader, writer)
    os.close(to)
    os.close(back)


def ask(pipes: Pipes, body: bytes = b"job", *, seconds: float = 30, largest: int = 1 << 26) -> bytes:
    """Send a frame and wait for one."""
    return exchange(pipes.to, pipes.back, packed(body), time.monotonic() + seconds, largest)


def test_a_worker_that_writes_before_it_reads_blocks_nothing(pipes: Pipes) -> None:
    """Frames of 20 MB in both directions at once, each longer than a pipe holds, do not wait for each other."""
    body, read = b"x" * 20_000_000, []

    def work() -> None:
        pipes.answers.writelines(packed(body))
        pipes.answers.flush()
        read.append(read_frame(pipes.jobs))

    worker = threading.Thread(target=work)
    worker.start()
    received = ask(pipes, b"y" * 20_000_000)
    worker.join()

    assert received == body
    assert read == [b"y" * 20_000_000]


def test_a_silent_worker(pipes: Pipes) -> None:
    """At the deadline the wait is over, also when a part of the frame has come."""
    pipes.answers.write(LENGTH.pack(5) + b"abc")
    pipes.answers.flush()

    with pytest.raises(WorkerSilentError):
        ask(pipes, seconds=0.05)


@pytest.mark.parametrize("sent", [b"", b"\0\0", LENGTH.pack(5) + b"abc"])
def test_a_worker_that_ends(pipes: Pipes, sent: bytes) -> None:
    """The end of the pipe before the end of the frame is the end of the worker."""
    pipes.answers.write(sent)
    pipes.answers.close()

    with pytest.raises(WorkerEndedError):
        ask(pipes)


def test_a_worker_that_no_longer_reads(pipes: Pipes) -> None:
    """A closed pipe is the end of the worker, not a signal to this process."""
    pipes.jobs.close()

    with pytest.raises(WorkerEndedError):
        ask(pipes)


def test_a_claim_of_a_huge_frame_reserves_nothing(pipes: Pipes) -> None:
    """A length beyond the limit is refused when it is read."""
    pipes.answers.write(b"\x7f" * 8)
    pipes.answers.flush()

    with pytest.raises(FrameError, match="too large"):
        ask(pipes)


def test_a_frame_cut_short_is_no_frame() -> None:
    """A worker whose parent ends in the middle of a job reads no job."""
    assert read_frame(io.BytesIO(b"\0\0")) is None
    assert read_frame(io.BytesIO(LENGTH.pack(5) + b"abc")) is None
    assert read_frame(io.BytesIO(b"".join(packed(b"abcde")))) == b"abcde"
