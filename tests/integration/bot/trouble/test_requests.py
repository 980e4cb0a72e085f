"""Requests that fail on their way: too many, a bad gateway, a lost answer, a reset connection, an expired token."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from tests.support.bot.bot_session import BotSession
from tests.support.bot.rendered_messages import passages
from tests.support.bot.seed_articles import assert_verbatim
from tests.support.fake_discord import Channel, NoAnswerError, Permission, Person, VisibleMessage
from tests.support.fake_discord.rest.errors import cannot_message_user, invalid_form, missing_permissions, unknown

TRUCE = "Who will lead the truce monitoring mechanism?"
CALLBACK, EDIT, SEND, TYPE, FOLLOW, DIRECT = (
    "POST */callback", "PATCH */@original", "POST /channels/{channel_id}/messages", "POST */typing",
    "POST /webhooks/{application_id}/{token}", "POST /users/@me/channels",
)  # fmt: skip


def cast(session: BotSession, name: str) -> tuple[Person, Person, Channel]:
    """Two people in a new server, and its channel."""
    guild = session.discord.guild(name)
    return (
        session.discord.person("Ada", guild),
        session.discord.person("Bob", guild),
        next(iter(guild.channels.values())),
    )


def assert_answer(sight: VisibleMessage) -> None:
    """The answer to the question of these tests."""
    quotes = passages(sight)
    assert "The US has agreed to lead" in quotes[0].text
    for quote in quotes:
        assert_verbatim(quote)


TROUBLES = ("429", "429 everywhere", "502", "503", "lost request", "lost answer", "slow")


def trouble(session: BotSession, kind: str, pattern: str) -> None:
    """Wait for the next request of a kind."""
    faults = session.discord.faults
    if kind == "429":
        faults.rate_limit(pattern, retry_after=0.2)
    elif kind == "429 everywhere":
        faults.rate_limit(pattern, retry_after=0.2, everywhere=True)
    elif kind in {"502", "503"}:
        faults.server_error(pattern, status=int(kind))
    elif kind == "lost request":
        faults.lose_request(pattern)
    elif kind == "lost answer":
        faults.lose_answer(pattern)
    else:
        faults.delay(pattern, seconds=1.2)


@pytest.mark.parametrize("kind", TROUBLES)
@pytest.mark.parametrize("pattern", [CALLBACK, EDIT])
async def test_a_command_is_answered_through_trouble(session: BotSession, kind: str, pattern: str) -> None:
    """The acknowledgement, or the answer, meets trouble once: it is tried again, and seen once."""
    ada, bob, place = cast(session, f"{kind} {pattern}")
    trouble(session, kind, pattern)
    asked = ada.slash("ask", place, question=TRUCE)
    assert_answer(await asked)
    assert len(asked.sights) == 1
    trouble(session, kind, pattern)
    pressed = bob.press(asked.sights[0], "In context")
    assert (await pressed).ephemeral
    assert len(pressed.sights) == 1
    assert not [fault for fault in session.discord.faults.active if fault.hits == 0], "each trouble struck"
    session.discord.faults.clear()


@pytest.mark.parametrize("kind", TROUBLES)
@pytest.mark.parametrize("pattern", [SEND, TYPE])
async def test_a_mention_is_answered_through_trouble(session: BotSession, kind: str, pattern: str) -> None:
    """The reply, or the typing before it, meets trouble once: there is one reply, not two."""
    ada, _, place = cast(session, f"{kind} {pattern}")
    trouble(session, kind, pattern)
    said = ada.mention(TRUCE, place)
    assert_answer(await said)
    session.once(f"mention, {kind}, {pattern}", lambda: len(said.sights))
    session.discord.faults.clear()


@pytest.mark.parametrize("kind", ["429", "502", "lost request", "lost answer"])
async def test_lines_and_votes_come_through_trouble(session: BotSession, kind: str) -> None:
    """Immediate responses, without an acknowledgement before: a vote's line, a refusal, suggestions, another page."""
    ada, bob, place = cast(session, kind)
    answer = await ada.slash("ask", place, question=TRUCE)
    trouble(session, kind, CALLBACK)
    assert "counted" in (await bob.press(answer, "Helpful")).content
    trouble(session, kind, CALLBACK)
    assert "no article" in (await bob.slash("source", place, article="zzzz")).content
    found = await bob.slash("find", place, words="Ukraine")
    trouble(session, kind, CALLBACK)
    first = passages(found)
    await bob.press(found, "Next ▶")
    assert passages(found) != first
    trouble(session, kind, EDIT)
    await bob.press(found, "◀ Previous")
    assert passages(found) == first
    session.discord.faults.clear()


@pytest.mark.parametrize("kind", ["429", "502"])
async def test_suggestions_come_through_trouble(session: BotSession, kind: str) -> None:
    """Autocomplete meets trouble: the suggestions come all the same."""
    ada, _, place = cast(session, kind)
    trouble(session, kind, CALLBACK)
    offered = await ada.autocomplete("source", "article", "western", place)
    assert offered
    session.discord.faults.clear()


@pytest.mark.parametrize("kind", ["lost request", "lost answer"])
async def test_suggestions_that_are_lost_come_with_the_next_letter(session: BotSession, kind: str) -> None:
    """Suggestions are never retried for long: typing on brings new ones."""
    ada, _, place = cast(session, kind)
    trouble(session, kind, CALLBACK)
    with suppress(NoAnswerError):
        await ada.autocomplete("source", "article", "wester", place)
    session.discord.faults.clear()
    assert await ada.autocomplete("source", "article", "western", place)


@pytest.mark.parametrize("kind", ["429", "502", "lost request"])
async def test_files_come_through_trouble(session: BotSession, kind: str) -> None:
    """A report's file, which is uploaded, and the article's full text survive trouble."""
    ada, bob, place = cast(session, kind)
    assert place.guild is not None
    await ada.slash("ask", place, question=TRUCE)
    trouble(session, kind, EDIT)
    report = await session.discord.owner(place.guild).slash("report", place)
    assert len(report.files) == 1
    card = await bob.slash("source", place, article="001_c89cddc9c1940466")
    trouble(session, kind, EDIT)
    full = await bob.press(card, "Full text")
    assert len(full.files) == 1
    session.discord.faults.clear()


@pytest.mark.parametrize("kind", ["429", "502", "lost request", "lost answer"])
@pytest.mark.parametrize("pattern", [DIRECT, SEND])
async def test_an_answer_by_direct_message_comes_through_trouble(session: BotSession, kind: str, pattern: str) -> None:
    """The direct message sent where the bot may not write is retried as well."""
    ada, _, place = cast(session, f"{kind} {pattern}")
    session.discord.deny(place, session.discord.bot, Permission.SEND_MESSAGES)
    trouble(session, kind, pattern)
    ada.mention(TRUCE, place)
    assert_answer(await ada.until_sees("The US has agreed to lead", ada.dm_channel))
    session.once(
        f"direct message, {kind}, {pattern}", lambda: sum(bool(passages(each)) for each in ada.sees(ada.dm_channel))
    )
    session.discord.faults.clear()


@pytest.mark.parametrize("private", [False, True])
async def test_the_token_expires_during_an_answer(session: BotSession, private: bool) -> None:
    """Then the answer goes into the channel as a message, or to the person by direct message if it is private."""
    ada, bob, place = cast(session, "Expired")
    slow = session.discord.faults.delay(EDIT, seconds=0.3)
    asked = ada.slash("ask", place, question=TRUCE, private=private)
    await asked.acknowledged()
    asked.expire()
    where = ada.dm_channel if private else place
    answer = await ada.until_sees("The US has agreed to lead", where)
    assert_answer(answer)
    assert bool([each for each in bob.sees(place) if passages(each)]) is not private
    more = await ada.press(answer, "In context")
    assert more.ephemeral
    slow.cancel()
    session.discord.faults.clear()


async def test_a_deferred_message_that_is_deleted(session: BotSession) -> None:
    """The answer's place is gone (10008): the answer comes as a message."""
    ada, _, place = cast(session, "Deleted")
    session.discord.faults.refuse(EDIT, unknown("Message"))
    ada.slash("ask", place, question=TRUCE)
    assert_answer(await ada.until_sees("The US has agreed to lead", place))
    session.discord.faults.clear()


async def test_permissions_that_change_between_question_and_answer(session: BotSession) -> None:
    """The channel takes no reply any more: the answer comes by direct message, or if that fails too, not at all."""
    ada, bob, place = cast(session, "Changed")
    session.discord.faults.refuse(SEND, missing_permissions())
    ada.mention(TRUCE, place)
    assert_answer(await ada.until_sees("The US has agreed to lead", ada.dm_channel))
    session.discord.faults.refuse(SEND, missing_permissions())
    session.discord.faults.refuse(SEND, cannot_message_user(), times=2)
    bob.mention(TRUCE, place)
    await ada.slash("help", place)
    session.discord.faults.clear()
    assert_answer(await bob.slash("ask", place, question=TRUCE))


@pytest.mark.parametrize("kind", ["429", "502", "lost request", "lost answer"])
async def test_a_second_message_comes_through_trouble(session: BotSession, kind: str) -> None:
    """A failed second message of an answer is retried, and the first stays intact."""
    discord = session.discord
    _, _, place = cast(session, kind)
    assert place.guild is not None
    discord.deny(place, discord.bot, Permission.EMBED_LINKS)
    for number in range(12):
        person = discord.person(f"Person {number}", place.guild)
        await person.slash("ask", place, question=f"{number}: How do I reset my {'pass ' * 20}word?")
    trouble(session, kind, FOLLOW)
    report = discord.owner(place.guild).slash("report", place)
    first = await report
    second = (await report.followups(1, 10))[0]
    discord.faults.clear()
    assert first.content.startswith("**The last 90 days**")
    assert first.files
    assert "went wrong" not in first.content + second.content


async def test_an_answer_that_discord_does_not_take(session: BotSession) -> None:
    """The asker gets a short apology with a number, and the log has that number with the traceback."""
    ada, bob, place = cast(session, "Incident")
    for sight in (ada.slash("ask", place, question=TRUCE), bob.mention(TRUCE, place)):
        for pattern in (EDIT, SEND):
            session.discord.faults.refuse(pattern, invalid_form([(("embeds",), "BASE_TYPE_MAX_LENGTH", "no")]))
        reply = await sight
        session.discord.faults.clear()
        incident = reply.content.rpartition("under ")[2].strip(".")
        assert "Sorry" in reply.content
        log = session.bot.log
        assert re.fullmatch(r"[0-9A-F]{8}", incident)
        assert "Traceback" in log[log.index(f"incident {incident}") :]


async def test_an_outage_of_the_api(session: BotSession) -> None:
    """Every edit fails for seconds: the answer arrives when that is over."""
    ada, _, place = cast(session, "Outage")
    session.discord.faults.server_error(EDIT, times=2, status=503)
    asked = ada.slash("ask", place, question=TRUCE)
    assert_answer(await asked.answer(60))
    assert len(asked.sights) == 1
    session.discord.faults.clear()
