"""Keeps the texts of recently searched articles in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

#: Characters kept; beyond that the articles not asked for longest are dropped.
CAPACITY = 100_000_000


class TextCache:
    """Article texts by article key. A key stands for one version for ever, so nothing has to be invalidated."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._texts: OrderedDict[int, str | None] = OrderedDict()
        self._size = 0
        self._guard = threading.Lock()

    def get(self, keys: Iterable[int], read: Callable[[Sequence[int]], dict[int, str | None]]) -> dict[int, str | None]:
        """The texts of ``keys``; ``read`` is called once, with those that are not in memory."""
        found: dict[int, str | None] = {}
        missing: list[int] = []
        with self._guard:
            for key in keys:
                if key in self._texts:
                    self._texts.move_to_end(key)
                    found[key] = self._texts[key]
                else:
                    missing.append(key)
        if missing:
            fresh = read(missing)
            found.update(fresh)
            self._add(fresh)
        return found

    def _add(self, fresh: dict[int, str | None]) -> None:
        with self._guard:
            for key, text in fresh.items():
                if key not in self._texts:
                    self._texts[key] = text
                    self._size += len(text or "")
            while self._size > self._capacity and len(self._texts) > 1:
                _, dropped = self._texts.popitem(last=False)
                self._size -= len(dropped or "")
