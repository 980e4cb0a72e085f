"""Questions are answered with references to slices of articles; the buttons show what an answer left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.observability.request_log import RequestLog
from bot.services.admission import RefusedError
from bot.services.question_service import QuestionRequest, QuestionService
from bot.store.message_state import AskedQuestion, ClosestPassages, MorePassages, QuoteRef, RelatedPassages
from retrieval.core.types import Outcome
from tests.support.doubles.fake_articles import FakeArticles, answer

PARIS = "Macron met 31 leaders.\n\nMerz named 5 brigades.\n\nStarmer pledged 9 ships."


@pytest.fixture
def articles() -> FakeArticles:
    """One article, and what it answers."""
    fake = FakeArticles({"paris": PARIS})
    macron, merz, starmer = (fake.quote("paris", words) for words in PARIS.split("\n\n"))
    fake.answers = {
        "Who met?": answer(macron, merz, starmer),
        "What did Merz name?": answer(merz),
        "Who is lost?": answer(starmer, outcome=Outcome.NOTHING, confidence=0.1),
    }
    return fake


@pytest.fixture
def questions(articles: FakeArticles) -> QuestionService:
    """The service over that article."""
    return QuestionService(articles, RequestLog())


def words(refs: tuple[QuoteRef, ...]) -> list[str]:
    """The words of each quote."""
    return [PARIS[ref.start : ref.end] for ref in refs]


def test_more_passages_are_those_not_shown_yet(questions: QuestionService) -> None:
    """The second press goes on after the first, and a press after the last passage is refused."""
    first = questions.answer(QuestionRequest("Who met?", 1, guild=7))
    assert words(first.quotes) == ["Macron met 31 leaders."]
    more = questions.more(first)
    assert isinstance(more, MorePassages)
    assert words(more.quotes) == ["Merz named 5 brigades.", "Starmer pledged 9 ships."]
    with pytest.raises(RefusedError, match="no more"):
        questions.more(more)
    with pytest.raises(RefusedError, match="no more"):
        questions.more(questions.answer(QuestionRequest("Who met?", 5, guild=7)))


def test_a_question_without_an_answer_keeps_the_closest_passages(questions: QuestionService) -> None:
    """They wait behind a button, which is refused where nothing comes close."""
    none = questions.answer(QuestionRequest("Who is lost?", 3, guild=7))
    assert (none.outcome, none.quotes) == (Outcome.NOTHING, ())
    assert questions.closest(none) == ClosestPassages(none.question, quotes=none.closest, guild=7)
    assert words(none.closest) == ["Starmer pledged 9 ships."]
    with pytest.raises(RefusedError, match="come close"):
        questions.closest(questions.answer(QuestionRequest("Who met?", 3)))


def test_a_follow_up_names_the_question_it_builds_on(questions: QuestionService, articles: FakeArticles) -> None:
    """A question that stands alone names none."""
    starmer = answer(articles.quote("paris", "Starmer pledged 9 ships."))
    articles.answers["and Starmer?"] = replace(starmer, understood="What did Starmer name?")
    followed = questions.answer(QuestionRequest("and Starmer?", 3, previous="What did Merz name?"))
    asked = AskedQuestion("and Starmer?", None, "What did Merz name?", "What did Starmer name?")
    assert followed.question == asked
    assert articles.previous == "What did Merz name?"
    alone = questions.answer(QuestionRequest("Who met?", 3, previous="What did Merz name?"))
    assert alone.question == AskedQuestion("Who met?")


def test_related_passages_keep_no_word_of_the_message(questions: QuestionService, articles: FakeArticles) -> None:
    """The first three are shown, the others wait for a button."""
    text = "My private words"
    articles.answers[text] = articles.answers["Who met?"]
    related = questions.related(text, 7)
    assert isinstance(related, RelatedPassages)
    assert words((*related.quotes, *related.more)) == PARIS.split("\n\n")
    assert "private" not in repr(related)
    with pytest.raises(RefusedError, match="no more"):
        questions.more(related)
    four = replace(related, quotes=related.quotes[:1], more=related.quotes[1:])
    assert questions.more(four) == RelatedPassages(quotes=related.quotes[1:], guild=7)


def test_notes_for_operators_are_logged(
    questions: QuestionService, articles: FakeArticles, caplog: pytest.LogCaptureFixture
) -> None:
    """Members see that figures differ, and no command to run on the server."""
    notes = ("The articles give different figures.", "Altered. Run: pullquote index --rebuild")
    articles.answers["Who met?"] = replace(articles.answers["Who met?"], notes=notes)
    assert questions.answer(QuestionRequest("Who met?", 1)).notes == notes[:1]
    assert notes[1] in caplog.text
