"""The order of passages, and the best sentence of each."""

from __future__ import annotations

from retrieval.search.ranking.scoring import rank
from tests.unit.retrieval.search.building import ALASKA, PARIS, SPORT, asked, passage


def test_the_passage_that_says_the_words_comes_first() -> None:
    """With equal vectors the keywords decide."""
    candidates = (SPORT, PARIS, ALASKA)
    ranked = rank(asked("What came out of the Alaska summit?", *candidates), candidates, 8.0)
    assert [e.candidate.passage_id for e in ranked] == ["a-1", "b-1", "c-1"]


def test_the_vector_decides_where_no_word_matches() -> None:
    """A paraphrase is found by meaning alone."""
    far, near = passage("a-1", "One thing.", cosine=0.1), passage("b-1", "Another matter.", cosine=0.6)
    assert rank(asked("Why bother?", far, near), [far, near], 2.0)[0].candidate is near


def test_the_sentence_with_the_kind_of_thing_asked_for_is_the_best() -> None:
    """Of two sentences that say the same words, the one with the number answers "how many"."""
    both = passage("a-1", "Countries gathered in Paris.", "In Paris 31 countries gathered.")
    assert rank(asked("How many countries gathered in Paris?", both), [both], 6.0)[0].best == 1


def test_order_does_not_depend_on_the_order_of_candidates() -> None:
    """Equal scores are ordered by article and passage, so an answer is the same every time."""
    twins = [passage(f"{n}-1", "Leaders met in Paris.") for n in "cab"]
    question = asked("Who met in Paris?", *twins)
    names = [e.candidate.passage_id for e in rank(question, twins, 3.0)]
    assert names == [e.candidate.passage_id for e in rank(question, twins[::-1], 3.0)] == ["a-1", "b-1", "c-1"]


def test_a_lead_in_lends_its_name_to_a_pronoun() -> None:
    """ "He stated …" is found by the name that the sentence before it gives."""
    bare = passage("a-1", "He stated that Russia invests 40% of its budget.")
    led = passage("b-1", "He stated that Russia invests 40% of its budget.", lead_in="Mark Rutte spoke.")
    ranked = rank(asked("What did Rutte say about the budget?", bare, led), [bare, led], 6.0)
    assert ranked[0].candidate is led
