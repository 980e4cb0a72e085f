"""One worker process: started, given jobs, killed with everything that it has started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

import retrieval
from retrieval.core.errors import CorpusFileError, RetrievalError, one_line
from retrieval.core.types import Article
from retrieval.ingest.isolation.codec import decode_answer, parser_failed
from retrieval.ingest.isolation.confinement import Confinement, describe
from retrieval.ingest.isolation.frames import (
    FrameError,
    WorkerEndedError,
    WorkerSilentError,
    exchange,
    packed,
)
from retrieval.ingest.isolation.limits import Limits, resident_bytes
from retrieval.ingest.isolation.worker import OUT_OF_MEMORY

if TYPE_CHECKING:
    from retrieval.ingest.isolation.pool import Job

BUILDER = "retrieval.ingest.pipeline:build_articles"
_PROGRAM = (
    "import json, sys; setup = json.loads(sys.argv[1]); sys.path[:] = setup['path']; "
    "from retrieval.ingest.isolation.worker import main; main(setup)"
)
# No folder of the user's, no site hooks, no bytecode written: the search path is that of this process.
_OPTIONS = ("-P", "-s", "-S", "-B", "-W", "ignore")
_START_SECONDS = 60.0
_MAX_GREETING = 10_000
_KILLED_WAIT = 10.0


class ParserStartError(RetrievalError):
    """No worker process can be started."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The parsers' process cannot be started ({problem}). Check the installation.")


class WorkerProcess:
    """A process that turns files into articles. It is used by one thread at a time, and ends with the one it was made
    in.
    """

    def __init__(self, builder: str = BUILDER, limits: Limits | None = None) -> None:
        """Start the process and wait until it is confined.

        Raises:
            ParserStartError: if it does not start.
        """
        self._limits = limits or Limits()
        self._errors = TemporaryFile()  # noqa: SIM115 - closed by kill()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this Python, and arguments of our own
                [sys.executable, *_OPTIONS, "-c", _PROGRAM, json.dumps(self._setup(builder))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/", "PYTHONHASHSEED": "0"},
                cwd="/",
                bufsize=0,
                start_new_session=True,  # a group of its own, and no terminal
            )
        except OSError as error:
            self._errors.close()
            raise ParserStartError(error.strerror or str(error)) from error
        self._to, self._back = (stream.fileno() for stream in self._streams())
        for pipe in (self._to, self._back):
            os.set_blocking(pipe, False)
        self.confinement = self._greeting()

    def _setup(self, builder: str) -> dict[str, object]:
        own = str(Path(retrieval.__file__).parent.parent)
        known = [os.path.abspath(entry) for entry in sys.path if entry]  # noqa: PTH100 - links stay as they are
        path = known if own in known else [*known, own]
        return {"path": path, "builder": builder, "memory": self._limits.memory, "parent": os.getpid()}

    def _greeting(self) -> Confinement:
        try:
            body = exchange(self._to, self._back, (), time.monotonic() + _START_SECONDS, _MAX_GREETING)
            return describe(json.loads(body))
        except (WorkerSilentError, WorkerEndedError, ValueError) as error:
            self._errors.seek(0)
            said = self._errors.read()[-2_000:].decode("utf-8", "replace").strip()
            self.kill()
            raise ParserStartError(one_line(said.rpartition("\n")[2]) or type(error).__name__) from error

    @property
    def usable(self) -> bool:
        """False once it has ended, or holds so much memory that another one should take its place."""
        return self._process.poll() is None and resident_bytes(self._process.pid) <= self._limits.resident

    def build(self, job: Job) -> tuple[Article, ...] | CorpusFileError:
        """Build the articles of a job. Whatever else happens costs this process and is the file's error."""
        size = len(job.source)
        seconds = self._limits.processor_seconds(job.file, size)
        wall = self._limits.wall_seconds(job.file, size)
        head = json.dumps({"file": job.file, "options": dict(job.options), "seconds": seconds}).encode()
        try:
            pieces = (*packed(head), *packed(job.source))
            body = exchange(self._to, self._back, pieces, time.monotonic() + wall, self._limits.frame)
            return decode_answer(body, job.file, job.source)
        except WorkerSilentError:
            problem = f"it made the parser take more than {wall:,.0f} s"
        except WorkerEndedError:
            problem = self._end(seconds)
        except FrameError as error:
            problem = f"it made the parser answer what cannot be used ({error})"
        self.kill()
        return parser_failed(job.file, problem)

    def _end(self, seconds: float) -> str:
        """Say how the process has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_KILLED_WAIT)
        code = self._process.returncode
        if code == OUT_OF_MEMORY:
            return f"it made the parser use more than {self._limits.memory >> 20:,} MB"
        if code == -signal.SIGXCPU:
            return f"it made the parser take more than {seconds:,.0f} s"
        how = signal.Signals(-code).name if code and code < 0 else f"exit code {code}"
        return f"it made the parser crash ({how})"

    def interrupt(self) -> None:
        """End the process and its group; the thread that waits for its answer sees that."""
        if self._process.poll() is None:  # afterwards the number may be another group's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the process and its group, and give its pipes back."""
        self.interrupt()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_KILLED_WAIT)
        for stream in self._streams():
            stream.close()
        self._errors.close()

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            raise ParserStartError("it has no pipes")
        return to, back
