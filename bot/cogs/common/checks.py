"""Checks the Manage Server permission before manager commands."""

from __future__ import annotations

import discord

from bot.cogs.common.interaction_handler import InteractionHandler
from bot.ui import strings


async def managed_guild(interaction: discord.Interaction, handler: InteractionHandler) -> int | None:
    """The guild, if the member may manage it; else say why not and return ``None``.

    Checked at each command, because a guild can grant commands to other members.
    """
    if interaction.guild_id is None:
        await handler.say(interaction, strings.ONLY_IN_SERVERS)
        return None
    if not interaction.permissions.manage_guild:
        await handler.say(interaction, strings.NOT_A_MANAGER)
        return None
    return interaction.guild_id
