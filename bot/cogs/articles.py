"""``/find``, ``/source`` and ``/sources``: looking articles up."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.common.autocomplete import chosen, suggestions
from bot.cogs.common.interaction_handler import Front, Want, sound
from bot.services.question_service import RefusedError, Reply
from bot.services.worker_pool import Place
from bot.store.message_state import ArticleList, ArticleView, MessageState, SearchResults
from bot.ui.articles import page_of


class SourcesCog(commands.Cog):
    """Articles to look up; nothing here counts as a question."""

    def __init__(self, _bot: commands.Bot, front: Front) -> None:
        self._front = front

    @app_commands.command(name="find", description="Finds exact words in the articles")
    @app_commands.describe(words='Words that must all occur; "…" holds a phrase together')
    async def find(self, interaction: discord.Interaction, words: app_commands.Range[str, 1, 1000]) -> None:
        """Passages with exactly these words."""
        await self._look_up(interaction, SearchResults(sound(words), interaction.guild_id))

    @app_commands.command(name="source", description="Shows an article: its card, its paragraphs, its full text")
    @app_commands.describe(article="Title or id; suggestions come while you type", paragraph="Begin at this paragraph")
    async def source(
        self,
        interaction: discord.Interaction,
        article: app_commands.Range[str, 1, 1000],
        paragraph: app_commands.Range[int, 1, 1_000_000] | None = None,
    ) -> None:
        """An article's card and numbered paragraphs."""
        try:
            summary = chosen(article, self._front.desk.articles.catalogue)
        except RefusedError as refusal:
            await self._front.say(interaction, str(refusal))
            return
        await self._look_up(interaction, ArticleView(summary.article_id, interaction.guild_id), paragraph)

    @source.autocomplete("article")
    async def suggest(self, _interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Titles like what was typed."""
        return suggestions(typed, self._front.desk.articles.catalogue)

    @app_commands.command(name="sources", description="Lists the articles")
    @app_commands.describe(filter="Words in the title, id, publisher or date")
    async def sources(
        self,
        interaction: discord.Interaction,
        filter: app_commands.Range[str, 0, 200] = "",  # noqa: A002 - the option's name
    ) -> None:
        """The list of articles."""
        await self._look_up(interaction, ArticleList(sound(filter.strip()), interaction.guild_id))

    async def _look_up(
        self, interaction: discord.Interaction, state: MessageState, paragraph: int | None = None
    ) -> None:
        want, desk = Want.of(interaction), self._front.desk
        private = desk.rules(interaction.guild_id).private and interaction.guild_id is not None

        def accept() -> Place:
            desk.permit_reading(want.asker)
            if isinstance(state, SearchResults):
                desk.check(state.words, what="search")
            return desk.place()

        def first_page(reply: Reply) -> int:
            return page_of(reply.pages, paragraph) if paragraph is not None else 0

        await self._front.serve(
            want,
            accept,
            lambda place: desk.show(place, want.asker, state, want.form),
            private=private,
            page=first_page,
        )
