"""Report on the questions asked in a guild, grouped by question. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from retrieval.core.types import Outcome


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question and its count; ``question``, ``outcome`` and ``confidence`` are those of the last time."""

    question: str
    times: int
    last_asked: float
    outcome: Outcome
    confidence: float
    helpful: int
    not_helpful: int


@dataclass(frozen=True, slots=True)
class Report:
    """The questions of a guild in the last ``days``, the most asked first."""

    days: int
    questions: tuple[QuestionRow, ...]

    @property
    def asked(self) -> int:
        """The number of questions, repeats counted."""
        return sum(row.times for row in self.questions)

    @property
    def unanswered(self) -> list[QuestionRow]:
        """Questions without an answer the last time, the most asked first."""
        return [row for row in self.questions if row.outcome is not Outcome.ANSWERED]

    @property
    def least_helpful(self) -> list[QuestionRow]:
        """Questions with more votes against than for them, the worst first."""
        bad = [row for row in self.questions if row.not_helpful > row.helpful]
        return sorted(bad, key=lambda row: (row.helpful - row.not_helpful, -row.last_asked))


def summarise(rows: Iterable[QuestionRow], days: int) -> Report:
    """Merge the rows of one question: case, spaces and final punctuation do not tell questions apart."""
    groups: dict[str, list[QuestionRow]] = {}
    for row in rows:
        normalised = " ".join(row.question.casefold().split()).rstrip("?!. ")
        groups.setdefault(normalised or row.question, []).append(row)
    questions = map(_merged, groups.values())
    return Report(days, tuple(sorted(questions, key=lambda row: (-row.times, -row.last_asked, row.question))))


def _merged(group: list[QuestionRow]) -> QuestionRow:
    helpful, not_helpful = sum(row.helpful for row in group), sum(row.not_helpful for row in group)
    last = max(group, key=lambda row: row.last_asked)
    return replace(last, times=sum(row.times for row in group), helpful=helpful, not_helpful=not_helpful)
