"""Outcomes of the questions, and the seconds that people waited."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

ANSWERED, REFUSED, SORRY, FAILED = "answered", "refused", "sorry", "failed"
_MOST_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that people waited: half of them at most so long, 95 and 99 in a hundred."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: list[float]) -> Waits:
        """Percentiles of all waits; zeros where there were none."""
        ordered = sorted(seconds) or [0.0]

        def at(share: float) -> float:
            return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3)

        return cls(at(0.50), at(0.95), at(0.99))


@dataclass
class Outcomes:
    """Counts, by way of asking and by what came of it."""

    sent: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, way: str, outcome: str, seconds: float, why: str = "") -> None:
        """One more that is over. ``why`` is kept of the first failures."""
        self.counts[outcome] += 1
        self.ways[f"{way} {outcome}"] += 1
        self.seconds.append(seconds)
        if why and len(self.failures) < _MOST_FAILURES:
            self.failures.append(f"{way}: {why}")

    @property
    def unanswered(self) -> int:
        """Questions that got neither an answer nor a reason."""
        return self.sent - self.counts[ANSWERED] - self.counts[REFUSED] - self.counts[SORRY]
