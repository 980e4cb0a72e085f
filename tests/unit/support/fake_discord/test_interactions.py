"""Commands, buttons and menus, as the real discord.py sends and receives them."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.support.fake_discord import DiscordDouble, NoAnswerError, NotOfferedError, Permission
from tests.support.fake_discord.limits.commands import CHAT_INPUT
from tests.unit.support.fake_discord.small_bot import SmallBot, online, play

Interaction = discord.Interaction[Any]


def buttons(*custom_ids: str) -> discord.ui.View:
    """A view with a button for each id, labelled with it."""
    view = discord.ui.View(timeout=None)
    for custom_id in custom_ids:
        view.add_item(discord.ui.Button(label=custom_id, custom_id=custom_id))
    return view


def test_a_deferred_answer_is_filled_keeps_its_visibility_and_its_button_works() -> None:
    """The first follow-up fills the private deferred message, the second is public, a press edits its message."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("first", view=buttons("more"))
        await interaction.followup.send("second", file=discord.File(__file__, "whole.txt"))

    class Bot(SmallBot):
        async def on_interaction(self, interaction: Interaction) -> None:
            if interaction.type is discord.InteractionType.component:
                await interaction.response.edit_message(content="pressed", view=None)

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        ada, bob = double.person("Ada", guild), double.person("Bob", guild)
        bot = Bot()
        bot.command(act)
        async with online(double, bot):
            asked = ada.slash("ask", question="Who?")
            first = await asked
            assert (first.content, first.ephemeral) == ("first", True)
            assert [version.loading for version in first.history] == [True, False]
            (second,) = await asked.followups(1)
            assert (second.content, second.ephemeral, second.reply_to) == ("second", False, first.id)
            assert b"whole.txt" in second.files["whole.txt"]
            assert [sight.content for sight in bob.sees()] == ["second"]
            with pytest.raises(NotOfferedError):
                bob.press(first, "more")
            changed = await ada.press(first, "more")
            assert (changed.id, changed.content, changed.buttons) == (first.id, "pressed", [])
        assert not double.api.strangers
        assert not double.api.violations

    play(scene)


def test_an_interaction_says_who_asks_where_with_which_rights() -> None:
    """discord.py finds member, permissions, context, locale and file limit in what is dispatched."""
    seen: list[Interaction] = []

    async def act(interaction: Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("yes", ephemeral=True)

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        editors = double.role(guild, "Editors", Permission.MANAGE_GUILD)
        ada = double.person("Ada", guild, roles=(editors,))
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            await ada.slash("ask", question="Who?")
            await ada.slash("ask", ada.dm_channel, question="Who?")
        there, direct = seen
        assert there.guild is not None
        assert there.guild.id == guild.id
        assert there.permissions.manage_guild
        assert there.app_permissions.embed_links
        assert not there.app_permissions.administrator
        assert isinstance(there.channel, discord.TextChannel)
        assert (there.user.display_name, there.locale) == ("Ada", discord.Locale.american_english)
        assert there.filesize_limit == 10 * 1024 * 1024
        assert (there.context.guild, direct.context.dm_channel) == (True, True)
        assert isinstance(direct.channel, discord.DMChannel)
        assert isinstance(direct.user, discord.User)

    play(scene)


def test_silence_for_three_seconds_ends_an_interaction() -> None:
    """After 3 s the person sees that nothing responded, and the bot's answer is refused with 10062."""
    codes: list[int] = []
    late = asyncio.Event()

    async def act(interaction: Interaction) -> None:
        await late.wait()
        with pytest.raises(discord.NotFound) as refusal:
            await interaction.response.send_message("too late")
        codes.append(refusal.value.code)

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            asked = ada.slash("ask", question="Who?")
            double.clock.advance(3.1)
            with pytest.raises(NoAnswerError, match="did not respond"):
                await asked
            late.set()
            await double.world.happenings.until(lambda: codes, 5, "the refusal")
        assert codes == asked.interaction.refused == [10062]

    play(scene)


def test_one_acknowledgement_and_fifteen_minutes() -> None:
    """A second acknowledgement gets 40060; after 15 minutes the token gets 50027."""
    codes: list[int] = []

    async def scene(double: DiscordDouble) -> None:
        async def act(interaction: Interaction) -> None:
            await interaction.response.defer()
            again = discord.webhook.async_.interaction_response_params(5)
            adapter = discord.webhook.async_.async_context.get()
            with pytest.raises(discord.HTTPException) as twice:
                await adapter.create_interaction_response(
                    interaction.id, interaction.token, session=interaction._session, params=again
                )
            double.clock.advance(15 * 60 + 1)
            with pytest.raises(discord.HTTPException) as expired:
                await interaction.followup.send("too late")
            codes.extend((twice.value.code, expired.value.code))

        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            asked = ada.slash("ask", question="Who?")
            await double.world.happenings.until(lambda: codes, 5, "both refusals")
            with pytest.raises(NoAnswerError, match="thinking for ever"):
                await asked
        assert codes == [40060, 50027]

    play(scene)


def test_a_custom_id_twice_is_refused_where_it_stands() -> None:
    """Duplicate custom ids get 50035 with the path of the second, and count as no acknowledgement."""
    texts: list[str] = []

    async def act(interaction: Interaction) -> None:
        with pytest.raises(discord.HTTPException) as refusal:
            await interaction.response.send_message("two", view=buttons("same", "same"))
        assert refusal.value.code == 50035
        texts.append(refusal.value.text)
        await interaction.response.send_message("one", view=buttons("same"))

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            answer = await ada.slash("ask", question="Who?")
        assert answer.content == "one"
        assert "data.components.0.components.1.custom_id: Component custom id cannot be duplicated" in texts[0]

    play(scene)


def test_autocomplete_offers_at_most_25() -> None:
    """The typed text reaches the bot, choices reach the person, and a 26th choice is refused."""
    codes: list[int] = []

    async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed} {number}", value=str(number)) for number in range(3)]

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        ada = double.person("Ada", guild)
        bot = SmallBot()

        async def run(interaction: Interaction, article: str) -> None:
            await interaction.response.send_message(article)

        command = app_commands.Command[Any, Any, Any](name="source", description="One", callback=run)
        command.autocomplete("article")(complete)
        bot.tree.add_command(command)
        async with online(double, bot):
            offered = await ada.autocomplete("source", "article", "tru")
            assert offered[2] == {"name": "tru 2", "value": "2"}
            assert (await ada.slash("source", article="free text")).content == "free text"
            too_many = [app_commands.Choice(name=str(number), value=str(number)) for number in range(26)]
            ada_types = asyncio.create_task(ada.autocomplete("source", "article", "x"))
            interaction: Interaction = await bot.wait_for("interaction")
            with pytest.raises((discord.HTTPException, ValueError)) as refusal:
                await interaction.response.autocomplete(too_many)
            codes.append(getattr(refusal.value, "code", 50035))
            await asyncio.gather(ada_types, return_exceptions=True)
        assert codes == [50035]

    play(scene)


def test_commands_are_offered_by_context_and_permission_and_registrations_counted() -> None:
    """A command for managers in servers is offered to them alone, there alone; a sync is one registration."""

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        managers = double.role(guild, "Managers", Permission.MANAGE_GUILD)
        boss, ada = double.person("Boss", guild, roles=(managers,)), double.person("Ada", guild)
        bot = SmallBot()

        @bot.tree.command(name="settings")
        @app_commands.default_permissions(manage_guild=True)
        @app_commands.allowed_contexts(guilds=True)
        async def settings(interaction: Interaction) -> None:
            """Settings."""
            await interaction.response.send_message("Here", ephemeral=True)

        async with online(double, bot):
            assert (await boss.slash("settings")).text == "Here"
            with pytest.raises(NotOfferedError):
                ada.slash("settings")
            with pytest.raises(NotOfferedError):
                boss.slash("settings", boss.dm_channel)
            stored = double.commands.offered("settings", CHAT_INPUT, guild.id)
            assert stored is not None
            assert stored["default_member_permissions"] == "32"
            assert [each.names for each in double.commands.registrations] == [("settings",)]

    play(scene)


def test_message_command_form_and_menu() -> None:
    """A message command carries its whole message; a form is opened and sent; a menu gives its values."""

    class ReasonModal(discord.ui.Modal, title="Why?"):
        why: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Reason", custom_id="why")

        async def on_submit(self, interaction: Interaction) -> None:
            await interaction.response.send_message(f"Because {self.why.value}", ephemeral=True)

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()

        @bot.tree.context_menu(name="Find sources")
        async def find(interaction: Interaction, message: discord.Message) -> None:
            if message.content == "form":
                await interaction.response.send_modal(ReasonModal())
                return
            view = discord.ui.View(timeout=None)
            menu: discord.ui.Select[Any] = discord.ui.Select(
                custom_id="menu", options=[discord.SelectOption(label="a")]
            )
            view.add_item(menu)
            await interaction.response.send_message(message.content, view=view)

        async with online(double, bot):
            answer = await ada.message_command("Find sources", ada.say("Nothing for bots"))
            assert answer.content == "Nothing for bots"
            chosen = asyncio.create_task(bot.wait_for("interaction"))
            await asyncio.sleep(0)
            ada.select(answer, "a")
            data: Any = (await chosen).data
            assert data["values"] == ["a"]
            asked = ada.message_command("Find sources", ada.say("form"))
            assert (await asked.modal())["title"] == "Why?"
            assert (await ada.submit(asked, why="of that")).text == "Because of that"

    play(scene)
