"""Order, variety, repeats and the highlighted sentences."""

from __future__ import annotations

from retrieval.search.answer.highlights import highlight
from retrieval.search.query.analysis import Question, analyse
from retrieval.search.ranking.ranker import rank
from retrieval.search.ranking.scoring import Candidate, PassageTerms
from retrieval.search.ranking.selection import are_duplicates, diversify, merge_duplicates
from retrieval.text.tokenizer import content_terms
from retrieval.text.vocabulary import Vocabulary


def passage(name: str, *sentences: str, cosine: float = 0.4, lead_in: str = "") -> Candidate:
    terms = PassageTerms.of((content_terms(s) for s in sentences), content_terms(lead_in))
    article = name.partition("-")[0]
    return Candidate(0, name, article, sentences, terms, cosine, tuple(cosine for _ in sentences), lead_in)


def asked(question: str, *candidates: Candidate) -> Question:
    return analyse(question, Vocabulary.of(" ".join(c.sentences) for c in candidates))


ALASKA = passage("a-1", "The Alaska summit yielded next to zero results.", "Trump was not pleased.")
PARIS = passage("b-1", "The Paris summit gathered 31 countries.", "It lasted a day.")
SPORT = passage("c-1", "The team won the cup twice.", cosine=0.1)


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


def test_every_article_speaks_before_one_speaks_twice() -> None:
    """Two good passages of one article do not crowd out another article."""
    first = passage("a-1", "Macron met Rutte in Paris.")
    second = passage("a-2", "Macron and Rutte were in Paris early.")
    other = passage("b-1", "In Paris Macron met leaders.")
    question = asked("Did Macron meet Rutte in Paris?", first, second, other)
    chosen = diversify(question, rank(question, [first, second, other], 5.0), 3)
    assert [c.scored.candidate.article_id for c in chosen] == ["a", "b", "a"]


def test_an_article_with_nothing_to_say_stays_silent() -> None:
    """Variety does not bring in passages that are far from the question."""
    question = asked("What came out of the Alaska summit?", ALASKA, SPORT)
    chosen = diversify(question, rank(question, [ALASKA, SPORT], 8.0), 3)
    assert [c.scored.candidate.passage_id for c in chosen] == ["a-1"]


def test_near_identical_passages_become_one_with_also_in() -> None:
    """The same text in two articles is quoted once."""
    one = passage("a-1", "The Coalition of the Willing gathered at the Élysée Palace in Paris to seek peace.")
    copy = passage("b-1", "The Coalition of the Willing recently gathered at the Elysee Palace in Paris to seek peace.")
    assert are_duplicates(one.terms.distinct(), copy.terms.distinct())
    question = asked("Where did the coalition gather?", one, copy)
    choices = merge_duplicates(rank(question, [one, copy], 9.0))
    assert len(choices) == 1
    assert len(choices[0].duplicates) == 1


def test_a_different_figure_is_never_a_repeat() -> None:
    """31 countries and 35 countries are two statements."""
    text = "The coalition comprising {} countries gathered at the palace in Paris to discuss guarantees."
    one, other = passage("a-1", text.format(31)), passage("b-1", text.format(35))
    assert not are_duplicates(one.terms.distinct(), other.terms.distinct())


def test_the_highlight_is_the_answering_sentence() -> None:
    """One sentence is enough where it says all that matters."""
    question = asked("What did the Alaska summit yield?", ALASKA)
    assert highlight(question, rank(question, [ALASKA], 8.0)[0]) == (0,)


def test_the_highlight_takes_two_sentences_that_share_the_answer() -> None:
    """Where the name stands in one sentence and the matter in the next, both are highlighted."""
    split = passage("a-1", "Mark Rutte was in Prague.", "He warned that Russia invests heavily.", "It rained.")
    question = asked("What did Mark Rutte warn about Russia investing?", split)
    assert highlight(question, rank(question, [split], 8.0)[0]) == (0, 1)


def test_nothing_in_nothing_out() -> None:
    """No candidates, no quotes, no error."""
    question = asked("Who?", ALASKA)
    assert rank(question, [], 0.0) == []
    assert diversify(question, [], 3) == []


def test_a_quotation_of_two_sentences_is_highlighted_whole() -> None:
    """Half a quotation is a fragment: the sentence that closes it comes along."""
    asked = analyse("What did Michal stress?", Vocabulary())
    text = ("Michal stressed that “guarantees must hold.", "Russia has no say.” Others agreed.")
    (best,) = rank(asked, [passage("a-1", *text)], 10.0)
    assert highlight(asked, best) == (0, 1)
