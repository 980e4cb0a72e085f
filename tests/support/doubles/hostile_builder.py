"""A builder of articles that does what a hostile file makes a parser do. The file's first line says what."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from retrieval.core.types import Article
from retrieval.ingest.pipeline import build_articles as build_real


def build_articles(source: bytes, file: str, options: Mapping[str, object]) -> tuple[Article, ...]:
    """Do what the first line says, then build the articles of what is left; the result of the deed is its text."""
    name, _, argument = source.partition(b"\n")[0].decode().partition(" ")
    if name not in _DEEDS:
        return build_real(source, file, options)
    try:
        result = _DEEDS[name](argument)
    except OSError as error:
        result = f"refused: {type(error).__name__}"
    return build_real(f"Result: {result}.".encode(), file, options)


def _spin(_: str) -> str:
    while True:
        pass


def _sleep(seconds: str) -> str:
    time.sleep(float(seconds))
    return "awake"


def _allocate(megabytes: str) -> str:
    return str(len(bytearray(int(megabytes) << 20)))


def _grow(_: str) -> str:
    hoard = []
    while True:
        hoard.append(" " * 1_000_000)


def _keep(megabytes: str) -> str:
    _KEPT.append(bytearray(os.urandom(1 << 20)) * int(megabytes))
    return "kept"


def _exit(code: str) -> str:
    os._exit(int(code))


def _leave(_: str) -> str:
    sys.exit("a parser that ends the program")


def _abort(_: str) -> str:
    os.abort()


def _crash(_: str) -> str:
    return str(ctypes.string_at(0))


def _recurse(_: str) -> str:
    return _recurse("")


def _chatter(_: str) -> str:
    os.write(1, b"x" * 100_000)
    os.write(2, b"y" * 100_000)
    return str(len(sys.stdin.read()))


def _garbage(_: str) -> str:
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\x00\x00\x00\x00\x00\x00\x00\x05[[[[[ and more")
        except OSError:
            continue
    return "written"


def _huge_claim(_: str) -> str:
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\x7f" * 8)
        except OSError:
            continue
    time.sleep(60)
    return "written"


def _connect(_: str) -> str:
    socket.socket()
    return "open"


def _read(path: str) -> str:
    return f"{len(Path(path).read_bytes())} bytes"


def _write(path: str) -> str:
    Path(path).write_text("x", encoding="utf-8")
    return "written"


def _delete(path: str) -> str:
    Path(path).unlink()
    return "deleted"


def _start(_: str) -> str:
    return str(subprocess.run(["/bin/true"], check=False).returncode)


def _fork(_: str) -> str:
    pid = os.fork()
    if not pid:
        os._exit(0)
    return "forked"


def _signal(pid: str) -> str:
    os.kill(int(pid), signal.SIGCONT)
    return "sent"


def _thread(_: str) -> str:
    found: list[str] = []
    thread = threading.Thread(target=found.append, args=("ran",))
    thread.start()
    thread.join()
    return found[0]


def _modules(_: str) -> str:
    heavy = {
        "torch",
        "chromadb",
        "discord",
        "tantivy",
        "sqlite3",
        "numpy",
        "bot",
        "retrieval.storage",
        "retrieval.index",
    }
    return ", ".join(sorted(heavy & sys.modules.keys())) or "none"


def _environment(_: str) -> str:
    return " ".join(sorted(os.environ))


def _pid(_: str) -> str:
    return str(os.getpid())


_KEPT: list[bytearray] = []
_DEEDS: dict[str, Callable[[str], str]] = {
    f"!{function.__name__[1:]}": function
    for function in (
        _spin, _sleep, _allocate, _grow, _keep, _exit, _leave, _abort, _crash, _recurse, _chatter, _garbage,
        _huge_claim, _connect, _read, _write, _delete, _start, _fork, _signal, _thread, _modules, _environment, _pid,
    )
}  # fmt: skip
