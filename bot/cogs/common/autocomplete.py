"""Autocomplete of an article's name, and the article that was chosen. Answered from memory."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.common.error_messages import no_such_article
from bot.services.admission import RefusedError
from bot.services.titles import TitleIndex, choice_value
from bot.ui.articles import choice_name
from retrieval.core.types import ArticleSummary


def suggestions(typed: str, title_index: TitleIndex) -> list[app_commands.Choice[str]]:
    """The articles whose names are like what was typed, the best first."""
    return [app_commands.Choice(name=choice_name(a), value=choice_value(a)) for a in title_index.suggest(typed)]


def chosen(typed: str, title_index: TitleIndex) -> ArticleSummary:
    """The article that was picked or typed.

    Raises:
        RefusedError: when there is no such article; names the most similar ones.
    """
    article = title_index.resolve(typed)
    if article is None:
        raise RefusedError(no_such_article(typed, title_index))
    return article
