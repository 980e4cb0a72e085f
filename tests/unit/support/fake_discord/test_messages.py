"""Messages, mentions, threads and permissions, as the real discord.py sends and receives them."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.support.fake_discord import DiscordDouble, Permission
from tests.unit.support.fake_discord.small_bot import SmallBot, online, play


def test_content_is_withheld_unless_the_bot_is_meant() -> None:
    """Without the intent a plain message and a role's mention come empty; a mention, a reply and a DM come whole."""

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        ada = double.person("Ada", guild)
        managed = next(role for role in guild.roles.values() if role.bot_id)
        bot = SmallBot()
        async with online(double, bot):
            ada.say("between us")
            ada.say(f"{managed.mention} to the role")
            said = ada.mention("what is this?")
            answer = await said
            ada.say("and this?", reply_to=answer)
            ada.dm("directly")
            await double.world.happenings.until(lambda: len(bot.heard) >= 7, 5, "all messages")
        own: list[str] = []
        others: list[str] = []
        for message in bot.heard:
            (own if message.author == bot.user else others).append(message.content)
        mention = f"<@{double.bot.id}> what is this?"
        assert sorted(others) == sorted(["", "", mention, "and this?", "directly"])
        assert f"You said: {mention}" in own
        assert said.typed

    play(scene)


def test_only_what_is_allowed_rings() -> None:
    """With AllowedMentions.none() no one is pinged; without it a person is; @everyone takes the permission."""

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        ada = double.person("Ada", guild)
        bot = SmallBot()
        async with online(double, bot):
            channel: Any = bot.get_channel(next(iter(guild.channels)))
            text = f"{ada.user.mention} @everyone `{ada.user.mention}`"
            sent = await channel.send(text)
            assert (sent.mentions, double.pings) == ([], [])
            await sent.edit(content=text, allowed_mentions=discord.AllowedMentions.all())
            assert double.pings == []
            await channel.send(f"`{ada.user.mention}` @everyone", allowed_mentions=discord.AllowedMentions.all())
            assert double.pings == []
            await channel.send(text, allowed_mentions=discord.AllowedMentions.all())
            assert [(ping.kind, ping.target) for ping in double.pings] == [("user", ada.id)]
            await ada.mention("hello")
            assert len(double.pings) == 1

    play(scene)


def test_permissions_refuse_in_discords_codes() -> None:
    """A hidden channel gets 50001, a muted bot 50013, another's message 50005, a closed DM 50007."""

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        ada = double.person("Ada", guild)
        hidden, mute = double.channel(guild, "hidden"), double.channel(guild, "mute")
        double.deny(hidden, double.bot, Permission.VIEW_CHANNEL)
        double.deny(mute, double.bot, Permission.SEND_MESSAGES)
        said = ada.say("mine")
        ada.user.dms_open = False
        bot = SmallBot()
        async with online(double, bot):
            codes = []
            partial = bot.get_partial_messageable
            person = await bot.fetch_user(ada.id)
            for attempt in (
                partial(hidden.id).send("x"),
                partial(mute.id).send("x"),
                partial(said.message.channel.id).get_partial_message(said.message.id).edit(content="yours"),
                partial(mute.id).fetch_message(1),
                person.send("psst"),
                partial(said.message.channel.id).send(" \n "),
            ):
                with pytest.raises(discord.HTTPException) as refusal:
                    await attempt
                codes.append(refusal.value.code)
        assert codes == [50001, 50013, 50005, 10008, 50007, 50006]

    play(scene)


def test_embeds_are_limited_one_by_one_and_together() -> None:
    """A title of 257 and embeds of 6001 together are refused; white space around does not count; 6000 pass."""

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        bot = SmallBot()
        async with online(double, bot):
            channel: Any = bot.get_channel(next(iter(guild.channels)))
            for embeds, words in (
                ([discord.Embed(title="t" * 257)], "embeds.0.title: Must be 256 or fewer in length"),
                (
                    [discord.Embed(description="d" * 3001), discord.Embed(description="d" * 3000)],
                    "maximum size of 6000",
                ),
                ([discord.Embed(url="ftp://example.org", title="t")], "Scheme"),
                ([discord.Embed()], "required"),
            ):
                with pytest.raises(discord.HTTPException, match=words) as refusal:
                    await channel.send(embeds=embeds)
                assert refusal.value.code == 50035
            await channel.send(embeds=[discord.Embed(description=" " + "d" * 3000 + "\n")] * 2)
        (seen,) = double.owner(guild).sees()
        assert [embed["description"] for embed in seen.embeds] == ["d" * 3000] * 2

    play(scene)


def test_a_nonce_makes_a_message_once_and_threads_open_once() -> None:
    """The same enforced nonce gives the same message; a message has one thread, whose talk is heard."""

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        ada = double.person("Ada", guild)
        bot = SmallBot()
        async with online(double, bot):
            channel: Any = bot.get_channel(next(iter(guild.channels)))
            one, two = await channel.send("once", nonce=7), await channel.send("once", nonce=7)
            assert one.id == two.id
            thread = await one.create_thread(name="More")
            with pytest.raises(discord.HTTPException) as refusal:
                await one.create_thread(name="Again")
            assert refusal.value.code == 160004
            await thread.send("inside")
            place = double.world.channels[thread.id]
            said = ada.mention("here?", place)
            assert (await said).content.endswith("here?")
            assert bot.get_channel(thread.id) is not None

    play(scene)


def test_edits_deletions_and_people_who_leave() -> None:
    """A person's edit and deletion reach the bot; a reply to what is gone is refused; who left sees nothing more."""
    raw: list[str] = []

    class Bot(SmallBot):
        async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
            raw.append(payload.data["content"])

        async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
            raw.append("gone")

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        ada = double.person("Ada", guild)
        bot = Bot()
        async with online(double, bot):
            said = ada.mention("first")
            await said
            ada.edit(said, f"{double.bot.mention} second")
            ada.delete(said)
            await double.world.happenings.until(lambda: len(raw) == 2, 5, "both events")
            channel: Any = bot.get_channel(said.message.channel.id)
            with pytest.raises(discord.HTTPException, match="Unknown message") as refusal:
                await channel.get_partial_message(said.message.id).reply("?")
            assert refusal.value.code == 50035
        assert raw == [f"<@{double.bot.id}> second", "gone"]
        ada.leave(guild)
        assert ada.sees(next(iter(guild.channels.values()))) == []

    play(scene)


def test_what_is_over_can_be_forgotten() -> None:
    """A double that runs for hours keeps what is new, and what the bot should not have sent."""

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        async with online(double, bot):
            old = ada.mention("what is this?")
            await old
            with pytest.raises(discord.HTTPException):
                await bot.http.request(discord.http.Route("POST", "/nowhere"))
            complaints = double.complaints
            double.clock.advance(60)
            new = ada.mention("and this?")
            await new
            double.forget(double.clock.now() - 30)
            assert old.sights == []
            assert len(new.sights) == 1
            assert old.message.id not in old.message.channel.messages
            assert double.complaints == complaints != []
            assert all(call.at > double.clock.now() - 30 for call in double.api.calls)

    play(scene)
