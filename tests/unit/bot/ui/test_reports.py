"""The CSV of a report opens in a spreadsheet as text, never as a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import QuestionRow, Report
from bot.ui.reports import COLUMNS, report_csv, report_pages
from retrieval.core.types import Outcome


def row(question: str) -> QuestionRow:
    """A question asked twice."""
    return QuestionRow(question, 2, 0.0, Outcome.NOTHING, 0.25, 1, 3)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=HYPERLINK("x")'])
def test_formulas_are_disarmed(cell: str) -> None:
    """Whatever a spreadsheet would take for one begins with an apostrophe."""
    (_, line) = csv.reader(io.StringIO(report_csv([row(cell)]).decode("utf-8-sig"), newline=""))
    assert line[0] == f"'{cell}"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_every_question_comes_back_out_of_the_file(questions: list[str]) -> None:
    """Quotation marks, commas and line ends included."""
    header, *lines = csv.reader(io.StringIO(report_csv(list(map(row, questions))).decode("utf-8-sig"), newline=""))
    assert tuple(header) == COLUMNS
    assert [line[0].removeprefix("'") for line in lines] == [question.removeprefix("'") for question in questions]
    assert all(line[1:] == ["2", "1970-01-01 00:00:00", "nothing", "0.25", "1", "3"] for line in lines)


def test_the_page_lists_ten_and_says_how_many_more() -> None:
    """Nothing is left out silently."""
    (page,) = report_pages(Report(90, tuple(row(f"Question {n}?") for n in range(13))))
    assert "and 3 more in the file" in (page.embeds[1].description or "")
    (empty,) = report_pages(Report(90, ()))
    assert "No question was asked" in (empty.embeds[0].description or "")
