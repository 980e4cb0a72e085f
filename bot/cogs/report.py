"""``/report``: the questions asked in a guild, for its managers."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.common.interaction_handler import InteractionHandler, RequestContext
from bot.services import Services
from bot.transport.delivery import Outgoing
from bot.ui.reports import report_csv, report_pages


class ReportCog(commands.Cog):
    """The report command."""

    def __init__(self, handler: InteractionHandler, services: Services, retention_days: int) -> None:
        self._handler = handler
        self._services = services
        self._retention_days = retention_days

    @app_commands.command(name="report", description="What was asked here: most often, without answer, not helpful")
    @app_commands.describe(days="Of how many days; everything that is kept if you leave it out")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def report(
        self, interaction: discord.Interaction, days: app_commands.Range[int, 1, 3650] | None = None
    ) -> None:
        """Send the report as pages and as a CSV file."""

        async def make(guild: int) -> list[Outgoing]:
            span = min(days or self._retention_days, self._retention_days)
            report = await self._services.records.report(guild, span)
            first, *others = report_pages(report, RequestContext.of(interaction).form)
            files = [(f"pullquote-report-{span}-days.csv", report_csv(report.questions))]
            return [Outgoing(first, files=files), *map(Outgoing, others)]

        await self._handler.show_to_manager(interaction, make)
