"""How long each stage of a question takes, told to whoever wants to know."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Stage(StrEnum):
    """What a search goes through, in this order."""

    ENCODING = "encoding"
    VECTORS = "vectors"
    KEYWORDS = "keywords"
    READING = "reading"
    RANKING = "ranking"
    QUOTING = "quoting"


#: Called with a stage that is over and its seconds, in the thread that did the work, also when it failed.
Observe = Callable[[Stage, float], None]


def unobserved(stage: Stage, seconds: float) -> None:
    """Nobody wants to know."""


@contextmanager
def timed(observe: Observe, stage: Stage) -> Iterator[None]:
    """Tell ``observe`` how long the block took."""
    started = time.perf_counter()
    try:
        yield
    finally:
        observe(stage, time.perf_counter() - started)
