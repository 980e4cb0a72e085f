"""``/settings``: the settings of a guild, for its managers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.common.interaction_handler import InteractionHandler, RequestContext, may_write, requester_of
from bot.services import Services
from bot.services.permissions import explain
from bot.store.guild_settings import MAX_QUOTES, GuildSettings
from bot.transport.delivery import Outgoing
from bot.ui import strings
from bot.ui.notices import settings_pages

Change = Literal["add", "remove", "clear"]
Person = discord.Member | discord.User  # a user who has left is no member


class ChannelOption(app_commands.Transformer):
    """A channel or thread with messages, also one that the bot cannot see."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        kinds = discord.ChannelType
        threads = [kinds.news_thread, kinds.public_thread, kinds.private_thread]
        return [kinds.text, kinds.news, kinds.voice, kinds.stage_voice, kinds.forum, *threads]

    async def transform(self, _interaction: discord.Interaction, value: Any, /) -> Any:
        """The channel as Discord describes it."""
        return value


Channel = app_commands.Transform[app_commands.AppCommandChannel | app_commands.AppCommandThread, ChannelOption]


class SettingsCog(commands.Cog):
    """Settings of a guild, and an explanation of their effect."""

    settings = app_commands.Group(
        name="settings",
        description="How I answer in this server",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, handler: InteractionHandler, services: Services) -> None:
        self._handler = handler
        self._services = services

    @settings.command(name="show", description="The settings, and whether I would answer a person in a channel")
    @app_commands.describe(channel="This one if you leave it out", person="You if you leave it out")
    async def show(
        self, interaction: discord.Interaction, channel: Channel | None = None, person: Person | None = None
    ) -> None:
        """Show the settings and their effect on a mention."""
        await self._change(interaction, lambda old: old, channel, person)

    @settings.command(name="channel", description="Channels where I answer mentions; none: all of them")
    @app_commands.describe(change="What to do with the channel", channel="This one if you leave it out")
    async def channel(self, interaction: discord.Interaction, change: Change, channel: Channel | None = None) -> None:
        """Change where mentions are answered."""
        chosen = _id_of(channel, interaction)
        await self._change(interaction, lambda old: replace(old, channels=_changed(old.channels, change, chosen)))

    @settings.command(name="role", description="Roles that may ask; none: everybody")
    @app_commands.describe(change="What to do with the role", role="The role")
    async def role(self, interaction: discord.Interaction, change: Change, role: discord.Role | None = None) -> None:
        """Change who may ask."""
        if role is None and change != "clear":
            await self._handler.say(interaction, strings.NAME_THE_ROLE)
            return
        chosen = role.id if role is not None else 0
        await self._change(interaction, lambda old: replace(old, roles=_changed(old.roles, change, chosen)))

    @settings.command(name="private", description="Whether answers to commands are private unless asked otherwise")
    @app_commands.describe(private="True: for the asker alone, with a button to share")
    async def private(self, interaction: discord.Interaction, private: bool) -> None:
        """Change whether answers are private by default."""
        await self._change(interaction, lambda old: replace(old, private=private))

    @settings.command(name="quotes", description="How many passages an answer has at most")
    @app_commands.describe(number="1 to 5")
    async def quotes(self, interaction: discord.Interaction, number: app_commands.Range[int, 1, MAX_QUOTES]) -> None:
        """Change the number of quotes."""
        await self._change(interaction, lambda old: replace(old, quotes=number))

    async def _change(
        self,
        interaction: discord.Interaction,
        change: Callable[[GuildSettings], GuildSettings],
        channel: Channel | None = None,
        person: Person | None = None,
    ) -> None:
        """Apply ``change`` to the settings, and show them with their effect on a mention."""

        async def make(guild: int) -> list[Outgoing]:
            records = self._services.records
            old = records.guild_settings(guild)
            new = change(old)
            if new != old:
                await records.save_guild_settings(guild, new)
            asker = person or interaction.user
            requester = requester_of(asker, guild, channel or interaction.channel, _id_of(channel, interaction))
            rights = _bot_rights(interaction, requester.channel)
            findings = explain(new, requester, rights, self._services.admission.only_guilds)
            asked = f"a mention by <@{asker.id}> in <#{requester.channel}>"
            return list(map(Outgoing, settings_pages(new, findings, asked, RequestContext.of(interaction).form)))

        await self._handler.show_to_manager(interaction, make)


def _id_of(channel: Channel | None, interaction: discord.Interaction) -> int:
    return channel.id if channel is not None else interaction.channel_id or 0


def _changed(ids: frozenset[int], change: Change, chosen: int) -> frozenset[int]:
    if change == "clear":
        return frozenset()
    return ids | {chosen} if change == "add" else ids - {chosen}


def _bot_rights(interaction: discord.Interaction, channel_id: int) -> dict[str, bool] | None:
    """The bot's rights in a channel, by their names in ``strings``; ``None`` where they are unknown."""
    guild = interaction.guild
    here = channel_id == interaction.channel_id
    channel = interaction.channel if here else guild.get_channel_or_thread(channel_id) if guild else None
    if here:
        permissions = interaction.app_permissions
    elif guild is not None and guild.me is not None and isinstance(channel, (discord.abc.GuildChannel, discord.Thread)):
        permissions = channel.permissions_for(guild.me)
    else:
        return None
    return {
        "view": permissions.view_channel,
        "send": may_write(channel, permissions),
        "history": permissions.read_message_history,
        "embed": permissions.embed_links,
    }
