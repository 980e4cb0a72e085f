"""Health of the installation and of the vector index: check results, verdicts, states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Result of a check; NOTE needs no action."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of ``pullquote doctor``. ``remedy`` says what to do, empty where nothing is needed."""

    subject: str
    verdict: Verdict
    finding: str
    remedy: str = ""


class VectorState(StrEnum):
    """State of the vector index; in every state but GOOD questions are answered by keywords alone."""

    GOOD = "good"
    UNAVAILABLE = "away"
    SLOW = "slow"
    REFUSED = "token refused"
    UNSUPPORTED_VERSION = "wrong version"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class VectorHealth:
    """State of the vector index. ``detail`` names server, problem and remedy, without a full stop; empty if GOOD."""

    state: VectorState = VectorState.GOOD
    detail: str = ""

    @property
    def good(self) -> bool:
        """True while vectors are searched."""
        return self.state is VectorState.GOOD
