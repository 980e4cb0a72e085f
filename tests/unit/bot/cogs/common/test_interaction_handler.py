"""A reply is made of slices, rendered again from the articles each time, and stored for its buttons."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cogs.common.interaction_handler import InteractionHandler
from bot.services.permissions import Requester
from bot.services.question_service import QuestionRequest
from bot.store.message_state import ArticleList, ArticleView, SearchResults
from bot.transport.delivery import Responder
from bot.ui.markup.pages import Form
from retrieval.core.errors import QuestionError
from retrieval.core.types import Outcome
from tests.support.doubles.fake_articles import FakeArticles, answer, open_services
from tests.support.markdown import quoted_words

PARIS = "Macron met 31 leaders.\n\nMerz named 5 brigades.\n\nStarmer pledged 9 ships."
ADA = Requester(user=1, guild=7, channel=70)


@pytest.fixture
def articles() -> FakeArticles:
    """One article, and what it answers."""
    fake = FakeArticles({"paris": PARIS})
    macron, merz, starmer = (fake.quote("paris", words) for words in PARIS.split("\n\n"))
    fake.answers["Who met?"] = answer(macron, merz)
    fake.answers["Who is lost?"] = answer(starmer, outcome=Outcome.NOTHING, confidence=0.1)
    return fake


async def test_a_reply_quotes_slices_and_is_stored(tmp_path: Path, articles: FakeArticles) -> None:
    """The words on the page are the article's, and the key leads back to the state."""
    async with open_services(tmp_path, articles) as services:
        handler, request = InteractionHandler(services, Responder()), QuestionRequest("Who met?", 2, guild=7)
        with services.admission.reserve() as slot:
            reply = await handler.reply(slot, ADA, lambda: services.questions.answer(request), Form.EMBEDS)
        quoted = [quoted_words(embed.description or "") for embed in reply.pages[0].embeds[1:]]
        assert quoted == PARIS.split("\n\n")[:2]
        assert reply.key is not None
        assert await services.records.message(reply.key) == reply.state


async def test_closest_passages_do_not_look_like_an_answer(tmp_path: Path, articles: FakeArticles) -> None:
    """No answer quotes nothing; the closest passages are as grey as their heading."""
    async with open_services(tmp_path, articles) as services:
        handler, questions = InteractionHandler(services, Responder()), services.questions
        none = questions.answer(QuestionRequest("Who is lost?", 3, guild=7))
        with services.admission.reserve() as slot:
            (page,) = await handler.pages(slot, none, Form.EMBEDS)
            assert len(page.embeds) == 1
            (page,) = await handler.pages(slot, questions.closest(none), Form.EMBEDS)
        heading, quote = page.embeds
        assert quoted_words(quote.description or "") == "Starmer pledged 9 ships."
        assert quote.colour == heading.colour


async def test_a_changed_article_is_not_quoted(tmp_path: Path, articles: FakeArticles) -> None:
    """The words are checked each time the message is rendered."""
    async with open_services(tmp_path, articles) as services:
        handler = InteractionHandler(services, Responder())
        state = services.questions.answer(QuestionRequest("Who met?", 1, guild=7))
        articles.texts["paris"] = PARIS.replace("31", "13")
        with services.admission.reserve() as slot:
            (page,) = await handler.pages(slot, state, Form.EMBEDS)
        assert "has changed" in (page.embeds[1].description or "")
        assert "13" not in str(page.embeds[1].to_dict())


@pytest.mark.parametrize("state", [ArticleView("paris"), ArticleList(), SearchResults("Macron met 31 leaders.")])
async def test_a_lookup_is_rendered_again_from_its_state(
    tmp_path: Path, articles: FakeArticles, state: ArticleView | ArticleList | SearchResults
) -> None:
    """A page turned after a restart shows the same."""
    async with open_services(tmp_path, articles) as services:
        handler = InteractionHandler(services, Responder())
        with services.admission.reserve() as slot:
            reply = await handler.reply(slot, ADA, lambda: state, Form.PLAIN)
            assert reply.pages[0].content
            stored = await services.records.message(reply.key or "")
            assert stored == state
            assert await handler.pages(slot, stored, Form.PLAIN) == reply.pages


async def test_an_error_frees_the_slot(tmp_path: Path, articles: FakeArticles) -> None:
    """And reaches the caller, who answers with it."""
    articles.error = QuestionError("The question is empty.")
    async with open_services(tmp_path, articles) as services:
        handler = InteractionHandler(services, Responder())
        with pytest.raises(QuestionError), services.admission.reserve() as slot:
            await handler.reply(slot, ADA, lambda: services.questions.answer(QuestionRequest("?", 3)), Form.EMBEDS)
        assert services.pool.taken == 0
