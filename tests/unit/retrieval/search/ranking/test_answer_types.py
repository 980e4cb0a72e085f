"""Sentences that hold what was asked for, and sentences that do not."""

from __future__ import annotations

import pytest

from retrieval.search.query.analysis import analyse
from retrieval.search.ranking.answer_types import answer_type_score
from retrieval.text.vocabulary import Vocabulary

NOTHING = Vocabulary()


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [
        ("How many households lost power?", "About 600,000 households were dark.", "It took 12 days to repair."),
        ("How many households lost power?", "Some 40 homes were dark.", "The homes were dark."),
        ("How much does Russia spend?", "Russia spends 40% of its budget.", "Russia spends its budget."),
        ("When was it signed?", "It was signed on 5 December 1994.", "It was signed by all."),
        ("In what year did it open in Paris?", "It opened in 1991.", "It opened in spring."),
        ("Who captured Maduro?", "Maduro was taken by General Jane Doe.", "Maduro was taken at night."),
        ("What did Rutte say?", "“We are ready,” Rutte said.", "Rutte came to Prague."),
        ("What did Kim say to Putin?", "Kim said that he agreed.", "His meeting with Kim was long."),
        ("Why did they stop?", "They stopped because of rain.", "They stopped."),
    ],
)
def test_the_sentence_with_the_thing_asked_for_is_preferred(question: str, better: str, worse: str) -> None:
    """A figure, date, person, utterance or reason counts more than its absence."""
    asked = analyse(question, NOTHING)
    assert answer_type_score(asked, better) > answer_type_score(asked, worse)


def test_what_the_question_supplies_is_no_answer() -> None:
    """The year in the question does not answer "how many" or "when"."""
    assert answer_type_score(analyse("How many troops came in 2014?", NOTHING), "Troops came in 2014.") < 0.5
    assert answer_type_score(analyse("When in 1994 was it signed?", NOTHING), "It was signed in 1994.") < 0.5


def test_another_persons_words_are_not_the_speakers() -> None:
    """A question for what one person said is not answered by another person's words."""
    asked = analyse("What did Kim Jong Un say?", NOTHING)
    assert answer_type_score(asked, "Putin said that all was well.") == 0.0


def test_a_pronoun_speaks_for_the_person_named_before() -> None:
    """ "He said …" counts for the person that the lead-in names."""
    asked = analyse("What did Rutte say?", NOTHING)
    assert (
        answer_type_score(asked, "He warned of an attack.", "Mark Rutte spoke in Prague. He warned of an attack.")
        == 0.8
    )


def test_any_sentence_may_answer_an_open_question() -> None:
    """A question without an answer type gives every sentence the same score."""
    assert answer_type_score(analyse("Is it finished?", NOTHING), "It is ready.") == 0.5
    assert answer_type_score(analyse("Is it finished?", NOTHING), "") == 0.5


def test_the_day_of_a_date_is_no_amount() -> None:
    """A sentence with a date only does not say how much; one with a sum does."""
    asked = analyse("How much did the bridge cost?", Vocabulary())
    assert answer_type_score(asked, "The bridge opened on 12 March 1931.") < 0.5
    assert answer_type_score(asked, "It cost 2.4 million dollars.") == 1.0
