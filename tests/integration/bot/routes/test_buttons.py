"""Buttons under answers: more, context, votes, pagers; pressed by any member."""

from __future__ import annotations

import csv
import io

from bot.ui import strings
from tests.support.bot.bot_session import BotSession
from tests.support.bot.rendered_messages import displayed, labels, numbered, passages, question
from tests.support.bot.seed_articles import assert_verbatim, ids, paragraphs, texts
from tests.support.fake_discord import Permission, VisibleMessage

COUNTRIES = "How many countries are in the Coalition of the Willing?"
NAUSEDA = "What did Nausėda say?"


def paragraph(article_id: str, number: int) -> str:
    """A paragraph's words."""
    start, end = paragraphs(article_id)[number - 1]
    return texts()[article_id][start:end].rstrip()


async def test_more_passages_are_others(session: BotSession) -> None:
    """More passages come privately, are slices too, and repeat none that the answer shows already."""
    discord = session.discord
    guild = discord.guild()
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    answer = await ada.slash("ask", question=COUNTRIES, quotes=1)
    more = await bob.press(answer, "More passages")
    assert more.ephemeral
    assert question(more) == COUNTRIES
    known = {(quote.title, quote.first) for quote in passages(answer)}
    found = {(quote.title, quote.first) for quote in passages(more)}
    assert found
    assert not known & found
    for quote in passages(more):
        assert_verbatim(quote)


async def test_every_button_under_more_passages_does_something(session: BotSession) -> None:
    """Context, sharing, and yet more passages, none of which was shown before; votes belong under the answer."""
    discord = session.discord
    ada = discord.person("Ada", discord.guild())
    answer = await ada.slash("ask", question=COUNTRIES, quotes=1)
    more = await ada.press(answer, "More passages")
    assert numbered(await ada.press(more, "In context"))
    assert passages(await ada.press(more, "Share")) == passages(more)
    known = {(quote.title, quote.first) for quote in (*passages(answer), *passages(more))}
    rest = await ada.press(more, "More passages")
    assert not known & {(quote.title, quote.first) for quote in passages(rest)}
    assert labels(more) == ["More passages", "In context", "Share"], "the vote stays with the answer"


async def test_where_nothing_more_answers_that_is_said(session: BotSession) -> None:
    """More passages of an answer that was all there is: one private line."""
    ada = session.discord.person("Ada", session.discord.guild())
    answer = await ada.slash("ask", question="Who is the mayor of Dnipro?", quotes=5)
    more = await ada.press(answer, "More passages")
    assert more.ephemeral
    assert "no more passages" in more.text
    assert more.buttons == []


async def test_in_context_shows_the_paragraphs_around(session: BotSession) -> None:
    """The quoted paragraph is marked and stands between its neighbours, each word for word; one page a quote."""
    ada = session.discord.person("Ada", session.discord.guild())
    answer = await ada.slash("ask", question=COUNTRIES)
    context = await ada.press(answer, "In context")
    assert context.ephemeral
    for number, quote in enumerate(passages(answer)):
        if number:
            context = await ada.press(context, "Next ▶")
        shown = numbered(context)
        article_id = ids()[quote.title]
        assert displayed(context.embeds[0]["title"]) == quote.title
        assert shown == {number: paragraph(article_id, number) for number in shown}
        assert set(shown) >= {each for each in (quote.first - 1, quote.first, quote.first + 1) if each}
        marked = [line for line in context.text.split("\n") if "◀ quoted" in line]
        assert [f"**¶ {quote.first}**" in line for line in marked] == [True]
    assert len({context.id}) == 1
    assert next(button for button in context.buttons if button.label == "Next ▶").disabled


def votes(sight: VisibleMessage) -> list[tuple[str, str, str]]:
    """Question, helpful and not helpful of each row of a report."""
    (content,) = sight.files.values()
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return [(row["question"], row["helpful"], row["not_helpful"]) for row in rows]


async def test_one_vote_a_person_that_can_be_changed(session: BotSession) -> None:
    """Two people vote, one twice, one changes: the report counts each once, as they voted last."""
    discord = session.discord
    guild = discord.guild()
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    answer = await ada.slash("ask", question=NAUSEDA)
    for person, label, reply in (
        (ada, "Helpful", "counted"),
        (ada, "Helpful", "already"),
        (bob, "Helpful", "counted"),
        (bob, "Not helpful", "changed"),
    ):
        sight = await person.press(answer, label)
        assert sight.ephemeral
        assert reply in sight.content
    report = await discord.owner(guild).slash("report")
    assert votes(report) == [(NAUSEDA, "1", "1")]


async def test_the_button_of_an_unknown_message(session: BotSession) -> None:
    """A press on a button with an unknown key is answered: it has expired."""
    discord = session.discord
    guild = discord.guild()
    ada = discord.person("Ada", guild)
    answer = await ada.slash("ask", question=NAUSEDA)
    button = answer.button("More passages")
    assert button.custom_id is not None
    action, key, page = button.custom_id.split(":")[1:]
    forged = f"pq:{action}:{key[::-1]}:{page}"
    for row in answer.message.components:
        for each in row["components"]:
            if each["custom_id"] == button.custom_id:
                each["custom_id"] = forged
    reply = await ada.press(answer, custom_id=forged)
    assert reply.ephemeral
    assert reply.content == strings.EXPIRED


async def test_a_press_without_the_right_is_refused_with_the_reason(session: BotSession) -> None:
    """If only certain roles may ask, a press by others gets a private refusal."""
    discord = session.discord
    guild = discord.guild()
    readers = discord.role(guild, "Readers")
    ada = discord.person("Ada", guild, roles=(readers,))
    bob = discord.person("Bob", guild)
    boss = discord.person("Boss", guild, roles=(discord.role(guild, "Managers", Permission.MANAGE_GUILD),))
    await boss.slash("settings role", change="add", role=readers)
    answer = await ada.slash("ask", question=COUNTRIES)
    for label in labels(answer):
        reply = await bob.press(answer, label)
        assert reply.ephemeral
        assert "certain roles" in reply.content
    more = await ada.press(answer, "In context")
    assert numbered(more)
