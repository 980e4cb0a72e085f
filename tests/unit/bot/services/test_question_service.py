"""Questions are accepted or refused with a reason, answered with slices of articles, recorded, and found again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.observability.request_log import Source
from bot.services.answers import Request
from bot.services.permissions import Asker
from bot.services.question_service import Desk, RefusedError
from bot.services.rate_limits import Limits
from bot.services.worker_pool import Lane, Pool
from bot.store import PersonHash, Store, Vote
from bot.store.guild_settings import Rules
from bot.store.message_state import (
    AnswerMessage,
    ArticleList,
    ArticleView,
    AskedQuestion,
    ClosestPassages,
    MorePassages,
    RelatedPassages,
    SearchResults,
)
from bot.ui.markup.escaping import quoted_words
from bot.ui.markup.pages import Form
from retrieval.core.errors import QuestionError
from retrieval.core.types import Outcome
from tests.support.fake_articles import FakeArticles, answer

PARIS = "Macron met 31 leaders.\n\nMerz named 5 brigades.\n\nStarmer pledged 9 ships."
ADA = Asker(person=1, guild=7, channel=70)
BOB = Asker(person=2, guild=7, channel=70)


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


@asynccontextmanager
async def opened(folder: Path, fake: FakeArticles, pool: Pool | None = None) -> AsyncIterator[Desk]:
    """A desk over a real file of records."""
    with Store(folder) as store:
        async with Lane() as lane, pool or Pool() as used:
            desk = Desk(fake, used, lane, store, PersonHash(b"k" * 32), Limits(), now=lambda: 1_800_000_000.0)
            await desk.prepare()
            yield desk


def run(folder: Path, scenario: Callable[[Desk, FakeArticles], Awaitable[None]]) -> None:
    """A scenario with a desk of its own."""

    async def go() -> None:
        fake = articles()
        async with opened(folder, fake) as desk:
            await scenario(desk, fake)

    asyncio.run(go())


def test_an_answer_is_made_of_slices_and_recorded(tmp_path: Path) -> None:
    """What the page quotes is what the article says; the vote and the report find the question."""

    async def scenario(desk: Desk, _fake: FakeArticles) -> None:
        with desk.accept(ADA, Source.COMMAND) as place:
            reply = await desk.answer(place, ADA, Request("Who met?", 2, guild=7), Form.EMBEDS)
        shown = [quoted_words(embed.description or "") for embed in reply.pages[0].embeds[1:]]
        assert shown == PARIS.split("\n\n")[:2]
        assert reply.key is not None
        assert await desk.message(reply.key) == reply.state
        assert await desk.vote(reply.key, 2, helpful=True) is Vote.COUNTED
        report = await desk.report(7, 90)
        assert [(row.question, row.helpful) for row in report.questions] == [("Who met?", 1)]

    run(tmp_path, scenario)


def test_more_passages_are_those_not_shown_yet(tmp_path: Path) -> None:
    """And when there are no more, that is said."""

    async def scenario(desk: Desk, _fake: FakeArticles) -> None:
        with desk.accept(ADA, Source.COMMAND) as place:
            first = await desk.answer(place, ADA, Request("Who met?", 1, guild=7), Form.EMBEDS)
            assert isinstance(first.state, AnswerMessage)
            rest = await desk.more(place, ADA, first.state, Form.EMBEDS)
            assert isinstance(rest.state, MorePassages)
            assert [ref.start for ref in rest.state.quotes] == [PARIS.index("Merz"), PARIS.index("Starmer")]
            all_of_it = await desk.answer(place, ADA, Request("Who met?", 5, guild=7), Form.EMBEDS)
            assert isinstance(all_of_it.state, AnswerMessage)
            with pytest.raises(RefusedError, match="no more"):
                await desk.more(place, ADA, all_of_it.state, Form.EMBEDS)

    run(tmp_path, scenario)


def test_closest_passages_are_a_button_away(tmp_path: Path) -> None:
    """No answer quotes nothing; the button shows what came closest, and not as an answer."""

    async def scenario(desk: Desk, _fake: FakeArticles) -> None:
        with desk.accept(ADA, Source.COMMAND) as place:
            none = await desk.answer(place, ADA, Request("Who is lost?", 3, guild=7), Form.EMBEDS)
            assert len(none.pages[0].embeds) == 1
            close = await desk.closest(place, ADA, none.state, Form.EMBEDS)
        assert isinstance(close.state, ClosestPassages)
        assert quoted_words(close.pages[0].embeds[1].description or "") == "Starmer pledged 9 ships."
        assert close.pages[0].embeds[1].colour == close.pages[0].embeds[0].colour

    run(tmp_path, scenario)


def test_a_follow_up_is_understood_with_the_question_before_it(tmp_path: Path) -> None:
    """The answer says which question was taken up; a question that stands alone takes up nothing."""

    async def scenario(desk: Desk, fake: FakeArticles) -> None:
        fake.answers["What did Starmer name?"] = answer(fake.quote("paris", "Starmer pledged 9 ships."))
        with desk.accept(ADA, Source.MENTION) as place:
            first = await desk.answer(place, ADA, Request("What did Merz name?", 3, guild=7), Form.EMBEDS)
            await desk.link_conversation(first.key, 555, 70)
            before = await desk.previous_question(None, 555)
            assert before == "What did Merz name?"
            reply = await desk.answer(place, ADA, Request("and Starmer?", 3, guild=7, before=before), Form.EMBEDS)
            assert isinstance(reply.state, AnswerMessage)
            question = reply.state.question
            assert question == AskedQuestion("and Starmer?", None, "What did Merz name?", "What did Starmer name?")
            assert "Taken up with the question before it: “What did Merz name?”" in (
                reply.pages[0].embeds[0].description or ""
            )
            alone = await desk.answer(place, ADA, Request("Who met?", 3, guild=7, before=before), Form.EMBEDS)
            assert isinstance(alone.state, AnswerMessage)
            assert alone.state.question.previous_question is None

    run(tmp_path, scenario)


def test_a_follow_up_is_answered_with_what_it_is_about(tmp_path: Path) -> None:
    """A surer answer that never says the new word is not the one meant."""

    async def scenario(desk: Desk, fake: FakeArticles) -> None:
        about = answer(fake.quote("paris", "Starmer pledged 9 ships."), confidence=0.6)
        other = answer(fake.quote("paris", "Macron met 31 leaders."), confidence=0.99)
        fake.answers |= {"What did Starmer name in Paris?": about, "What did Merz name in Starmer?": other}
        with desk.accept(ADA, Source.MENTION) as place:
            request = Request("and Starmer?", 3, guild=7, before="What did Merz name in Paris?")
            reply = await desk.answer(place, ADA, request, Form.EMBEDS)
        assert isinstance(reply.state, AnswerMessage)
        assert reply.state.question.understood == "What did Starmer name in Paris?"

    run(tmp_path, scenario)


def test_of_a_message_nothing_is_kept(tmp_path: Path) -> None:
    """Find sources leaves no word of it, neither as a question nor for the buttons."""

    async def scenario(desk: Desk, fake: FakeArticles) -> None:
        fake.answers["somebody's private words"] = answer(fake.quote("paris", "Macron met 31 leaders."))
        with desk.accept(ADA, Source.COMMAND) as place:
            reply = await desk.bearing(place, ADA, "somebody's private words", Form.EMBEDS)
        assert isinstance(reply.state, RelatedPassages)
        assert reply.state.quotes
        assert (await desk.report(7, 90)).asked == 0

    run(tmp_path, scenario)
    for path in tmp_path.iterdir():
        assert b"private words" not in path.read_bytes()


def test_refusals_say_why(tmp_path: Path) -> None:
    """Too many, busy, not allowed, ending: each its own sentence, and none costs a question it did not get."""

    async def scenario(desk: Desk, _fake: FakeArticles) -> None:
        for person in range(36):
            desk.accept(Asker(person, None, 1), Source.COMMAND)
        with pytest.raises(RefusedError, match=r"busy, try again in \d+ s"):
            desk.accept(Asker(36, None, 1), Source.COMMAND)
        for _ in range(5):
            with pytest.raises(RefusedError, match="busy"):
                desk.accept(Asker(1000, None, 1), Source.COMMAND)

    run(tmp_path, scenario)

    async def others(desk: Desk, _fake: FakeArticles) -> None:
        for _ in range(3):
            desk.accept(ADA, Source.COMMAND).release()
        with pytest.raises(RefusedError, match=r"Try again in \d+ s"):
            desk.accept(ADA, Source.COMMAND)
        await desk.save_rules(7, Rules(roles=frozenset({9})))
        with pytest.raises(RefusedError, match="certain roles"):
            desk.accept(BOB, Source.COMMAND)
        desk.permit_reading(BOB)
        desk.closing = True
        with pytest.raises(RefusedError, match="restarted"):
            desk.permit_reading(BOB)

    run(tmp_path, others)


def test_a_changed_article_is_not_quoted_any_more(tmp_path: Path) -> None:
    """The words under a button are checked again, not trusted."""

    async def scenario(desk: Desk, fake: FakeArticles) -> None:
        with desk.accept(ADA, Source.COMMAND) as place:
            reply = await desk.answer(place, ADA, Request("Who met?", 1, guild=7), Form.EMBEDS)
            fake.texts["paris"] = PARIS.replace("31", "13")
            (page,) = await desk.pages(place, reply.state, Form.EMBEDS)
        assert "has changed" in (page.embeds[1].description or "")
        assert "13" not in str(page.embeds[1].to_dict())

    run(tmp_path, scenario)


def test_full_records_do_not_cost_an_answer(tmp_path: Path) -> None:
    """Without room for buttons the answer comes without buttons."""

    async def scenario(desk: Desk, _fake: FakeArticles) -> None:
        desk._store.close()
        desk._store = Store(tmp_path)
        desk._store._connection.execute("PRAGMA query_only = ON")
        with desk.accept(ADA, Source.COMMAND) as place:
            reply = await desk.answer(place, ADA, Request("Who met?", 1, guild=7), Form.EMBEDS)
        assert reply.key is None
        assert len(reply.pages[0].embeds) == 2
        desk._store.close()

    run(tmp_path, scenario)


def test_an_error_of_the_question_reaches_the_asker(tmp_path: Path) -> None:
    """And the place is free again."""

    async def scenario(desk: Desk, fake: FakeArticles) -> None:
        fake.error = QuestionError("The question is empty.")
        with pytest.raises(QuestionError), desk.accept(ADA, Source.COMMAND) as place:
            await desk.answer(place, ADA, Request("?", 3), Form.EMBEDS)
        assert desk._pool.taken == 0

    run(tmp_path, scenario)


def test_notes_for_operators_are_for_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Members see that figures differ; what to run on the server they need not know."""

    async def scenario(desk: Desk, fake: FakeArticles) -> None:
        notes = ("The articles give different figures.", "Altered. Run: pullquote index --rebuild")
        fake.answers["Who met?"] = replace(fake.answers["Who met?"], notes=notes)
        with desk.accept(ADA, Source.COMMAND) as place:
            reply = await desk.answer(place, ADA, Request("Who met?", 1, guild=7), Form.EMBEDS)
        assert isinstance(reply.state, AnswerMessage)
        assert reply.state.notes == notes[:1]
        assert "different figures" in (reply.pages[0].embeds[0].description or "")
        assert notes[1] in caplog.text

    run(tmp_path, scenario)


def test_a_page_of_an_article_is_made_anew(tmp_path: Path) -> None:
    """Cards, lists and searches need nothing but their name."""

    async def scenario(desk: Desk, _fake: FakeArticles) -> None:
        with desk.place() as place:
            for state in (ArticleView("paris"), ArticleList(), SearchResults("Macron met 31 leaders.")):
                reply = await desk.show(place, ADA, state, Form.PLAIN)
                assert reply.pages[0].content
                assert reply.key is not None
                assert await desk.pages(place, await desk.message(reply.key), Form.PLAIN) == reply.pages

    run(tmp_path, scenario)
