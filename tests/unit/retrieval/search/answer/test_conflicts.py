"""Figures that differ between articles are pointed out, word for word, and nothing else is."""

from __future__ import annotations

import pytest

from retrieval.core.types import Quote
from retrieval.search.answer.conflicts import differing_figures
from retrieval.search.query.analysis import Question, analyse
from retrieval.text.vocabulary import Vocabulary
from tests.support.doubles.builders import quote


def notes(question: str, *texts: str, articles: str = "abcdef") -> tuple[str, ...]:
    """The notes on quotes of so many articles."""
    quotes = [quote(text, article_id=name) for text, name in zip(texts, articles, strict=False)]
    return differing_figures(asked(question, quotes), quotes)


def asked(question: str, quotes: list[Quote]) -> Question:
    """A question on a corpus of just these quotes."""
    return analyse(question, Vocabulary.of([each.text for each in quotes]))


def test_different_counts_stand_side_by_side() -> None:
    """31 countries here and 35 there: one note with both, each with its article, neither called right."""
    (note,) = notes(
        "How many countries belong to the coalition?",
        "The coalition has 31 countries.",
        "It gathered 35 countries in Paris.",
    )
    assert "“31 countries” in Title of a" in note
    assert "“35 countries” in Title of b" in note


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How many countries came?", "Some 31 countries came.", "In all, 31 countries came."),
        (
            "How many households lost power?",
            "About 600,000 households lost power.",
            "Power failed in 600000 households.",
        ),
        ("How many countries came?", "Two countries came.", "Only 2 countries came."),
        ("When did they meet?", "They met on 4 September 2025.", "On 4 September, 2025 they met."),
        ("What share is spent on defence?", "It spends 40% on defence.", "It spends 40 percent on defence."),
    ],
)
def test_the_same_figure_written_twice_is_no_difference(question: str, one: str, other: str) -> None:
    """Spelling, separators and number words do not make two figures of one."""
    assert notes(question, one, other) == ()


def test_percentages_are_compared_with_percentages() -> None:
    """A share that differs is noted, with its sign."""
    (note,) = notes("What share of its budget does Russia spend?", "Russia spends 40% of its budget.", "It spends 32%.")
    assert "“40%”" in note
    assert "“32%”" in note


def test_percentages_are_not_compared_with_counts() -> None:
    """Forty percent and 31 countries do not contradict each other."""
    assert notes("What share of its budget goes there?", "It is 40% of the budget.", "There are 31 countries.") == ()


def test_amounts_keep_their_unit_and_currency() -> None:
    """Two billion and two million differ in kind; dollars are not euros."""
    question = "How much money did they give?"
    assert notes(question, "They gave $2 billion in money.", "They gave 3 million in money.") == ()
    assert notes(question, "They gave $2 billion in money.", "They gave €3 billion in money.") == ()


def test_dates_that_differ_are_noted() -> None:
    """A question for a time compares dates, as they are written."""
    (note,) = notes("When was it signed?", "It was signed in December 1994.", "They signed it on 5 January 1995.")
    assert "“December 1994”" in note
    assert "“5 January 1995”" in note


def test_one_article_does_not_differ_from_itself() -> None:
    """Two figures in quotes of one article are its own story."""
    assert notes("How many countries came?", "31 countries came.", "35 countries came.", articles="aa") == ()


def test_other_questions_get_no_note() -> None:
    """Questions of who and why compare no figures, nor do quotes without any."""
    assert notes("Who came to Paris?", "31 countries came.", "35 countries came.") == ()
    assert notes("How many countries came?", "Many countries came.", "All countries came.") == ()
    assert notes("How many countries came?") == ()


def test_the_questions_own_figures_are_no_answer() -> None:
    """A number that the question names is what it asks about."""
    assert notes("How many of the 31 countries came?", "Of 31 countries 20 came.", "Of 31 countries, 20 came.") == ()


def test_figures_that_count_something_else_are_left_alone() -> None:
    """A number of years does not conflict with a number of countries."""
    assert notes("How many countries came?", "They met for 3 years.", "They met for 4 hours.") == ()


def test_only_highlighted_sentences_are_read() -> None:
    """A figure in a sentence that does not answer is not held against another article."""
    one = quote("31 countries came. They drank 90 bottles.", article_id="a", highlights=((0, 18),))
    other = quote("They drank 90 bottles. 31 countries came.", article_id="b", highlights=((23, 41),))
    question = asked("How many countries came?", [one, other])
    assert differing_figures(question, [one, other]) == ()


def test_every_figure_in_a_note_is_a_slice_of_its_quote() -> None:
    """The words between the quotation marks are words of the article."""
    texts = ("Some 31 countries belong to it.", "Up to 35 other countries belong to it.", "It has 4 million members.")
    (note,) = notes("How many countries belong to it?", *texts)
    quoted = [part.partition("”")[0] for part in note.split("“")[1:]]
    assert len(quoted) == 2
    assert all(any(words in text for text in texts) for words in quoted)
