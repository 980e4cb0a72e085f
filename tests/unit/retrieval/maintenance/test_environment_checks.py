"""Checks of the environment: memory limits, schema versions, stale copies, lock holders."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.core.errors import BeingRestoredError, InUseError, StorageError
from retrieval.core.health import Verdict
from retrieval.core.settings import Settings
from retrieval.ingest.isolation.confinement import Confinement, describe
from retrieval.ingest.isolation.process import ParserStartError
from retrieval.maintenance.doctor import run_checks
from retrieval.maintenance.environment_checks import (
    check_databases,
    check_memory,
    check_parsers,
    lock_holders,
    stale_copies,
)
from retrieval.storage.home import atomic_swap
from retrieval.storage.home.lock import owning, using
from retrieval.storage.library import MIGRATIONS, Library, LibraryWriter

GB = 1_000_000_000


def machine(root: Path, *, total: int = 8 * GB, available: int = 4 * GB, group: str = "/") -> Path:
    """A root folder of a machine with that memory, and this process in a cgroup."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/meminfo").write_text(f"MemTotal: {total // 1024} kB\nMemAvailable: {available // 1024} kB\n")
    (root / "proc/self/cgroup").write_text(f"0::{group}\n")
    return root


def limit(root: Path, group: str, limit: str, used: int, cache: int = 0) -> None:
    """Give a cgroup a limit."""
    folder = root / "sys/fs/cgroup" / group
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cache}\n")


@pytest.mark.parametrize(
    ("available", "limits", "verdict", "finding"),
    [
        (4 * GB, {}, Verdict.GOOD, "4.0 of 8.0 GB"),
        (GB // 2, {}, Verdict.NOTE, "0.5 of 8.0 GB"),
        (4 * GB, {"": ("max", 0, 0)}, Verdict.GOOD, "4.0 of 8.0 GB"),
        (4 * GB, {"": (str(2 * GB), GB, GB // 2)}, Verdict.GOOD, "1.5 of 2.0 GB"),
        (4 * GB, {"": (str(3 * GB), 0, 0), "system.slice/bot": (str(GB // 2), 0, 0)}, Verdict.BAD, "0.5 of 0.5 GB"),
    ],
)
def test_memory(
    tmp_path: Path, available: int, limits: dict[str, tuple[str, int, int]], verdict: Verdict, finding: str
) -> None:
    """The lowest limit counts, and page cache is available memory."""
    root = machine(tmp_path, available=available, group="/system.slice/bot")
    for group, values in limits.items():
        limit(root, group, *values)
    check = check_memory(root)
    assert (check.verdict, finding in check.finding) == (verdict, True)
    assert bool(check.remedy) == (verdict is Verdict.BAD)


def test_memory_that_is_not_stated(tmp_path: Path) -> None:
    """A system that states no memory gets a note, not a fault."""
    assert check_memory(tmp_path).verdict is Verdict.NOTE


@pytest.mark.parametrize(
    ("landlock", "seccomp", "verdict", "finding"),
    [
        (4, True, Verdict.GOOD, "parsers are confined by Landlock, seccomp and limits"),
        (0, True, Verdict.NOTE, "parsers are confined by seccomp and limits; this system has no Landlock"),
        (0, False, Verdict.NOTE, "parsers are confined by limits; this system has no Landlock and no seccomp"),
    ],
)
def test_confinement(landlock: int, seccomp: bool, verdict: Verdict, finding: str) -> None:
    """What the kernel lacks is named, with what to do instead."""
    check = check_parsers(lambda: describe({"landlock": landlock, "seccomp": seccomp}))

    assert (check.verdict, check.finding) == (verdict, finding)
    assert bool(check.remedy) is (verdict is Verdict.NOTE)


def test_parsers_that_do_not_start() -> None:
    """An installation whose parsers cannot run is at fault."""

    def fail() -> Confinement:
        raise ParserStartError("no room")

    check = check_parsers(fail)

    assert check.verdict is Verdict.BAD
    assert "no room" in check.finding


def test_versions_and_older_copies(tmp_path: Path) -> None:
    """Each database's version is reported, stale copies are named, and a file that is no database is bad."""
    LibraryWriter(tmp_path).close()
    assert [(check.subject, check.finding) for check in check_databases(tmp_path)] == [
        ("Schema of library.sqlite3", f"version {len(MIGRATIONS)}")
    ]
    assert not [*stale_copies(tmp_path), *lock_holders(tmp_path)]
    (tmp_path / "before-restore-1").mkdir()
    (tmp_path / "library.sqlite3.before-v2").touch()
    (tmp_path / "bot.sqlite3").write_bytes(b"no database" * 99)
    (copies,) = stale_copies(tmp_path)
    assert "before-restore-1, library.sqlite3.before-v2" in copies.finding
    records, library = check_databases(tmp_path)
    assert (records.verdict, library.verdict) == (Verdict.BAD, Verdict.GOOD)
    assert "Restore a backup" in records.finding


def test_a_folder_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    """Checks change nothing."""
    home = tmp_path / "none"
    assert not [
        check for check in run_checks(Settings(home=home)) if "Data folder" in check.subject and check.verdict == "bad"
    ]
    assert not home.exists()


def test_one_holder_a_lock(tmp_path: Path) -> None:
    """A held lock is reported by the doctor and refused to a second process."""
    with using(tmp_path, "bot.lock"):
        (check,) = lock_holders(tmp_path)
        assert "bot.lock" in check.finding
        with pytest.raises(InUseError), using(tmp_path, "bot.lock"):
            pass
    with using(tmp_path, "bot.lock"):
        pass


def test_no_start_during_a_restore(tmp_path: Path) -> None:
    """Neither a bot nor a reader starts during a restore; a bot finishes one whose process died, a reader refuses."""
    with owning(tmp_path):
        atomic_swap.prepare(tmp_path)
        with pytest.raises(BeingRestoredError, match="being restored"), using(tmp_path, "bot.lock"):
            pass
        (tmp_path / atomic_swap.UNFINISHED).rename(tmp_path / atomic_swap.PREPARED)
        with pytest.raises(BeingRestoredError, match="try again"):
            Library(tmp_path)
    LibraryWriter(tmp_path / atomic_swap.PREPARED).close()
    with pytest.raises(StorageError, match=r"interrupted.*Run: pullquote index"):
        Library(tmp_path)
    with using(tmp_path, "bot.lock"):
        pass
    with Library(tmp_path) as library:
        assert library.passages.count() == 0
    assert not atomic_swap.is_begun(tmp_path)
