"""Benchmarks an embedded vector index against a local Chroma server: filling, searching, memory.

``python -m tests.load.vector_server 10000 100000`` starts its own server and prints a JSON line for each size and
place. ``client_bytes``: peak memory of a process that only searches; ``server_bytes``: the server's.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.core.errors import VectorsUnavailableError
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.core.vectors import Matrix, normalise
from retrieval.index.vector import WRITE_TIMEOUTS, ChromaVectorIndex, ServerVectorIndex, probe_server

DIMENSIONS = 384
QUESTIONS = 500
WARM_UP = 50
DEPTH = 32
_BATCH = 5000
_SENTENCES = 4000  # directions that passages are mixed of: vectors of real passages lie in groups, too


def passages(count: int, seed: int) -> Matrix:
    """Return unit vectors, shape (count, DIMENSIONS), each the mean of three to six sentences with some noise."""
    sentences = np.random.default_rng(0).standard_normal((_SENTENCES, DIMENSIONS)).astype(np.float32)
    chooser = np.random.default_rng(seed)
    rows = 0.3 * chooser.standard_normal((count, DIMENSIONS)).astype(np.float32)
    for row, size in enumerate(chooser.integers(3, 7, count)):
        rows[row] += sentences[chooser.integers(0, _SENTENCES, size)].mean(axis=0)
    return normalise(rows)


def _measure(place: str, where: str, count: int) -> dict[str, Any]:
    started = time.perf_counter()
    with _opened(place, where) as index:
        for first in range(0, count, _BATCH):
            some = min(_BATCH, count - first)
            index.add(range(first, first + some), passages(some, seed=first + 1))
    filled = time.perf_counter() - started
    with _opened(place, where) as index:
        asked = passages(WARM_UP + QUESTIONS, seed=10**9)
        times = []
        for vector in asked:
            begun = time.perf_counter()
            index.nearest(vector, DEPTH)
            times.append(time.perf_counter() - begun)
    p50, p95 = np.percentile(times[WARM_UP:], [50, 95])
    return {"fill_seconds": round(filled, 1), "p50_ms": round(1000 * p50, 2), "p95_ms": round(1000 * p95, 2)}


def _opened(place: str, where: str) -> ChromaVectorIndex | ServerVectorIndex:
    if place == "embedded":
        return ChromaVectorIndex(Path(where))
    return ServerVectorIndex(ChromaServer(url=where), "benchmark", make=True, timeouts=WRITE_TIMEOUTS)


def _peak_bytes(pid: int | str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, int]]:
    """Start a Chroma server; yield its address and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = str(Path(sys.executable).with_name("chroma"))
    command = [program, "run", "--host", "127.0.0.1", "--port", str(port), "--path", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    probe_server(ChromaServer(url=url))
                    break
                except VectorsUnavailableError:
                    time.sleep(0.1)
            yield url, server.pid
        finally:
            server.terminate()


def _child(place: str, where: str, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.load.vector_server", place, where, str(count)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(found.stdout)
    return measured


def main(arguments: list[str]) -> None:
    """Measure each size in both places, or one of them in a child process."""
    if arguments[0] in {"embedded", "server"}:
        place, where, count = arguments
        found = _measure(place, where, int(count)) | {"client_bytes": _peak_bytes("self")}
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for size in map(int, arguments):
        with tempfile.TemporaryDirectory(prefix="pullquote-") as name:
            found = {"passages": size, "place": "embedded", **_child("embedded", str(Path(name) / "chroma"), size)}
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
            with _serving(Path(name) / "server") as (url, pid):
                found = {"passages": size, "place": "server", **_child("server", url, size)}
                sys.stdout.write(json.dumps(found | {"server_bytes": _peak_bytes(pid)}) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
