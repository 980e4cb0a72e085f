"""What the bot says of itself: help, about, settings, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.store.guild_settings import GuildSettings
from bot.ui.answers import BLUE
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Block, Line
from bot.ui.markup.limits import fitted_line
from bot.ui.markup.pages import Form, Page, paged

MENTION_HELP = (
    "Ask me a question and I quote the articles that answer it, word for word. Mention me with your question, "
    "or use /ask. /help shows everything I can do."
)
_COMMANDS = (
    (
        "/ask question:Who will lead the truce monitoring mechanism?",
        "passages that answer, word for word; `article`, `quotes` and `private` say from where, how many, for whom",
    ),
    (
        "@mention with a question",
        "the same, in a channel, a thread or a direct message; reply to an answer to ask on: “and Germany?”",
    ),
    ("Right-click a message → Apps → Find sources", "passages that bear on what the message says, for you alone"),
    (
        '/find words:"coalition of the willing" Paris',
        "passages with exactly these words; quotation marks hold a phrase together",
    ),
    ("/source article:…", "an article: what is known of it, its numbered paragraphs, its full text as a file"),
    ("/sources filter:…", "the list of articles"),
    ("/about", "what I am, and what I store"),
    ("/forget me", "deletes what you left: your questions and votes"),
    ("/settings, /report", "for those who manage the server"),
)


def help_pages(form: Form = Form.EMBEDS) -> list[Page]:
    """The commands, with examples."""
    lines = [Line(f"**{escape(example)}**\n{what}") for example, what in _COMMANDS]
    return paged([Block(tuple(lines), title="What you can ask of me", colour=BLUE)], form)


@dataclass(frozen=True, slots=True)
class About:
    """The facts that ``/about`` tells."""

    articles: int
    model: str
    version: str
    retention_days: int
    button_days: int
    logged: bool = False


def about_pages(about: About, form: Form = Form.EMBEDS) -> list[Page]:
    """What the bot is and what it stores."""
    what = (
        "I answer questions with passages of this library's articles, word for word and with their source, or I say "
        "that no article answers. No language model writes anything that you read here."
    )
    stored = (
        f"**What I store:** for {about.retention_days} days the questions asked of me, with time, confidence and "
        f"votes, each server's apart; for {about.button_days} days what the buttons under an answer need. Whose they "
        "are is kept as a keyed hash only, and no message besides. /forget me deletes what you left."
    )
    logged = (
        "**The log:** whoever runs me has the words of every question written into the program's log too, without who "
        "asked. How long that is kept is up to them, and /forget me does not reach it."
    )
    facts = (
        f"**Articles:** {about.articles:,}",
        f"**Embedding model:** {fitted_line(about.model, 200)}",
        f"**Version:** {fitted_line(about.version, 100)}",
    )
    kept = (stored, logged) if about.logged else (stored,)
    lines = (what, *facts, *kept, "I cannot read messages that do not mention me.")
    return paged([Block(tuple(map(Line, lines)), title="Pullquote", colour=BLUE)], form)


def settings_pages(
    settings: GuildSettings,
    channels: Sequence[str],
    roles: Sequence[str],
    findings: Sequence[Finding],
    asked_about: str,
    form: Form = Form.EMBEDS,
) -> list[Page]:
    """A server's settings, and whether the bot would answer a mention, and why. ``asked_about`` is Markdown."""
    lines = [
        Line(f"**Channels where mentions are answered:** {_listed(channels) or 'all'}"),
        Line(f"**Roles that may ask:** {_listed(roles) or 'everybody'}"),
        Line(f"**Answers are private unless asked otherwise:** {'yes' if settings.private else 'no'}"),
        Line(f"**Quotes an answer:** {settings.quotes}"),
    ]
    blocks = [Block(tuple(lines), title="Settings of this server", colour=BLUE)]
    if findings:
        blocked = any(finding.blocking for finding in findings)
        verdict = "No, the bot would not answer" if blocked else "Yes, the bot would answer"
        reasons = [Line(f"{'✓' if f.good else '✗' if f.blocking else '•'} {f.text}") for f in findings]
        blocks.append(Block((Line(f"**{verdict}** {asked_about}."), *reasons), title="Would it answer?", colour=BLUE))
    return paged(blocks, form)


def _listed(names: Sequence[str], most: int = 20) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an explanation: good, or standing in the way (``blocking``), or worth knowing."""

    good: bool
    text: str
    blocking: bool = False
