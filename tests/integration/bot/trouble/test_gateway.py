"""The gateway drops, asks to reconnect, or declares the session over: no accepted question is lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from tests.support.bot.bot_session import BotSession
from tests.support.bot.rendered_messages import passages
from tests.support.bot.seed_articles import assert_verbatim
from tests.support.fake_discord import VisibleMessage

TRUCE = "Who will lead the truce monitoring mechanism?"


def assert_answered_once(sights: list[VisibleMessage]) -> None:
    """One answer, with quotes from the articles."""
    assert len(sights) == 1
    quotes = passages(sights[0])
    assert quotes
    for quote in quotes:
        assert_verbatim(quote)


async def test_twenty_drops_in_the_middle_of_questions(session: BotSession) -> None:
    """Each time a command and a mention are under way when the wire is cut or closed: both are answered, once.

    What is asked while the bot is away is answered when it is back. All on one session, resumed each time.
    """
    discord = session.discord
    codes = [None, 1001, 4000, None, 1006 + 5, None, 4001, 4008, None, 4009]
    for number in range(20):
        guild = discord.guild(f"Drop {number}")
        ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
        place = next(iter(guild.channels.values()))
        asked = ada.slash("ask", place, question=f"{TRUCE[:-1]}, {number}?")
        said = ada.mention(TRUCE, place)
        if number % 2:
            await asked.acknowledged()
        await discord.gateway.drop(codes[number % len(codes)])
        meanwhile = bob.mention("What did Nausėda say?", place)
        await asked
        await said
        await meanwhile
        assert_answered_once(asked.sights)
        assert_answered_once(said.sights)
        assert_answered_once(meanwhile.sights)
    assert sum(each.resumes for each in discord.gateway.sessions.values()) >= 15


@pytest.mark.parametrize(
    "trouble",
    [
        lambda session: session.discord.gateway.reconnect(),
        lambda session: session.discord.gateway.invalidate(resumable=True),
        lambda session: session.discord.gateway.invalidate(resumable=False),
    ],
    ids=["reconnect", "invalid session, resumable", "invalid session"],
)
async def test_being_sent_away(session: BotSession, trouble: Callable[[BotSession], None]) -> None:
    """After a request to reconnect or an invalid session, questions under way are answered, and later ones as well."""
    discord = session.discord
    guild = discord.guild("Sent away")
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    place = next(iter(guild.channels.values()))
    asked, said = ada.slash("ask", place, question=TRUCE), ada.mention(TRUCE, place)
    await asked.acknowledged()
    before = len(discord.gateway.connections)
    trouble(session)
    await asked
    await said
    assert_answered_once(asked.sights)
    assert_answered_once(said.sights)
    await discord.world.happenings.until(lambda: len(discord.gateway.connections) > before, 30, "a new connection")
    await discord.gateway.connected()
    assert passages(await bob.slash("ask", place, question=TRUCE))
    assert discord.gateway.missed_heartbeats == 0


async def test_thrown_out_of_a_server_while_answering(session: BotSession) -> None:
    """The bot is removed between question and answer: other servers do not notice, nothing is a traceback."""
    discord = session.discord
    gone, stays = discord.guild("Gone"), discord.guild("Stays")
    ada, bob = discord.person("Ada", gone), discord.person("Bob", stays)
    ada.mention(TRUCE, next(iter(gone.channels.values())))
    discord.remove_bot(gone)
    assert passages(await bob.slash("ask", next(iter(stays.channels.values())), question=TRUCE))


async def test_messages_and_people_that_go_away(session: BotSession) -> None:
    """A question that is deleted, or whose author leaves, before the answer comes: it is answered all the same."""
    discord = session.discord
    guild = discord.guild("Fickle")
    place = next(iter(guild.channels.values()))
    ada, bob, cy = (discord.person(name, guild) for name in ("Ada", "Bob", "Cy"))
    said = ada.mention(TRUCE, place)
    ada.delete(said)
    answer = await cy.until_sees("The US has agreed to lead", place)
    assert passages(answer)
    bob.mention("What did Nausėda say?", place)
    bob.leave(guild)
    assert passages(await cy.until_sees("Budapest Memorandum", place))


async def test_no_question_is_answered_twice_after_a_resume(session: BotSession) -> None:
    """A message event that arrives a second time gets no second answer."""
    discord = session.discord
    guild = discord.guild("Twice")
    ada = discord.person("Ada", guild)
    place = next(iter(guild.channels.values()))
    said = ada.mention(TRUCE, place)
    await said
    connected = next(each for each in discord.gateway.sessions.values() if each.connection is not None)
    events = [json.loads(text) for _, text in connected.events]
    event = next(each for each in events if each["t"] == "MESSAGE_CREATE" and each["d"]["id"] == str(said.message.id))
    assert connected.connection is not None
    connected.connection.send_text(json.dumps(event))
    await ada.slash("help", place)
    await asyncio.sleep(0.7)  # an answer takes far less
    assert_answered_once(said.sights)
