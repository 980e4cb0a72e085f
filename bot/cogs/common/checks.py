"""Who may manage what: the same question before every command that is for managers."""

from __future__ import annotations

import discord

from bot.cogs.common.interaction_handler import InteractionHandler
from bot.ui import strings


async def managed_guild(interaction: discord.Interaction, handler: InteractionHandler) -> int | None:
    """The server that somebody may manage; ``None`` for anybody else, who is told so.

    Asked anew at each command, since a server can hand out commands to others.
    """
    if interaction.guild_id is None:
        await handler.say(interaction, strings.ONLY_IN_SERVERS)
        return None
    if not interaction.permissions.manage_guild:
        await handler.say(interaction, strings.NOT_A_MANAGER)
        return None
    return interaction.guild_id
