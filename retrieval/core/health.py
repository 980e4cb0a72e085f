"""What looking at something found: the form in which every check, also those of other packages, tells it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check came out; a NOTE needs no action."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``remedy`` says what to do; empty when there is nothing to do."""

    subject: str
    verdict: Verdict
    finding: str
    remedy: str = ""
