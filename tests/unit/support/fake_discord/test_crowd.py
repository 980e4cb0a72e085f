"""Many at once, one after a restart, and bodies that no client sends."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord

from tests.support.fake_discord import DiscordDouble, Permission
from tests.unit.support.fake_discord.small_bot import SmallBot, online, play

Interaction = discord.Interaction[Any]


def test_two_hundred_questions_at_once() -> None:
    """50 people in 3 guilds ask 4 times each; all are answered, and the double itself keeps up."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.defer()
        await interaction.followup.send(embed=discord.Embed(title="An answer"))

    async def scene(double: DiscordDouble) -> None:
        guilds = [double.guild(f"Guild {number}") for number in range(3)]
        people = [double.person(f"Person {number}", guilds[number % 3]) for number in range(50)]
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            asked = [person.slash("ask", question="Who?") for person in people for _ in range(4)]
            waits = await asyncio.gather(*(each.acknowledged() for each in asked))
            answers = await asyncio.gather(*(each.answer() for each in asked))
        assert max(waits) < 3
        assert {answer.text for answer in answers} == {"An answer"}
        assert len({answer.id for answer in answers}) == 200

    play(scene)


def test_a_button_outlives_the_bot() -> None:
    """A bot that is started again finds a new session and answers a press on an old message."""

    class Bot(SmallBot):
        async def on_interaction(self, interaction: Interaction) -> None:
            if interaction.type is discord.InteractionType.component:
                content = interaction.message.content if interaction.message else ""
                await interaction.response.send_message(f"pressed {content}")

    async def act(interaction: Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="More", custom_id="more"))
        await interaction.response.send_message("old", view=view)

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        first, second = Bot(), Bot()
        first.command(act)
        async with online(double, first):
            old = await ada.slash("ask", question="Who?")
        double.clock.advance(29 * 24 * 3600)
        async with online(double, second):
            assert (await ada.press(old, "More")).text == "pressed old"
        assert double.gateway.identifies == 2
        # The second bot knows no commands: it took them away, and that is on record too.
        assert [each.names for each in double.commands.registrations] == [("ask",), ()]

    play(scene)


def test_permissions_of_a_channel_reach_interactions() -> None:
    """A permission denied to the bot in a channel is missing in app_permissions; a member's own rights stay."""
    seen: list[Interaction] = []

    async def act(interaction: Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("still answered")

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        quiet = double.channel(guild, "quiet")
        ada = double.person("Ada", guild)
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            double.deny(quiet, double.bot, Permission.SEND_MESSAGES)
            double.allow(quiet, ada, Permission.MANAGE_MESSAGES)
            assert (await ada.slash("ask", quiet, question="Here?")).text == "still answered"
        assert not seen[0].app_permissions.send_messages
        assert seen[0].app_permissions.view_channel
        assert (seen[0].permissions.manage_messages, seen[0].permissions.manage_guild) == (True, False)

    play(scene)


def test_bodies_that_no_client_sends() -> None:
    """No JSON, a list for an object, a wrong type: each is a 400 in Discord's form, none an error of the double."""

    async def scene(double: DiscordDouble) -> None:
        number = next(iter(double.guild().channels))
        headers = {"Authorization": f"Bot {double.token}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for path, text, code in (
                (f"/channels/{number}/messages", "{", 50109),
                (f"/channels/{number}/messages", "[]", 50035),
                (f"/channels/{number}/messages", '{"embeds": "x"}', 50035),
                (f"/channels/{number}/messages", '{"components": [1]}', 50035),
                ("/channels/none/messages", '{"content": "x"}', 50035),
                (f"/channels/{number}/nowhere", "{}", 0),
            ):
                async with session.post(double.url + path, data=text) as response:
                    assert 400 <= response.status < 500
                    assert (await response.json())["code"] == code
        assert [call.path for call in double.api.strangers] == [f"/channels/{number}/nowhere"]

    play(scene)
