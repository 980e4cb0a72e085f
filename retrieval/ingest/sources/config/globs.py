"""Globs over paths, with the meaning that they have in a ``.gitignore``.

A pattern that matches a folder matches all files below it. Without a slash, except at its end, it matches at any depth;
``*`` and ``?`` stop at a slash, ``**`` does not. Matching is linear in the path: a set of states, no backtracking.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache

_WILDCARD = re.compile(r"[*?\[]")


class Glob:
    """One compiled pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        body = pattern.rstrip("/")
        self._folders_only = body != pattern
        parts = body.lstrip("/").split("/")
        if "/" not in body:
            parts.insert(0, "**")
        if parts[-1] == "**":
            parts.append("*")  # all that is in the folder, not the folder itself
        self._parts = tuple(None if part == "**" else re.compile(fnmatch.translate(part)) for part in parts)

    def matches(self, path: str) -> bool:
        """True if the pattern matches the path, relative and with slashes, or a folder above it."""
        parts = path.split("/")
        states = self._with_empty({0})
        for number, part in enumerate(parts, start=1):
            after = {state for state in states if state < len(self._parts) and self._parts[state] is None}
            after |= {state + 1 for state in states if self._matches_part(state, part)}
            states = self._with_empty(after)
            if len(self._parts) in states and not (self._folders_only and number == len(parts)):
                return True
        return False

    def _matches_part(self, state: int, part: str) -> bool:
        compiled = self._parts[state] if state < len(self._parts) else None
        return compiled is not None and compiled.match(part) is not None

    def _with_empty(self, states: set[int]) -> set[int]:
        """Add the states that ``**`` reaches by matching nothing."""
        found = set(states)
        for state in states:
            following = state
            while following < len(self._parts) and self._parts[following] is None:
                following += 1
                found.add(following)
        return found


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Glob:
    """Compile a pattern once."""
    return Glob(pattern)


def fixed_folder(pattern: str) -> str:
    """The leading folders of a pattern that hold no wildcard: ``docs/en`` of ``docs/en/**``."""
    parts = pattern.strip("/").split("/")
    wild = next((index for index, part in enumerate(parts) if _WILDCARD.search(part)), len(parts))
    return "/".join(parts[:wild])
