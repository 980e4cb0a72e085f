"""Management commands: channels, roles, limits, reports, deletion of personal data, refusals."""

from __future__ import annotations

import csv
import io
import sqlite3

import pytest

from bot.ui import strings
from tests.support.bot.bot_session import BotSession
from tests.support.bot.rendered_messages import displayed, labels, passages
from tests.support.fake_discord import Channel, Guild, NotOfferedError, Permission, Person, Role

TRUCE = "Who will lead the truce monitoring mechanism?"
PASSWORD = "How do I reset my password?"


def cast(session: BotSession) -> tuple[Guild, Person, Person]:
    """A new server, a manager of it, and a member without rights."""
    discord = session.discord
    guild = discord.guild()
    managers = discord.role(guild, "Managers", Permission.MANAGE_GUILD)
    return guild, discord.person("Boss", guild, roles=(managers,)), discord.person("Ada", guild)


def general(guild: Guild) -> Channel:
    """The first channel."""
    return next(iter(guild.channels.values()))


async def test_settings_and_reports_are_for_managers(session: BotSession) -> None:
    """Discord does not offer them to others, nor in direct messages."""
    _, boss, ada = cast(session)
    for command in ("settings show", "report"):
        with pytest.raises(NotOfferedError):
            ada.slash(command)
        with pytest.raises(NotOfferedError):
            boss.slash(command, boss.dm_channel)
        assert (await boss.slash(command)).ephemeral


async def test_mentions_are_answered_in_the_channels_that_were_set(session: BotSession) -> None:
    """Elsewhere a private reply says why not and what to do; /ask works; threads count as their channel."""
    guild, boss, ada = cast(session)
    other = session.discord.channel(guild, "other")
    shown = await boss.slash("settings channel", change="add", channel=other)
    assert f"<#{other.id}>" in shown.text
    ada.mention(TRUCE)
    reply = await ada.until_sees("certain channels only", ada.dm_channel)
    assert "/settings channel" in reply.text
    assert passages(await ada.slash("ask", question=TRUCE))
    answer = await ada.mention(TRUCE, other)
    assert passages(answer)
    thread = ada.open_thread("More", answer)
    bob = session.discord.person("Bob", guild)
    assert passages(await bob.mention(TRUCE, thread))
    await boss.slash("settings channel", change="remove", channel=other)
    assert passages(await bob.mention(TRUCE))


async def test_only_the_roles_that_were_set_may_ask(session: BotSession) -> None:
    """Others get a refusal: privately to a command, by direct message to a mention. Looking up is free to all."""
    guild, boss, ada = cast(session)
    readers: Role = session.discord.role(guild, "Readers")
    bob = session.discord.person("Bob", guild, roles=(readers,))
    await boss.slash("settings role", change="add", role=readers)
    refused = await ada.slash("ask", question=TRUCE)
    assert refused.ephemeral
    assert "certain roles" in refused.content
    ada.mention(TRUCE)
    await ada.until_sees("certain roles", ada.dm_channel)
    found = await ada.message_command("Find sources", ada.say("The US leads the truce monitoring mechanism."))
    assert "certain roles" in found.content
    assert passages(await bob.slash("ask", question=TRUCE))
    assert passages(await ada.slash("find", words="Dnipro"))
    cleared = await boss.slash("settings role", change="clear")
    assert "everybody" in cleared.text
    assert passages(await ada.slash("ask", question=TRUCE))


async def test_private_by_default_and_fewer_quotes(session: BotSession) -> None:
    """Answers to commands are private then unless asked otherwise, and have as many quotes as set."""
    _, boss, ada = cast(session)
    await boss.slash("settings private", private=True)
    await boss.slash("settings quotes", number=1)
    question = "How many countries are in the Coalition of the Willing?"
    answer = await ada.slash("ask", question=question)
    assert answer.ephemeral
    assert len(passages(answer)) == 1
    assert "Share" in labels(answer)
    aloud = await ada.slash("ask", question=question, private=False, quotes=3)
    assert not aloud.ephemeral
    assert len(passages(aloud)) == 3
    found = await ada.slash("find", words="Ukraine")
    assert found.ephemeral
    await ada.press(found, "Next ▶")
    shared = await ada.press(found, "Share")
    assert not shared.ephemeral
    assert passages(shared) == passages(found), "the page that was shared, not the first"


async def test_settings_show_explains_for_a_channel_and_a_person(session: BotSession) -> None:
    """For a person and a channel it says whether the bot would answer, and every reason."""
    guild, boss, ada = cast(session)
    discord = session.discord
    readers = discord.role(guild, "Readers")
    other, silent = discord.channel(guild, "other"), discord.channel(guild, "silent")
    discord.deny(silent, discord.bot, Permission.SEND_MESSAGES)
    yes = await boss.slash("settings show", channel=other, person=ada)
    assert "Yes, the bot would answer" in yes.text
    assert ada.user.mention in yes.text
    assert f"<#{other.id}>" in yes.text
    await boss.slash("settings channel", change="add", channel=other)
    await boss.slash("settings role", change="add", role=readers)
    no = await boss.slash("settings show", channel=general(guild), person=ada)
    assert "No, the bot would not answer" in no.text
    assert "✗ The person has none of the roles that may ask" in no.text
    assert "✗ Mentions are not answered in this channel" in no.text
    mute = await boss.slash("settings show", channel=silent, person=ada)
    assert "may not write in the channel" in mute.text


async def test_more_questions_than_allowed_are_refused_with_a_time(session: BotSession) -> None:
    """Three at once, then a private line says when to try again; a refused mention gets a direct message."""
    guild, _, ada = cast(session)
    asked = [ada.slash("ask", question=TRUCE) for _ in range(5)]
    sights = [await each for each in asked]
    assert [bool(passages(each)) for each in sights] == [True, True, True, False, False]
    for refused in sights[3:]:
        assert refused.ephemeral
        assert "Try again in" in refused.content
        seconds = int(refused.content.split("Try again in ")[1].split(" s")[0])
        assert 1 <= seconds <= 10
    ada.mention(TRUCE)
    await ada.until_sees("Try again in", ada.dm_channel)
    bob = session.discord.person("Bob", guild)
    assert passages(await bob.slash("ask", question=TRUCE)), "others are not meant"


def rows(content: bytes) -> list[dict[str, str]]:
    """A report's lines."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_the_report_sums_up_what_was_asked(session: BotSession) -> None:
    """Most asked, unanswered, least helpful, as a page and as a CSV; another server's questions are not in it."""
    guild, boss, ada = cast(session)
    elsewhere = session.discord.guild("Elsewhere")
    stranger = session.discord.person("Stranger", elsewhere)
    await stranger.slash("ask", general(elsewhere), question="What did Zakharova say?")
    bob = session.discord.person("Bob", guild)
    first = await ada.slash("ask", question=TRUCE)
    await bob.mention(f"{TRUCE.upper()}  ")
    await ada.slash("ask", question=PASSWORD)
    await ada.slash("ask", question='=HYPERLINK("https://evil.example") truce')
    await bob.press(first, "Not helpful")
    report = await boss.slash("report")
    assert report.ephemeral
    titles = [embed.get("title") for embed in report.embeds]
    assert titles[1:] == ["Most asked", "Unanswered", "Least helpful"]
    assert report.embeds[1]["description"].startswith("**2×**")
    assert "reset my password" in report.embeds[2]["description"]
    assert "not helpful 1" in report.embeds[3]["description"]
    ((name, content),) = report.files.items()
    assert name.endswith(".csv")
    found = {row["question"].casefold().strip(): row for row in rows(content)}
    assert found[TRUCE.casefold()]["times"] == "2"
    assert found[TRUCE.casefold()]["not_helpful"] == "1"
    assert found[PASSWORD.casefold()]["outcome"] == "nothing"
    assert not [text for text in found if text.startswith("=")], "a spreadsheet would take it for a formula"
    assert not [text for text in found if "zakharova" in text]


async def test_forget_me_deletes_what_a_person_left(session: BotSession) -> None:
    """Questions, votes and buttons are gone, from the report and from the file; what others left stays."""
    guild, boss, ada = cast(session)
    bob = session.discord.person("Bob", guild)
    hers = await ada.slash("ask", question="What did Zakharova say about the axis of war?")
    his = await bob.slash("ask", question=TRUCE)
    await ada.press(his, "Not helpful")
    reply = await ada.slash("forget me")
    assert reply.ephemeral
    assert "1 × question" in reply.content
    assert "1 × vote" in reply.content
    over = await ada.press(hers, "More passages")
    assert over.content == strings.EXPIRED
    report = await boss.slash("report")
    ((_, content),) = report.files.items()
    assert [(row["question"], row["not_helpful"]) for row in rows(content)] == [(TRUCE, "0")]
    assert (await ada.slash("forget me")).content == "I had nothing of yours."
    raw = b"".join(file.read_bytes() for file in session.bot.home.glob("bot.sqlite3*"))
    assert b"axis of war" not in raw


async def test_stored_records_name_no_one(session: BotSession) -> None:
    """No user's id and no message stands in the records; a message that was looked up is not kept."""
    guild, _, ada = cast(session)
    await ada.mention(TRUCE)
    said = ada.say("A secret of ours: the US agreed to lead a truce monitoring mechanism.")
    await ada.message_command("Find sources", said)
    with session.bot.records() as records:
        kept = dump(records)
    assert TRUCE in kept
    assert "secret of ours" not in kept
    assert str(ada.id) not in kept
    assert str(guild.id) in kept


def dump(records: sqlite3.Connection) -> str:
    """Everything in the tables."""
    return "\n".join(records.iterdump())


async def test_a_channel_without_embeds_gets_plain_text(session: BotSession) -> None:
    """The same words, as a block quote in plain text, by command and by mention."""
    guild, _, ada = cast(session)
    plain = session.discord.channel(guild, "plain")
    session.discord.deny(plain, session.discord.bot, Permission.EMBED_LINKS)
    for answer in (await ada.slash("ask", plain, question=TRUCE), await ada.mention(TRUCE, plain)):
        assert answer.embeds == []
        quoted = [displayed(line[2:]) for line in answer.content.split("\n") if line.startswith("> ")]
        assert quoted[0].startswith("The US has agreed to lead a truce monitoring mechanism with European")
        assert "-# paragraph 4" in answer.content
        assert "More passages" in labels(answer)


async def test_a_channel_where_the_bot_may_not_write(session: BotSession) -> None:
    """A mention there is answered by direct message, which says why; a command works all the same."""
    guild, _, ada = cast(session)
    silent = session.discord.channel(guild, "silent")
    session.discord.deny(silent, session.discord.bot, Permission.SEND_MESSAGES)
    said = ada.mention(TRUCE, silent)
    why = await ada.until_sees("may not write", ada.dm_channel)
    assert f"<#{silent.id}>" in why.content
    answer = await ada.until_sees("truce monitoring mechanism with European", ada.dm_channel)
    assert passages(answer)[0].text.startswith("The US has agreed to lead")
    assert said.sights == []
    by_command = await ada.slash("ask", silent, question=TRUCE)
    assert "The US has agreed to lead a truce monitoring mechanism" in by_command.text


async def test_a_thread_where_the_bot_may_not_write(session: BotSession) -> None:
    """Threads take a permission of their own; without it the answer comes by direct message."""
    guild, _, ada = cast(session)
    channel = session.discord.channel(guild, "threads")
    answer = await ada.mention(TRUCE, channel)
    thread = ada.open_thread("More", answer)
    session.discord.deny(channel, session.discord.bot, Permission.SEND_MESSAGES_IN_THREADS)
    ada.mention("What did Nausėda say?", thread)
    await ada.until_sees("may not write", ada.dm_channel)
    found = await ada.until_sees("Budapest Memorandum", ada.dm_channel)
    assert passages(found)


async def test_a_channel_whose_history_the_bot_may_not_read(session: BotSession) -> None:
    """Then a message cannot be replied to, so the answer stands by itself."""
    guild, _, ada = cast(session)
    blind = session.discord.channel(guild, "blind")
    session.discord.deny(blind, session.discord.bot, Permission.READ_MESSAGE_HISTORY)
    ada.mention(TRUCE, blind)
    answer = await ada.until_sees("truce monitoring mechanism with European", blind)
    assert answer.reply_to is None


async def test_a_refusal_to_closed_direct_messages_is_posted_in_the_channel(session: BotSession) -> None:
    """A refusal that cannot come privately comes as a short reply."""
    guild, boss, ada = cast(session)
    other = session.discord.channel(guild, "other")
    await boss.slash("settings channel", change="add", channel=other)
    ada.user.dms_open = False
    reply = await ada.mention(TRUCE)
    assert "certain channels only" in reply.content
    assert passages(reply) == []


def test_no_privileged_intent_was_asked_for(session: BotSession) -> None:
    """Servers, their messages and direct messages: nothing that Discord has to permit."""
    privileged = (1 << 1) | (1 << 8) | (1 << 15)
    assert [each.intents & privileged for each in session.discord.gateway.sessions.values()] == [0]
    assert [session.intents for session in session.discord.gateway.sessions.values()] == [1 << 0 | 1 << 9 | 1 << 12]


def test_every_command_says_what_it_does_and_where(session: BotSession) -> None:
    """Each definition has a description, its contexts, and the permissions that are asked for."""
    commands = {command["name"]: command for command in session.discord.commands.stored[None].values()}
    for name, command in commands.items():
        assert command["description"] or command["type"] == 3
        managed = name in {"settings", "report"}
        assert sorted(command["contexts"]) == ([0] if managed else [0, 1])
        assert command["default_member_permissions"] == (str(int(Permission.MANAGE_GUILD)) if managed else None)
        for option in command.get("options", []):
            assert option["description"] not in {"", "…"}
    quotes = next(option for option in commands["ask"]["options"] if option["name"] == "quotes")
    assert (quotes["min_value"], quotes["max_value"]) == (1, 5)
