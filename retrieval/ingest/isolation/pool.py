"""Pool of parsers: jobs in, articles or errors out, in the order of the jobs."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple, Protocol, Self

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article
from retrieval.ingest.isolation.limits import Limits, available_cores
from retrieval.ingest.isolation.process import BUILDER, WorkerProcess
from retrieval.ingest.isolation.worker import load_builder

_IN_FLIGHT = 2  # jobs for each worker: one that it works on, one that waits
# One worker does what is small before a second one has started.
_SMALL_BYTES = 256 * 1024
_SMALL_SECONDS = 0.5

Result = tuple[Article, ...] | CorpusFileError


class Job(NamedTuple):
    """A file to turn into articles. ``options`` can be written as JSON."""

    file: str
    source: bytes
    options: Mapping[str, object]


class ArticleBuilder(Protocol):
    """What builds the articles of files."""

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """Build the articles of each job, in order, or the error of its file."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class InlineParser:
    """Builds articles in this process: for tests, and where no process can be started."""

    def __init__(self, builder: str = BUILDER) -> None:
        self._builder = builder

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """Build the articles of each job, in order, or the error of its file."""
        build = load_builder(self._builder)
        for job in jobs:
            try:
                yield job, build(job.source, job.file, job.options)
            except CorpusFileError as error:
                yield job, error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class ParserPool:
    """Worker processes that build articles, started when there is work for them.

    Example:
        >>> with ParserPool() as pool:
        ...     [(job, articles)] = pool.run([Job("pier.txt", b"The pier is open.", {})])
        >>> articles[0].text
        'The pier is open.'
    """

    def __init__(self, workers: int | None = None, limits: Limits | None = None, builder: str = BUILDER) -> None:
        """``workers`` are as many as there are cores unless given; ``builder`` names the function that they call."""
        self._workers = workers or available_cores()
        self._limits = limits or Limits()
        self._builder = builder
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="parser")  # each has one process
        self._own = threading.local()
        self._started: set[WorkerProcess] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the workers, whatever they do."""
        with self._lock:
            self._closed = True
            for worker in self._started:
                worker.interrupt()
        self._threads.shutdown(cancel_futures=True)
        while self._started:
            self._started.pop().kill()

    def run(self, jobs: Iterable[Job]) -> Generator[tuple[Job, Result], None, None]:
        """Build the articles of each job, in order, or the error of its file.

        Jobs are taken from ``jobs`` in this thread, when there is room for them.

        Raises:
            ParserStartError: if no worker can be started.
        """
        waiting: deque[tuple[Job, Future[Result]]] = deque()
        load = _Load(self._workers)
        source = iter(jobs)
        more = True
        try:
            while more or waiting:
                while more and len(waiting) < load.allowed():
                    job = next(source, None)
                    if job is None:
                        more = False
                        break
                    load.add(len(job.source))
                    waiting.append((job, self._threads.submit(self._build, job)))
                if waiting and load.wait(waiting[0][1]):
                    job, future = waiting.popleft()
                    yield job, future.result()
        finally:
            for _, future in waiting:
                future.cancel()

    def _build(self, job: Job) -> Result:
        return self._worker().build(job)

    def _worker(self) -> WorkerProcess:
        """The process of this thread, a new one where there is none that can be used."""
        worker: WorkerProcess | None = getattr(self._own, "worker", None)
        if worker is not None and worker.usable:
            return worker
        if worker is not None:
            with self._lock:
                self._started.discard(worker)
            worker.kill()
        worker = WorkerProcess(self._builder, self._limits)
        self._own.worker = worker
        with self._lock:
            self._started.add(worker)
            closed = self._closed
        if closed:
            worker.interrupt()
        return worker


class _Load:
    """How much work a run has had so far, and how many jobs may therefore be in flight."""

    def __init__(self, workers: int) -> None:
        self._most = _IN_FLIGHT * workers
        self._bytes = 0
        self._since: float | None = None  # the first result

    def add(self, size: int) -> None:
        self._bytes += size

    def allowed(self) -> int:
        """One at a time, which keeps one worker busy, until there is enough for several."""
        busy = self._since is not None and time.monotonic() - self._since > _SMALL_SECONDS
        return self._most if busy or self._bytes > _SMALL_BYTES else 1

    def wait(self, future: Future[Result]) -> bool:
        """Wait for a result; ``False`` after a moment, when more jobs may be taken."""
        done, _ = wait([future], timeout=None if self.allowed() == self._most else _SMALL_SECONDS)
        if self._since is None:
            self._since = time.monotonic()
        return bool(done)
