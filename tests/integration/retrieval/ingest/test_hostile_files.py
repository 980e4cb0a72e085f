"""Hostile files through the workers: each is accepted or refused in one line, and costs nothing but itself."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.isolation import Job, Limits, ParserPool
from retrieval.ingest.isolation.limits import resident_bytes
from retrieval.ingest.isolation.pool import Result
from tests.conftest import Workspace
from tests.support.hostile.mutants import HostileFile, bombs, mutants
from tests.support.hostile.samples import samples

#: How many mutants: more are made when the environment says so.
COUNT = int(os.environ.get("HOSTILE_FILES", "150"))
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
LIMITS = Limits(memory=512 << 20, seconds=2, seconds_per_megabyte=1)
GOOD = b"The pier is open. The ships are back since May."


def check(file: str, result: Result) -> str:
    """Check a result, and name its kind."""
    if not isinstance(result, CorpusFileError):
        assert all(article.passages or article.omissions for article in result)
        return "accepted"
    line = str(result)
    assert line.startswith(file)
    assert len(line) < 600
    assert line.isprintable()
    return "failed" if "leave it out with exclude" in line else "refused"


def run(files: Iterator[HostileFile]) -> Counter[str]:
    """Send the files through two workers, a good one after every tenth; returns how many ended in which way."""
    kinds: Counter[str] = Counter()

    def jobs() -> Iterator[Job]:
        for number, file in enumerate(files):
            yield Job(file.name, file.source, {})
            if number % 10 == 9:
                yield Job(f"good-{number}.txt", GOOD, {})
        yield Job("good-at-last.txt", GOOD, {})

    with ParserPool(2, LIMITS) as pool:
        for job, result in pool.run(jobs()):
            kind = check(job.file, result)
            assert kind == "accepted" or not job.file.startswith("good"), result
            if kind == "failed":
                print(result)  # noqa: T201 - for the long run: what a parser did not foresee
            kinds[kind] += 1
        workers = [worker._process for worker in pool._started]
        assert sum(resident_bytes(worker.pid) for worker in workers) < 2 * LIMITS.resident
    assert all(worker.returncode is not None for worker in workers)
    return kinds


def test_samples_are_read() -> None:
    """The files that are mutated are whole: the parser of each format accepts its own."""
    with ParserPool(1, LIMITS) as pool:
        results = list(pool.run(Job(f"sample{ending}", source, {}) for ending, source in samples().items()))

    assert {job.file: check(job.file, result) for job, result in results} == {
        f"sample{ending}": "accepted" for ending in samples()
    }


@pytest.mark.timeout(60 + COUNT)
def test_mutants() -> None:
    """Mutants of every format, in their bytes and in the parts of their archives; memory is given back."""
    before = resident_bytes(os.getpid())
    kinds = run(mutants(COUNT, SEED))

    assert kinds["accepted"] > COUNT // 10
    assert kinds["refused"] > 0
    assert resident_bytes(os.getpid()) - before < 200 << 20


def test_bombs() -> None:
    """Files that unpack to far more than they are, and such as make parsers recurse or loop."""
    before = resident_bytes(os.getpid())
    kinds = run(bombs())

    assert kinds["accepted"] > 3
    assert kinds["refused"] + kinds["failed"] > 3
    assert resident_bytes(os.getpid()) - before < 200 << 20


def test_odd_files_in_a_folder(workspace: Workspace) -> None:
    """Pipes, links that lead nowhere or in circles, and names that cannot be shown cost themselves alone."""
    corpus = workspace.corpus
    workspace.write("good.txt", GOOD)
    workspace.write(f"{'n' * 251}.txt", GOOD + b" One.")
    workspace.write("\U0001f600 pier.txt", GOOD + b" Two.")
    workspace.write("line\nbreak.txt", GOOD + b" Three.")
    workspace.write("\x1b[2J.txt", GOOD + b" Four.")
    Path(os.fsdecode(os.fsencode(corpus) + b"/\xff\xfe.txt")).write_bytes(GOOD + b" Five.")
    os.mkfifo(corpus / "pipe.txt")
    (corpus / "nowhere.txt").symlink_to(corpus / "no such file")
    (corpus / "circle.txt").symlink_to(corpus / "circle.txt")
    (corpus / "endless.txt").symlink_to("/dev/zero")
    (corpus / "above").symlink_to(corpus, target_is_directory=True)
    (corpus / "folder.txt").mkdir()

    report = workspace.index()

    stored = workspace.texts()
    assert {"good", "n" * 251, "\U0001f600 pier"} <= stored.keys()
    refused = [str(problem) for problem in report.problems]
    for name in ("pipe.txt", "nowhere.txt", "circle.txt", "endless.txt"):
        assert sum(name in line for line in refused) == 1
    assert all(line.isprintable() for line in refused)
