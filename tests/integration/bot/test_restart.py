"""Buttons, votes, settings, follow-ups and registered commands outlive the process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.bot.bot_process import Bot, started
from tests.support.bot.bot_session import assert_kept_quiet, assert_nothing_amiss
from tests.support.bot.rendered_messages import heading, numbered, passages, question
from tests.support.bot.seed_articles import assert_verbatim
from tests.support.fake_discord import Channel, DiscordDouble, Person, VisibleMessage

COUNTRIES = "How many countries are in the Coalition of the Willing?"
TRUCE = "Who will lead the truce monitoring mechanism?"
PASSWORD = "How do I reset my password?"


@dataclass
class Before:
    """Everything with buttons that a bot's first life left behind, and the people."""

    ada: Person
    bob: Person
    cy: Person
    asked: VisibleMessage
    private: VisibleMessage
    nothing: VisibleMessage
    mentioned: VisibleMessage
    found: VisibleMessage
    card: VisibleMessage
    bearing: VisibleMessage
    thread: Channel

    @property
    def sights(self) -> list[VisibleMessage]:
        """Those messages."""
        return [self.asked, self.private, self.nothing, self.mentioned, self.found, self.card, self.bearing]


async def live(discord: DiscordDouble) -> Before:
    """Use every route that leaves buttons."""
    guild = discord.guild()
    ada, bob, cy = (discord.person(name, guild) for name in ("Ada", "Bob", "Cy"))
    await discord.owner(guild).slash("settings quotes", number=2)
    asked = await ada.slash("ask", question=COUNTRIES)
    private = await ada.slash("ask", question=TRUCE, private=True)
    nothing = await ada.slash("ask", question=PASSWORD)
    mentioned = await bob.mention(TRUCE)
    found = await bob.slash("find", words="Ukraine")
    card = await bob.slash("source", article="001_c89cddc9c1940466")
    bearing = await bob.message_command("Find sources", bob.say("The US leads a truce monitoring mechanism."))
    thread = bob.open_thread("More", mentioned)
    await bob.mention(COUNTRIES, thread)
    await bob.press(asked, "Helpful")
    return Before(ada, bob, cy, asked, private, nothing, mentioned, found, card, bearing, thread)


async def restart(discord: DiscordDouble, bot: Bot) -> None:
    """SIGKILL, and a new process."""
    await bot.kill()
    await bot.start()
    await bot.connected(discord)


async def assert_buttons_work(was: Before) -> None:
    """Each kind of button does under an old message what it did under a new one."""
    more = await was.bob.press(was.asked, "More passages")
    assert question(more) == COUNTRIES
    shared = await was.ada.press(was.private, "Share")
    assert (shared.ephemeral, passages(shared)) == (False, passages(was.private))
    closest = await was.ada.press(was.nothing, "Closest passages")
    assert numbered(await was.bob.press(was.mentioned, "In context"))
    assert "changed" in (await was.bob.press(was.asked, "Not helpful")).content
    first = passages(was.found)
    await was.bob.press(was.found, "Next ▶")
    assert passages(was.found) != first
    assert (await was.ada.press(was.card, "Full text")).files
    await was.bob.press(was.card, "Next ▶")
    assert numbered(was.card)
    aloud = await was.bob.press(was.bearing, "Share")
    for quote in (*passages(more), *passages(closest), *passages(was.found), *passages(aloud)):
        assert_verbatim(quote)


async def assert_buttons_are_over(was: Before) -> None:
    """Every button that can be pressed says privately that its time is over."""
    for sight in was.sights:
        presser = next(each for each in (was.ada, was.bob) if each.user is sight.viewer)
        for label in [button.label for button in sight.buttons if not button.disabled]:
            reply = await presser.press(sight, label)
            assert reply.ephemeral, label
            assert "30 days" in reply.content, label


async def test_everything_goes_on_after_a_kill(home: Path) -> None:
    """SIGKILL and a new start: every button that was there does its work, settings hold, follow-ups know the question.

    The commands are not registered again, for their definition is the same; one that differs is. After 30 days, for
    which the records are made older, each button says that it is over.
    """

    async with (
        DiscordDouble(heartbeat_interval=5) as discord,
        started(discord, home, home.parent, PULLQUOTE_LOG_LEVEL="DEBUG") as bot,
    ):
        was = await live(discord)
        before = len(discord.commands.registrations)
        await restart(discord, bot)
        assert len(discord.commands.registrations) == before, "the definition is the same"
        await assert_buttons_work(was)
        assert len(passages(await was.cy.slash("ask", question=COUNTRIES))) == 2, "the settings hold"
        for said in (
            was.cy.mention("and the Nordic-Baltic Eight?", was.thread),
            was.cy.say("and Canada?", reply_to=was.mentioned),
        ):
            assert any(line.startswith("-# ") for line in heading(await said)), "the question before it is known"

        bot.age(29)
        assert numbered(await was.ada.press(was.mentioned, "In context"))
        bot.age(2)
        await assert_buttons_are_over(was)

        with bot.records() as records:
            records.execute("UPDATE state SET value = 'of other definitions' WHERE name = 'commands:0'")
        await restart(discord, bot)
        assert len(discord.commands.registrations) == before + 1
        assert (await bot.stop())[0] == 0
        assert_kept_quiet(discord, bot.log)
        assert_nothing_amiss(bot.log)
