"""How the vector index is doing, for answers that have to say so, for health pages and for the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class VectorState(StrEnum):
    """In every state but ``GOOD`` questions are answered from keywords alone."""

    GOOD = "good"
    AWAY = "away"
    SLOW = "slow"
    REFUSED = "token refused"
    FOREIGN = "wrong version"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class VectorHealth:
    """``detail`` is one line for whoever runs the server: what is wrong and what to do; empty when all is good.

    It names the server, and ends without a full stop.
    """

    state: VectorState = VectorState.GOOD
    detail: str = ""

    @property
    def good(self) -> bool:
        """Whether vectors are searched."""
        return self.state is VectorState.GOOD
