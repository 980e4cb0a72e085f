"""Autocomplete of an article's name, answered from memory."""

from __future__ import annotations

from discord import app_commands

from bot.services.titles import TitleIndex, choice_value
from bot.ui.articles import choice_name


def suggestions(typed: str, title_index: TitleIndex) -> list[app_commands.Choice[str]]:
    """Return the articles whose names are like what was typed, the best first."""
    return [app_commands.Choice(name=choice_name(a), value=choice_value(a)) for a in title_index.suggest(typed)]
