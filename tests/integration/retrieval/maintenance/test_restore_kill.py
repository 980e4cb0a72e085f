"""A restore that is killed at any moment: the next command recovers the old data folder or the new one."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retrieval.core.errors import StorageError
from retrieval.core.settings import Settings
from retrieval.maintenance.backup import back_up
from retrieval.storage.home import atomic_swap
from retrieval.storage.home.lock import owning
from tests.conftest import Workspace
from tests.support.kills import restore

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.support.kills.indexing", "tests.support.kills.restore"])

OLD = {
    "library.sqlite3": "old", "library.sqlite3-wal": "old log", "library.sqlite3-shm": "old", "bot.sqlite3": "old",
    "bot.key": "old", "other.key": "old", "indexes-1/chroma/x": "old", "indexes-1/library.state": "old",
}  # fmt: skip
NEW = {"library.sqlite3": "new", "bot.sqlite3": "new", "bot.key": "new", "indexes-2/chroma/x": "new"}
#: What no restore touches.
KEPT = {"library.sqlite3.before-v1": "kept", "notes.txt": "kept"}


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def read(folder: Path) -> dict[str, str]:
    """Content of all files below a folder, except the lock."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "owner.lock")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def run(target: Callable[..., None], *arguments: Any) -> int | None:
    """Run a function in a child process and return its exit code."""
    child = _FORKS.Process(target=target, args=arguments)
    child.start()
    child.join(60)
    return child.exitcode


def recovered(home: Path, before: dict[str, str]) -> bool:
    """Recover ``home``, check that it holds all of the new stores or none, and return which."""
    with owning(home):
        pass
    found = read(home)
    aside = {name.partition("/")[2]: text for name, text in found.items() if name.startswith(atomic_swap.ASIDE)}
    rest = {name: text for name, text in found.items() if not name.startswith(atomic_swap.ASIDE)}
    assert not [path.name for path in home.glob("restore-*")]
    assert len(list(home.glob(f"{atomic_swap.ASIDE}*"))) == bool(aside)
    if rest == NEW | KEPT:
        assert aside == before
        return True
    assert (rest, aside) == (before | KEPT, {})
    return False


@pytest.mark.parametrize("before", [OLD, {}], ids=["over an old folder", "into a new one"])
def test_killed_in_every_state_of_the_swap(tmp_path: Path, before: dict[str, str]) -> None:
    """After a kill in any state the next command recovers all old or all new stores, and new ones stay.

    A state is what the folder looks like between two lines of the exchange.
    """
    ready = tmp_path / "ready"
    write(ready, before | KEPT)
    write(atomic_swap.prepare(ready), NEW)
    counted = tmp_path / "counted"
    home = Path(shutil.copytree(ready, tmp_path / "whole"))
    assert run(restore.commit, home, 0, counted) == 0
    assert recovered(home, before)
    outcomes = []
    lines = list(map(int, counted.read_text().split()))
    assert len(lines) > len(NEW) + len(before)
    for turn, fatal in enumerate(lines):
        home = Path(shutil.copytree(ready, tmp_path / f"home{fatal}"))
        assert run(restore.commit, home, fatal) == -signal.SIGKILL
        if turn % 2:  # and the one that mends is killed as well, somewhere
            assert run(restore.mend, home, 1 + fatal % 30) in {0, -signal.SIGKILL}
        outcomes.append(recovered(home, before))
        shutil.rmtree(home)
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}


def test_a_whole_restore_is_killed(workspace: Workspace, tmp_path: Path) -> None:
    """After a kill at any moment of a restore a search sees one library or the other, or is refused."""
    workspace.fill(2)
    workspace.index()
    file = tmp_path / "backup.tar.gz"
    back_up(workspace.home, file)
    restored = workspace.texts()
    workspace.fill(3, version=2)
    workspace.index()
    present = workspace.texts()
    counted = tmp_path / "counted"
    home = Path(shutil.copytree(workspace.home, tmp_path / "whole"))
    assert run(restore.restore_killed, home, file, 0, counted) == 0
    turns = list(map(int, counted.read_text().split()))
    seen = []
    for fatal in turns[:: max(1, len(turns) // 6)]:
        home = Path(shutil.copytree(workspace.home, tmp_path / f"home{fatal}"))
        assert run(restore.restore_killed, home, file, fatal) == -signal.SIGKILL
        killed = Workspace(Settings(home=home, corpus=workspace.corpus), workspace.embedder)
        if atomic_swap.is_pending(home):
            before = sorted(home.rglob("*"))
            with pytest.raises(StorageError, match="Run: pullquote index"):
                killed.texts()
            assert sorted(home.rglob("*")) == before
        else:
            assert killed.texts() in (present, restored)
        with owning(home):
            assert not [path.name for path in home.glob("restore-*")]
        texts = killed.texts()
        assert texts in (present, restored)
        seen.append(texts == restored)
    assert seen == sorted(seen)
    assert set(seen) == {False, True}
