"""The sentences of a quote that are highlighted."""

from __future__ import annotations

from retrieval.search.answer.highlights import highlight
from retrieval.search.query.analysis import analyse
from retrieval.search.ranking.scoring import rank
from retrieval.text.vocabulary import Vocabulary
from tests.unit.retrieval.search.building import ALASKA, asked, passage


def test_the_highlight_is_the_answering_sentence() -> None:
    """One sentence is enough where it says all that matters."""
    question = asked("What did the Alaska summit yield?", ALASKA)
    assert highlight(question, rank(question, [ALASKA], 8.0)[0]) == (0,)


def test_the_highlight_takes_two_sentences_that_share_the_answer() -> None:
    """A name in one sentence and the rest in the next: both are highlighted."""
    split = passage("a-1", "Mark Rutte was in Prague.", "He warned that Russia invests heavily.", "It rained.")
    question = asked("What did Mark Rutte warn about Russia investing?", split)
    assert highlight(question, rank(question, [split], 8.0)[0]) == (0, 1)


def test_a_quotation_of_two_sentences_is_highlighted_whole() -> None:
    """Half a quotation is a fragment: the sentence that closes it comes along."""
    question = analyse("What did Michal stress?", Vocabulary())
    text = ("Michal stressed that “guarantees must hold.", "Russia has no say.” Others agreed.")
    (best,) = rank(question, [passage("a-1", *text)], 10.0)
    assert highlight(question, best) == (0, 1)
