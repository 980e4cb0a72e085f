"""Follow-ups are rewritten in full; questions that stand alone are left as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.search.query.follow_up import follow_up_of, mentions


@pytest.mark.parametrize(
    ("question", "before", "way"),
    [
        ("and Germany?", "What did France promise?", "What did Germany promise?"),
        ("What about Keir Starmer?", "What did Emmanuel Macron say in Paris?", "What did Keir Starmer say in Paris?"),
        ("Greenland?", "What did Trump say about Venezuela?", "What did Trump say about Greenland?"),
        ("and libraries?", "How many bakeries does the town have?", "How many libraries does the town have?"),
        ("When did he say that?", "What did Macron announce?", "When did Macron say that?"),
        ("and who are its members?", "Who leads NATO?", "who are NATO's members?"),
        ("and of Kyiv?", "Who is the mayor of Dnipro?", "Who is the mayor of Kyiv?"),
        ("and the troops?", "what was promised?", "what was promised the troops?"),
    ],
)
def test_follow_ups(question: str, before: str, way: str) -> None:
    """The full question is among the ways in which it may be meant."""
    found = follow_up_of(question, before)
    assert found is not None
    assert way in found.rewrites


@pytest.mark.parametrize(
    "question",
    ["Who will lead the truce monitoring mechanism?", "How many countries met in Paris?", "???", "   "],
)
def test_questions_that_stand_alone(question: str) -> None:
    """Nothing is taken up for them."""
    assert follow_up_of(question, "What did Macron say about Ukraine?") is None


def test_a_question_that_says_enough_is_tried_alone_first() -> None:
    """A pronoun in a full question does not make it a follow-up by itself."""
    full = follow_up_of("What will it take for Russia to accept the ceasefire?", "Who leads NATO?")
    short = follow_up_of("When was it?", "Who leads NATO?")
    assert full is not None
    assert full.standalone_first
    assert short is not None
    assert not short.standalone_first


def test_an_answer_has_to_speak_of_what_is_new() -> None:
    """An answer about France is no answer to "and Germany?"."""
    found = follow_up_of("and Germany?", "What did France promise?")
    assert found is not None
    assert mentions(found.words, "Germany's chancellor agreed.")
    assert mentions(found.words, "The German chancellor agreed.")
    assert not mentions(found.words, "France promised troops, and gas.")
    assert mentions(frozenset(), "Anything.")


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_follow_each_other(question: str, before: str) -> None:
    """At most four ways, none of them empty."""
    found = follow_up_of(question, before)
    if found is not None:
        assert 1 <= len(found.rewrites) <= 4
        assert all(way.strip() for way in found.rewrites)
