"""Early ends of a command: a closed pipe and Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.core.settings import Settings
from tests.conftest import ROOT
from tests.support.processes import fork_server

_INTERRUPTED = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from retrieval.cli import main
main()
"""


@pytest.mark.parametrize("command", ["sources", "sources --json", "ask", "ask --json", "--help"])
def test_a_closed_pipe(seeded: Settings, tmp_path: Path, command: str) -> None:
    """A closed pipe ends the command with exit code 0 and without a message."""
    arguments = command.split()
    if arguments[0] == "ask":
        questions = tmp_path / "questions.txt"
        questions.write_text("What did Rutte say?\nWho met in Paris?\n")
        arguments += ["--batch", str(questions)]
    if arguments[0] != "--help":
        arguments += ["--home", str(seeded.home)]
    out, into = os.pipe()
    os.close(out)
    errors = tmp_path / "errors"
    with Path(os.devnull).open("rb") as nothing, errors.open("wb") as err:
        streams = nothing.fileno(), into, err.fileno()
        process = fork_server.start("retrieval", arguments, environment=os.environ, folder=ROOT, streams=streams)
    os.close(into)
    assert (process.end(100), errors.read_bytes()) == (0, b"")


@pytest.mark.parametrize("module", ["retrieval.cli.app", "numpy", "chromadb", "retrieval.cli.index"])
def test_an_interrupt_during_the_imports(module: str) -> None:
    """Ctrl-C during the imports ends the command silently."""
    code = _INTERRUPTED.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", code, "ask", "Who met in Paris?"],
        capture_output=True,
        cwd=ROOT,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_an_ignored_interrupt_stays_ignored() -> None:
    """A background command of a script that ignores SIGINT keeps ignoring it."""
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)" + _INTERRUPTED.format(module="numpy")
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"], capture_output=True, cwd=ROOT, timeout=100, check=False
    )
    assert done.returncode == 0
