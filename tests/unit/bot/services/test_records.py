"""Records of questions, votes and messages are written for the next press of a button and the next follow-up."""

from __future__ import annotations

from pathlib import Path

from bot.store import Store, Vote
from bot.store.guild_settings import GuildSettings
from bot.store.message_state import AnswerMessage, ArticleView, AskedQuestion, RelatedPassages
from retrieval.core.types import Outcome
from tests.support.doubles.fake_articles import FakeArticles, open_services

ANSWER = AnswerMessage(AskedQuestion("and Ada?", None, "Who met?", "Who met Ada?"), Outcome.ANSWERED, 0.9, guild=7)


async def test_an_answer_is_stored_with_its_question(tmp_path: Path) -> None:
    """The button finds the message, a vote finds the question, the report lists both."""
    async with open_services(tmp_path, FakeArticles()) as services:
        records = services.records
        key = await records.save_message(1, ANSWER)
        assert key is not None
        assert await records.message(key) == ANSWER
        assert await records.vote(key, 2, helpful=True) is Vote.COUNTED
        (row,) = (await records.report(7, 90)).questions
        assert (row.question, row.helpful) == ("and Ada?", 1)
        assert await records.forget(1) == (1, 0, 1)
        assert await records.message(key) is None


async def test_related_passages_are_no_question(tmp_path: Path) -> None:
    """*Find sources* does not appear in the report."""
    async with open_services(tmp_path, FakeArticles()) as services:
        assert await services.records.save_message(1, RelatedPassages(guild=7)) is not None
        assert (await services.records.report(7, 90)).asked == 0


async def test_a_follow_up_builds_on_the_first_known_conversation(tmp_path: Path) -> None:
    """The question as it was understood; an article that was looked up is no question."""
    async with open_services(tmp_path, FakeArticles()) as services:
        records = services.records
        await records.link_conversation(await records.save_message(1, ANSWER), 555, None)
        await records.link_conversation(await records.save_message(1, ArticleView("paris")), 556)
        await records.link_conversation(None, 557)
        assert await records.previous_question(None, 557, 555) == "Who met Ada?"
        assert await records.previous_question(556, 555) is None
        assert await records.previous_question(None) is None


async def test_a_store_that_cannot_be_written_costs_only_the_buttons(tmp_path: Path) -> None:
    """There is no key, and no error."""
    async with open_services(tmp_path, FakeArticles()) as services:
        store = services.records._store
        assert isinstance(store, Store)
        store._connection.execute("PRAGMA query_only = ON")
        assert await services.records.save_message(1, ANSWER) is None


async def test_guild_settings_are_read_at_the_start(tmp_path: Path) -> None:
    """A restart keeps them; direct messages have the defaults."""
    changed = GuildSettings(quotes=5)
    async with open_services(tmp_path, FakeArticles()) as services:
        await services.records.save_guild_settings(7, changed)
        assert services.records.guild_settings(7) == changed
    async with open_services(tmp_path, FakeArticles()) as services:
        assert services.records.guild_settings(7) == changed
        assert services.records.guild_settings(None) == services.records.guild_settings(8) == GuildSettings()
