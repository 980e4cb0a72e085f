"""Memory, file handles and threads of a process, read from /proc, and their growth."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

MOST_GROWTH = 1.10
#: Seconds from the start after which memory is looked at first: by then every kind of question was asked often.
SETTLED = 300.0
_WINDOW = 30.0


@dataclass(frozen=True, slots=True)
class Sample:
    """At so many seconds: memory in MB (resident, and without what others share), file handles, threads."""

    at: float
    rss: float
    pss: float
    handles: int
    threads: int

    @classmethod
    def of(cls, pid: int, at: float) -> Sample:
        """Of a running process. Raises OSError when it has ended."""
        folder = Path("/proc") / str(pid)
        memory = _numbers(folder / "smaps_rollup")
        threads = _numbers(folder / "status")["Threads"]
        handles = len(list((folder / "fd").iterdir()))
        return cls(round(at, 1), round(memory["Rss"] / 1024, 1), round(memory["Pss"] / 1024, 1), handles, threads)


def _numbers(file: Path) -> dict[str, int]:
    parts = (line.split() for line in file.read_text(encoding="ascii", errors="replace").splitlines())
    return {each[0].rstrip(":"): int(each[1]) for each in parts if len(each) > 1 and each[1].isdigit()}


Handles = Counter[str]


def handles(pid: int) -> Handles:
    """Count open handles: files by name, sockets and the like by kind."""
    found: Handles = Counter()
    for each in (Path("/proc") / str(pid) / "fd").iterdir():
        try:
            target = str(each.readlink())
        except FileNotFoundError:  # closed meanwhile
            continue
        found[target.partition(":")[0] if ":[" in target else Path(target).name] += 1
    return found


@dataclass
class Gauge:
    """Samples of one process."""

    pid: int
    samples: list[Sample] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def read(self) -> Sample:
        """One more. Raises OSError when the process has ended."""
        sample = Sample.of(self.pid, time.monotonic() - self.began)
        self.samples.append(sample)
        return sample


@dataclass(frozen=True, slots=True)
class Growth:
    """The process once it had settled, and at the end of the load: medians of half a minute each."""

    settled_at: float
    rss: tuple[float, float]
    pss: tuple[float, float]
    handles: tuple[float, float]
    threads: tuple[float, float]

    @classmethod
    def of(cls, samples: list[Sample]) -> Growth:
        """A run shorter than ten minutes counts as settled after half of it."""
        end = samples[-1].at
        settled = min(SETTLED, end / 2)
        first = [each for each in samples if abs(each.at - settled) <= _WINDOW / 2] or samples[:1]
        last = [each for each in samples if each.at >= end - _WINDOW]

        def both(name: str) -> tuple[float, float]:
            return float(median(getattr(each, name) for each in first)), float(
                median(getattr(each, name) for each in last)
            )

        return cls(round(settled, 1), both("rss"), both("pss"), both("handles"), both("threads"))

    @property
    def ratio(self) -> float:
        """Resident memory at the end, of that when settled."""
        return round(self.rss[1] / self.rss[0], 3)
