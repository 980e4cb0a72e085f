"""Pages about the bot itself: help, about, settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.store.guild_settings import GuildSettings
from bot.store.repository import BUTTON_DAYS
from bot.ui import strings
from bot.ui.answers import BLUE
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Panel, TextLine
from bot.ui.markup.limits import fitted_line
from bot.ui.markup.pages import Form, Page, paged


def help_pages(form: Form = Form.EMBEDS) -> list[Page]:
    """The commands, with examples."""
    lines = [TextLine(f"**{escape(example)}**\n{what}") for example, what in strings.COMMANDS]
    return paged([Panel(tuple(lines), title=strings.HELP_TITLE, colour=BLUE)], form)


def about_pages(
    articles: int, model: str, version: str, retention_days: int, logged: bool, form: Form = Form.EMBEDS
) -> list[Page]:
    """The bot's purpose, version and storage; ``logged``: with questions in the log."""
    lines = (
        strings.ABOUT,
        f"**Articles:** {articles:,}",
        f"**Embedding model:** {fitted_line(model, 200)}",
        f"**Version:** {fitted_line(version, 100)}",
        strings.ABOUT_STORAGE.format(retention_days=retention_days, button_days=BUTTON_DAYS),
        *((strings.ABOUT_LOG,) if logged else ()),
        strings.ABOUT_PRIVACY,
    )
    return paged([Panel(tuple(map(TextLine, lines)), title="Pullquote", colour=BLUE)], form)


def settings_pages(
    settings: GuildSettings, findings: Sequence[Finding], asked_about: str, form: Form = Form.EMBEDS
) -> list[Page]:
    """A guild's settings, and an explanation of how the bot treats a mention. ``asked_about`` is Markdown."""
    lines = (
        f"**Channels where mentions are answered:** {_listed('<#{}>', settings.channels) or 'all'}",
        f"**Roles that may ask:** {_listed('<@&{}>', settings.roles) or 'everybody'}",
        f"**Answers are private unless asked otherwise:** {'yes' if settings.private else 'no'}",
        f"**Quotes an answer:** {settings.quotes}",
    )
    blocked = any(finding.blocking for finding in findings)
    reasons = (
        f"**{strings.WOULD_NOT_ANSWER if blocked else strings.WOULD_ANSWER}** {asked_about}.",
        *(f"{'✓' if f.good else '✗' if f.blocking else '•'} {f.text}" for f in findings),
    )
    parts = {"Settings of this server": lines, "Would it answer?": reasons}
    return paged([Panel(tuple(map(TextLine, p)), title=title, colour=BLUE) for title, p in parts.items()], form)


def _listed(mention: str, ids: Iterable[int], most: int = 20) -> str:
    names = [mention.format(each) for each in sorted(ids)]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an explanation. ``blocking``: it alone keeps the bot from answering."""

    good: bool
    text: str
    blocking: bool = False
