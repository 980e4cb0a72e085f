"""Growth of running time: compares a function's time at n and 2n, with no limit in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
#: A doubled input may take this many times as long: 2 is linear, 4 quadratic.
MAX_RATIO = 3.0
_MEASURABLE = 0.02  # seconds of this thread's processor time: below it, noise decides


def assert_linear(
    function: Callable[[T], object], make: Callable[[int], T], *, start: int = 2_000, largest: int = 1 << 20
) -> None:
    """Assert that ``function(make(2 * n))`` takes at most ``MAX_RATIO`` times as long as ``function(make(n))``.

    ``n`` grows from ``start`` until the time can be measured, to at most ``largest``; a function that is fast even then
    has passed. Time is the processor time of this thread; a first ratio too large is measured again, the best of three,
    at up to three sizes, so that a busy machine changes nothing.

    Raises:
        AssertionError: when the time grows faster, with both times.
    """
    n = start
    while (first := _seconds(function, make(n))) < _MEASURABLE and n < largest:
        n *= 2
    if first < _MEASURABLE:
        return
    if _seconds(function, make(2 * n)) <= MAX_RATIO * first:
        return
    for size in (n, 2 * n, 4 * n):  # a step, such as one of the processor's caches, shows at one size only
        small, large = (min(_seconds(function, make(each)) for _ in range(3)) for each in (size, 2 * size))
        if large <= MAX_RATIO * small:
            return
    raise AssertionError(f"n = {size}: {small:.3f} s, 2n: {large:.3f} s, ratio {large / small:.1f} > {MAX_RATIO}")


def _seconds(function: Callable[[T], object], value: T) -> float:
    started = time.thread_time()
    function(value)
    return time.thread_time() - started
