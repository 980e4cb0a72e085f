"""Program of a worker: reads a job, builds its articles, writes them, until its input ends."""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article
from retrieval.ingest.isolation.codec import TooManyValuesError, encode_articles, encode_failure, encode_refusal
from retrieval.ingest.isolation.confinement import confine
from retrieval.ingest.isolation.frames import packed, read_frame
from retrieval.ingest.isolation.limits import limit_process, limit_processor_time, refuse_processes

Build = Callable[[bytes, str, Mapping[str, object]], tuple[Article, ...]]
OUT_OF_MEMORY = 77  # exit code
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main(setup: Mapping[str, Any]) -> None:
    """Confine this process, say so, and serve. ``setup`` comes from the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    _die_with(setup["parent"])
    build = load_builder(setup["builder"])
    jobs, answers = _own_pipes()
    limit_process(setup["memory"])  # once confined, a process cannot change its limits
    confined = confine()
    if not confined.seccomp:
        refuse_processes()
    _send(answers, json.dumps({"landlock": confined.landlock, "seccomp": confined.seccomp}).encode())
    gc.freeze()
    try:
        serve(jobs, answers, build)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:  # the other end of the pipe is gone
        pass
    os._exit(0)


def load_builder(name: str) -> Build:
    """Import the function named ``module:function``."""
    module, _, function = name.partition(":")
    build: Build = getattr(importlib.import_module(module), function)
    return build


def serve(jobs: BinaryIO, answers: BinaryIO, build: Build) -> None:
    """Answer one job after another."""
    while (head := read_frame(jobs)) is not None and (source := read_frame(jobs)) is not None:
        job = json.loads(head)
        limit_processor_time(job["seconds"])
        _send(answers, answer(source, job["file"], job["options"], build))


def answer(source: bytes, file: str, options: Mapping[str, object], build: Build) -> bytes:
    """Build the articles of a file; what goes wrong is the answer too.

    Raises:
        MemoryError: for the process to end, since what is left of its memory is unknown.
    """
    try:
        return encode_articles(build(source, file, options))
    except CorpusFileError as error:
        return encode_refusal(error)
    except TooManyValuesError:
        return encode_refusal(CorpusFileError(file, "it has too many paragraphs and marks", "Split it."))
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - a parser's bug, or its SystemExit, costs the file and no more
        return encode_failure(_place(error))


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    place = f" in {Path(frames[0].filename).name}, line {frames[0].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _send(answers: BinaryIO, body: bytes) -> None:
    answers.writelines(packed(body))
    answers.flush()


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes away from the standard streams, to which a library may print."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    return jobs, answers


def _die_with(parent: int) -> None:
    """End when the thread that started this process does, even when that could not say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
