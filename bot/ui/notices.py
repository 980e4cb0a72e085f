"""Pages about the bot itself: help, about, settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.store.guild_settings import GuildSettings
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


@dataclass(frozen=True, slots=True)
class About:
    """The facts that ``/about`` shows."""

    articles: int
    model: str
    version: str
    retention_days: int
    button_days: int
    logged: bool = False


def about_pages(about: About, form: Form = Form.EMBEDS) -> list[Page]:
    """The bot's purpose, version and storage."""
    stored = strings.ABOUT_STORAGE.format(retention_days=about.retention_days, button_days=about.button_days)
    facts = (
        f"**Articles:** {about.articles:,}",
        f"**Embedding model:** {fitted_line(about.model, 200)}",
        f"**Version:** {fitted_line(about.version, 100)}",
    )
    kept = (stored, strings.ABOUT_LOG) if about.logged else (stored,)
    lines = (strings.ABOUT, *facts, *kept, strings.ABOUT_PRIVACY)
    return paged([Panel(tuple(map(TextLine, lines)), title="Pullquote", colour=BLUE)], form)


def settings_pages(
    settings: GuildSettings,
    channels: Sequence[str],
    roles: Sequence[str],
    findings: Sequence[Finding],
    asked_about: str,
    form: Form = Form.EMBEDS,
) -> list[Page]:
    """A guild's settings, and an explanation of how the bot treats a mention. ``asked_about`` is Markdown."""
    lines = [
        TextLine(f"**Channels where mentions are answered:** {_listed(channels) or 'all'}"),
        TextLine(f"**Roles that may ask:** {_listed(roles) or 'everybody'}"),
        TextLine(f"**Answers are private unless asked otherwise:** {'yes' if settings.private else 'no'}"),
        TextLine(f"**Quotes an answer:** {settings.quotes}"),
    ]
    panels = [Panel(tuple(lines), title="Settings of this server", colour=BLUE)]
    if findings:
        blocked = any(finding.blocking for finding in findings)
        verdict = strings.WOULD_NOT_ANSWER if blocked else strings.WOULD_ANSWER
        reasons = [TextLine(f"{'✓' if f.good else '✗' if f.blocking else '•'} {f.text}") for f in findings]
        panels.append(
            Panel((TextLine(f"**{verdict}** {asked_about}."), *reasons), title="Would it answer?", colour=BLUE)
        )
    return paged(panels, form)


def _listed(names: Sequence[str], most: int = 20) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an explanation. ``blocking``: it alone keeps the bot from answering."""

    good: bool
    text: str
    blocking: bool = False
