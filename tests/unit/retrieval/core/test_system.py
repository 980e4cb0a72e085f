"""Available memory, from the files of Linux."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.core.system import Memory, read_memory

MEMINFO = "MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    2000000 kB\nHugePages_Total: 0\n"
MACHINE, GROUPS = "proc/meminfo", "proc/self/cgroup"
V2, V1 = "sys/fs/cgroup", "sys/fs/cgroup/memory"
SERVICE = f"{V2}/system.slice/pullquote.service"


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({}, None),
        ({MACHINE: "garbage"}, None),
        ({MACHINE: MEMINFO}, Memory(8_192_000_000, 2_048_000_000)),
        (
            {f"{V2}/memory.max": "max\n", f"{V2}/memory.current": "5\n", MACHINE: MEMINFO},
            Memory(8_192_000_000, 2_048_000_000),
        ),
        ({f"{V2}/memory.max": "1000\n", f"{V2}/memory.current": "900\n"}, Memory(1000, 100)),
        (
            {
                f"{V2}/memory.max": "1000\n",
                f"{V2}/memory.current": "900\n",
                f"{V2}/memory.stat": "anon 1\ninactive_file 300\n",
            },
            Memory(1000, 400),
        ),
        ({f"{V2}/memory.max": "1000\n", f"{V2}/memory.current": "1100\n", MACHINE: MEMINFO}, Memory(1000, 0)),
        (
            {
                GROUPS: "0::/system.slice/pullquote.service\n",
                f"{SERVICE}/memory.max": "1000\n",
                f"{SERVICE}/memory.current": "900\n",
                MACHINE: MEMINFO,
            },
            Memory(1000, 100),
        ),
        ({f"{V1}/memory.limit_in_bytes": "9223372036854771712\n", f"{V1}/memory.usage_in_bytes": "900\n"}, None),
        (
            {
                f"{V1}/memory.limit_in_bytes": "1000\n",
                f"{V1}/memory.usage_in_bytes": "900\n",
                f"{V1}/memory.stat": "total_inactive_file 50\n",
            },
            Memory(1000, 150),
        ),
    ],
)
def test_memory_is_the_tightest_limit(tmp_path: Path, texts: dict[str, str], found: Memory | None) -> None:
    """The lowest limit of machine, service and container counts, and page cache counts as available."""
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    assert read_memory(tmp_path) == found
