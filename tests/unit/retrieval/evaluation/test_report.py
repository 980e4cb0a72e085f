"""The report of an evaluation: its document, its tables, and the list of misses."""

from __future__ import annotations

import json

from retrieval.evaluation.datasets import GoldAnswer, LabelledQuestion
from retrieval.evaluation.report import SYSTEMS, document, misses, tables
from retrieval.evaluation.systems import Result

TEXTS = {"a:1": "The answer.", "b:2": "Something else."}


def result(*, absent: float) -> Result:
    """A question whose answer is found, with its confidence when the answer is removed."""
    asked = LabelledQuestion("Who?", (GoldAnswer("a", "The answer"),), "a")
    return Result(asked, {"a:1"}, {system: ["a:1", "b:2"] for system in SYSTEMS}, 0.9, absent, "b:2")


def test_a_question_answered_without_its_answer_lists_the_passage_quoted_then() -> None:
    """The expected passage was not there in that run: the wrong one is listed."""
    (miss,) = misses([result(absent=0.8)], TEXTS, 0.5)
    assert miss["faults"] == ["answered with the answer taken away"]
    assert (miss["shown_without"], miss["shown_without_text"]) == ("b:2", "Something else.")


def test_a_question_declined_without_its_answer_is_no_miss() -> None:
    """A declined question is no miss, whatever came first."""
    assert misses([result(absent=0.1)], TEXTS, 0.5) == []


def test_questions_without_answers_alone_give_no_finding_metrics() -> None:
    """The document stays valid JSON: no metric is NaN, and the tables can be printed."""
    asked = LabelledQuestion("Who?", (), "")
    found = document([Result(asked, set(), {system: [] for system in SYSTEMS}, 0.1)], 5, 0.5)
    assert found["finding"] == {}
    assert found["answering"]["declined_unanswerable_questions"] == 1.0
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    tables(found)
