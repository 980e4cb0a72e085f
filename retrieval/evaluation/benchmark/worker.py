"""Asks one pipeline in a separate process, so that its memory and start can be measured.

``python -m retrieval.evaluation.benchmark.worker SYSTEM FOLDER MODEL QUESTIONS`` prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

WARM_UP = 20


def main(arguments: list[str]) -> None:
    """Open a pipeline, warm it up, time every question."""
    started = time.perf_counter()
    system, folder, model, file = arguments
    questions: list[str] = json.loads(Path(file).read_text(encoding="utf-8"))
    with ExitStack() as stack:
        ask = _open(system, Path(folder), model, stack)
        ask(questions[0])
        first = time.perf_counter() - started
        for question in questions[:WARM_UP]:
            ask(question)
        times = []
        for question in questions:
            begun = time.perf_counter()
            ask(question)
            times.append(time.perf_counter() - begun)
    sys.stdout.write(json.dumps({"seconds": times, "first_answer": first, "peak_bytes": _peak_bytes()}) + "\n")


def _peak_bytes() -> int:
    """Return the peak memory of this process. On Linux from /proc: the figure of getrusage includes the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _open(system: str, folder: Path, model: str, stack: ExitStack) -> Callable[[str], object]:
    if system == "plain":
        from retrieval.evaluation.benchmark.baseline import PlainPipeline

        return PlainPipeline(folder, model).ask
    from retrieval.core.settings import Settings
    from retrieval.search.session import open_searcher

    return stack.enter_context(open_searcher(Settings(home=folder, embedding_model=model))).ask


if __name__ == "__main__":
    main(sys.argv[1:])
