"""The list of misses: what was shown, in the run that it is about."""

from __future__ import annotations

from retrieval.core.types import Outcome
from retrieval.evaluation.datasets import GoldAnswer, LabelledQuestion
from retrieval.evaluation.report import misses
from retrieval.evaluation.systems import OURS, Result

TEXTS = {"a:1": "The answer.", "b:2": "Something else."}


def result(*, away: Outcome) -> Result:
    """An answer that was found, and what became of the question without it."""
    asked = LabelledQuestion("Who?", (GoldAnswer("a", "The answer"),), "a")
    return Result(asked, {"a:1"}, {OURS: ["a:1", "b:2"]}, 0.9, Outcome.ANSWERED, 0.8, away, "b:2")


def test_answered_without_the_answer_shows_what_was_shown_then() -> None:
    """The expected passage was not there in that run: the wrong one is listed."""
    (miss,) = misses([result(away=Outcome.ANSWERED)], TEXTS)
    assert miss["faults"] == ["answered with the answer taken away"]
    assert (miss["shown_without"], miss["shown_without_text"]) == ("b:2", "Something else.")


def test_declined_without_the_answer_is_no_miss() -> None:
    """A declined question is no miss, whatever came first."""
    assert misses([result(away=Outcome.NOTHING)], TEXTS) == []
