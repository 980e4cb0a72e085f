"""One writer a data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.core.errors import HomeBusyError, StorageError
from retrieval.storage.home.lock import LOCK_FILE, owner_of, owning

_HOLDER = """
import sys, time
from pathlib import Path
from retrieval.storage.home.lock import owning
with owning(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(60)
"""


def holder(home: Path) -> subprocess.Popen[str]:
    """A process that owns ``home`` until it is killed."""
    child = subprocess.Popen([sys.executable, "-c", _HOLDER, str(home)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "mine\n"
    return child


def test_the_owner_is_written_down(tmp_path: Path) -> None:
    """While a folder is owned its lock names this process; the folder is made where it is missing."""
    home = tmp_path / "new" / "home"
    with owning(home):
        assert owner_of(home) == os.getpid()


def test_a_new_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    """Articles and questions are private; a folder that was there keeps its rights."""
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    for home, mode in ((tmp_path / "new", 0o700), (there, 0o755)):
        with owning(home):
            assert home.stat().st_mode & 0o777 == mode


def test_a_second_writer_is_refused_with_the_pid(tmp_path: Path) -> None:
    """The message names the process to wait for, and a killed owner leaves the folder free."""
    child = holder(tmp_path)
    try:
        with pytest.raises(HomeBusyError, match=str(child.pid)) as refused, owning(tmp_path):
            pytest.fail("two owners")
        assert refused.value.pid == child.pid
        assert str(tmp_path) in str(refused.value)
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    with owning(tmp_path):
        assert owner_of(tmp_path) == os.getpid()


def test_ownership_ends_with_the_block(tmp_path: Path) -> None:
    """A folder can be owned again afterwards, also after an error."""
    with pytest.raises(ZeroDivisionError), owning(tmp_path):
        _ = 1 / 0
    with owning(tmp_path):
        pass
    assert (tmp_path / LOCK_FILE).exists()


def test_a_shorter_pid_leaves_no_digits_behind(tmp_path: Path) -> None:
    """The pid of an earlier owner is gone before the next one is read."""
    (tmp_path / LOCK_FILE).write_text("9" * 20)
    with owning(tmp_path):
        assert owner_of(tmp_path) == os.getpid()


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """A data folder that is a file is refused with its name and what to do."""
    home = tmp_path / "file"
    home.write_text("")
    with pytest.raises(StorageError, match=r"file.*--home"), owning(home):
        pytest.fail("owned a file")


@pytest.mark.parametrize("content", ["", "no number", "\0"])
def test_an_unreadable_pid_is_no_error(tmp_path: Path, content: str) -> None:
    """A lock file without a pid is an unknown owner."""
    (tmp_path / LOCK_FILE).write_text(content)
    assert owner_of(tmp_path) is None
    assert owner_of(tmp_path / "missing") is None
    assert "another process" in str(HomeBusyError(tmp_path, None))
