"""Start-up of both programs, before their libraries are imported."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

_TERM = 1 << (signal.SIGTERM - 1)


def start(module: str, folder: Path) -> subprocess.Popen[str]:
    """Start a program in ``folder``."""
    command = [sys.executable, "-m", module, *(["doctor"] if module == "retrieval" else [])]
    environ = {"PYTHONPATH": str(ROOT), "DISCORD_TOKEN": "a.b", "PULLQUOTE_HOME": str(folder / "home")}
    return subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("module", ["bot", "retrieval"])
def test_an_unreadable_env_file(module: str, tmp_path: Path) -> None:
    """An unreadable ``.env`` ends the program in one line, before chromadb reads it at import."""
    (tmp_path / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe\n")
    with start(module, tmp_path) as program:
        _, said = program.communicate(timeout=60)
    assert program.returncode == 2
    assert len(said.splitlines()) == 1
    assert "save it as UTF-8" in said


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which signals another process handles")
def test_a_signal_while_the_libraries_are_imported(tmp_path: Path) -> None:
    """A signal during the imports ends the bot with exit code 0."""
    with start("bot", tmp_path) as program:
        state = Path(f"/proc/{program.pid}/status")
        while not int(next(row for row in state.read_text().splitlines() if row.startswith("SigCgt"))[7:], 16) & _TERM:
            assert program.poll() is None
            time.sleep(0.001)
        program.terminate()
        _, said = program.communicate(timeout=60)
    assert (program.returncode, said) == (0, "")
