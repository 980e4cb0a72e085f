"""Stages of a search and of an indexing run, and the callbacks that receive durations and progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Stage(StrEnum):
    """Stages of a search, in the order in which they run."""

    ENCODING = "encoding"
    VECTORS = "vectors"
    KEYWORDS = "keywords"
    READING = "reading"
    RANKING = "ranking"
    QUOTING = "quoting"


#: Called with a finished stage and its seconds, in the thread that did the work, also when it failed.
Observe = Callable[[Stage, float], None]

#: Called with the name of a step, the items done so far and their number; ``None`` while that is unknown.
Progress = Callable[[str, int, int | None], None]


def unobserved(stage: Stage, seconds: float) -> None:
    """No-op."""


def no_progress(step: str, done: int, total: int | None) -> None:
    """No-op."""


@contextmanager
def timed(observe: Observe, stage: Stage) -> Iterator[None]:
    """Report the duration of the block to ``observe``."""
    started = time.perf_counter()
    try:
        yield
    finally:
        observe(stage, time.perf_counter() - started)
