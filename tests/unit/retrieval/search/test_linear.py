"""Everything that reads a question, a message or a candidate's text takes time in proportion to its length."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from retrieval.core.display.span import Span
from retrieval.search.answer.conflicts import differing_figures
from retrieval.search.query.analysis import analyse
from retrieval.search.query.exact_words import exact_words_in
from retrieval.search.query.follow_up import follow_up_of, mentions
from retrieval.search.query.message import message_queries
from retrieval.search.ranking.answer_types import answer_type_score
from retrieval.text.vocabulary import Vocabulary
from tests.support.adversarial import TEXTS
from tests.support.doubles.fake_articles import quote
from tests.support.growth import assert_linear

VOCABULARY = Vocabulary.of(["The North Atlantic Treaty Organization (NATO) met Anna Berg in March 2022."])
QUESTIONS = (
    "How many men came?",
    "How much did it cost?",
    "When did he come?",
    "What year was it?",
    "Who came?",
    "What did Berg say?",
    "Why did he go?",
    "How long is it?",
)
_number = count()


def score(text: str) -> None:
    """Score ``text`` as a sentence and as context for each type of answer; no text twice, since tokens are cached."""
    for question in (analyse(question, VOCABULARY) for question in QUESTIONS):
        answer_type_score(question, f"{text} {next(_number)}", "")
        answer_type_score(question, "He said so.", f"{text} {next(_number)}")


def compare_figures(text: str) -> None:
    """Look for a figure in ``text`` that differs from another article's."""
    for question in ("How many men came?", "When did he come?"):
        texts = ("31 men came on 12 March 2022.", text)
        quotes = [quote(each, article=each[:5], highlights=(Span(0, len(each)),)) for each in texts]
        differing_figures(analyse(question, VOCABULARY), quotes)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "analyse": lambda text: analyse(text, VOCABULARY),
    "follow_up_of": lambda text: follow_up_of(text, "What did Anna Berg say about the Bank of England?"),
    "follow_up_of a long question": lambda text: follow_up_of("and Germany?", text),
    "follow_up_of a long question with names": lambda text: follow_up_of("what did he say?", text),
    "mentions": lambda text: mentions(frozenset({"germany"}), text),
    "message_queries": message_queries,
    "exact_words_in": exact_words_in,
    "answer_type_score": score,
    "differing_figures": compare_figures,
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_time_is_linear(function: str, text: str) -> None:
    """A text of twice the length takes about twice the time."""
    assert_linear(FUNCTIONS[function], TEXTS[text], start=4_000, largest=8_000)
