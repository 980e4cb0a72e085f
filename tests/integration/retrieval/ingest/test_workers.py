"""Worker processes: what a parser may do there, and what it costs when it does something else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.isolation import Confinement, InlineParser, Job, Limits, ParserPool, confinement
from retrieval.ingest.isolation.pool import Result
from retrieval.ingest.isolation.process import ParserStartError

HOSTILE = "tests.support.doubles.hostile_builder:build_articles"
LIMITS = Limits(memory=300 << 20, seconds=1)
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    """One worker with a builder that does what the file says."""
    with ParserPool(1, LIMITS, HOSTILE) as made:
        yield made


@pytest.fixture(scope="module")
def confined() -> Confinement:
    """What confines parsers on this machine."""
    return confinement()


def outcome(pool: ParserPool, source: str) -> str:
    """The text of the one article, or the error."""
    [(_, result)] = pool.run([Job("a.txt", source.encode(), {})])
    return shown(result)


def shown(result: Result) -> str:
    """The text of the one article, or the error."""
    return str(result) if isinstance(result, CorpusFileError) else result[0].text


def test_results_are_those_of_this_process() -> None:
    """Articles and refusals come back as they would be built here, in order, with the source."""
    jobs = [Job(path.name, path.read_bytes(), {"max_tokens": 64}) for path in sorted((ROOT / "seeds").glob("*.txt"))]
    jobs.insert(2, Job("empty.txt", b" ", {}))
    jobs.append(Job("emoji \U0001f600\n.md", "# Tïtle\n\nA **bold** tale of \U0001f600.".encode(), {}))

    with ParserPool(2) as pool, InlineParser() as inline:
        here, there = list(inline.run(jobs)), list(pool.run(jobs))

    assert [job for job, _ in there] == jobs
    for (_, expected), (_, result) in zip(here, there, strict=True):
        assert result == expected or str(result) == str(expected)


def test_jobs_are_taken_when_there_is_room() -> None:
    """A run holds at most two jobs a worker, so that memory does not grow with the corpus."""
    taken, returned, most = 0, 0, 0

    def jobs() -> Iterator[Job]:
        nonlocal taken
        for number in range(40):
            taken += 1
            yield Job(f"{number}.txt", b"The pier is open. " * 1_000, {})

    with ParserPool(2) as pool:
        for _ in pool.run(jobs()):
            most = max(most, taken - returned)
            returned += 1

    assert returned == 40
    assert 2 <= most <= 4


def test_few_small_files_start_one_worker() -> None:
    """Five short files are no work for a second process; none start one at all."""
    with ParserPool(4, builder=HOSTILE) as pool:
        assert not list(pool.run([]))
        assert not pool._started
        results = list(pool.run(Job(f"{number}.txt", b"!pid", {}) for number in range(5)))
        assert len({shown(result) for _, result in results}) == 1


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("!spin", "it made the parser take more than "),
        ("!sleep 30", "it made the parser take more than 3 s"),
        ("!allocate 1024", "it made the parser use more than 300 MB"),
        ("!grow", "it made the parser use more than 300 MB"),
        ("!exit 3", "it made the parser crash (exit code 3)"),
        ("!abort", "it made the parser crash (SIGABRT)"),
        ("!crash", "it made the parser crash (SIGSEGV)"),
        ("!recurse", "the parser failed on it (RecursionError in hostile_builder.py"),
        ("!leave", "the parser failed on it (SystemExit in hostile_builder.py"),
        ("!garbage", "it made the parser answer what cannot be used"),
        ("!huge_claim", "it made the parser answer what cannot be used (it is too large)"),
    ],
)
def test_a_file_costs_itself_and_no_other(pool: ParserPool, source: str, expected: str) -> None:
    """Endless loops, claims of memory and crashes are one line that says what to do; the next file is read."""
    jobs = [Job("bad.txt", source.encode(), {}), Job("good.txt", b"The pier is open.", {})]

    (_, bad), (_, good) = pool.run(jobs)

    assert isinstance(bad, CorpusFileError)
    assert expected in str(bad)
    assert str(bad).endswith("Check the file, or leave it out with exclude in pullquote.toml.")
    assert str(bad).isprintable()
    assert shown(good) == "The pier is open."


def test_prints_do_not_reach_the_pipe(pool: ParserPool) -> None:
    """A library that writes to the standard streams, or reads from them, disturbs nothing."""
    assert outcome(pool, "!chatter") == "Result: 0."


def test_a_parser_may_use_threads(pool: ParserPool, confined: Confinement) -> None:
    """A library that computes in threads works, while no process can be started."""
    if not confined.seccomp:
        pytest.skip("without seccomp threads are refused with processes")

    assert outcome(pool, "!thread") == "Result: ran."


def test_a_worker_that_keeps_memory_is_replaced() -> None:
    """Memory that a parser holds on to goes back to the system with its process."""
    with ParserPool(1, Limits(resident=150 << 20), HOSTILE) as pool:
        first, again, _, other = [
            shown(result)
            for _, result in pool.run(Job("a.txt", each, {}) for each in (b"!pid", b"!pid", b"!keep 200", b"!pid"))
        ]

    assert first == again != other


@pytest.mark.parametrize(
    ("source", "means"),
    [
        ("!connect", "seccomp"),
        ("!start", "seccomp"),
        ("!fork", "seccomp"),
        (f"!signal {os.getpid()}", "seccomp"),
        ("!write {folder}/new.txt", "either"),
        ("!write {folder}/old.txt", "either"),
        ("!delete {folder}/old.txt", "either"),
        ("!read {folder}/old.txt", "landlock"),
        ("!read /etc/passwd", "landlock"),
        ("!read /proc/self/environ", "landlock"),
    ],
)
def test_a_parser_is_confined(pool: ParserPool, confined: Confinement, tmp_path: Path, source: str, means: str) -> None:
    """A worker opens no socket, starts nothing, signals nothing, writes nothing and reads nothing of the user's."""
    available = {"landlock": confined.landlock, "seccomp": confined.seccomp}
    if not available.get(means, any(available.values())):
        pytest.skip(f"this kernel has no {means}")
    (tmp_path / "old.txt").write_text("old", encoding="utf-8")
    tmp_path.chmod(0o777)

    assert outcome(pool, source.format(folder=tmp_path)) == "Result: refused: PermissionError."
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]
    assert (tmp_path / "old.txt").read_text(encoding="utf-8") == "old"


def test_a_parser_has_neither_secrets_nor_heavy_modules(pool: ParserPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment holds four harmless variables, and the process none of the libraries of the rest."""
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    outcome(pool, "!exit 0")  # the next worker starts with this environment

    assert outcome(pool, "!environment") == "Result: HOME LANG PATH PYTHONHASHSEED."
    assert outcome(pool, "!modules") == "Result: none."


def test_closing_ends_what_runs() -> None:
    """A run that is left while a parser loops waits for nothing, and leaves no process."""
    started = time.monotonic()
    with ParserPool(2, Limits(seconds=60), HOSTILE) as pool:
        run = pool.run(Job(name, source, {}) for name, source in (("a.txt", b"!pid"), ("b.txt", b"!sleep 50")))
        pid = int(shown(next(run)[1]).strip("Result: ."))
        run.close()

    assert time.monotonic() - started < 30
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves no worker behind, even one that loops."""
    program = (
        "from retrieval.ingest.isolation import *\n"
        f"pool = ParserPool(1, Limits(seconds=60), {HOSTILE!r})\n"
        "for _, result in pool.run(Job('a.txt', each, {}) for each in (b'!pid', b'!spin')):\n"
        "    print(result[0].text.strip('Result: .'), flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()

    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8"):
            break  # ended; whoever took it over has not noticed yet
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists()


def test_a_builder_that_cannot_be_imported_says_why() -> None:
    """No worker starts, and the run ends with the reason in one line."""
    with ParserPool(1, builder="retrieval.no_such_module:build") as pool, pytest.raises(ParserStartError) as caught:
        list(pool.run([Job("a.txt", b"The pier is open.", {})]))

    assert "No module named 'retrieval.no_such_module'" in str(caught.value)
