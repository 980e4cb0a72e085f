"""Blocks to pages: each page is one message, as embeds, or as plain text where embeds are not permitted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import discord

from bot.ui.markup import limits
from bot.ui.markup.escaping import escape
from bot.ui.markup.layout import Body, Panel, bodies
from bot.ui.markup.limits import fitted, fitted_line, size
from retrieval.core.errors import one_line

_PLAIN_TITLE, _PLAIN_FOOTER, _PLAIN_URL = 300, 400, 400
_CONTINUED = " (continued)"


class Form(StrEnum):
    """The form of a page."""

    EMBEDS = "embeds"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Page:
    """One message: ``content`` (Markdown) or embeds. ``anchors`` are those of the lines on it."""

    content: str | None = None
    embeds: tuple[discord.Embed, ...] = ()
    anchors: tuple[int, ...] = ()


def paged(panels: Iterable[Panel], form: Form = Form.EMBEDS, *, one_a_page: bool = False) -> list[Page]:
    """The pages of ``panels``, at least one if there is a panel; nothing of them is left out."""
    make = _embeds if form is Form.EMBEDS else _plain
    return make(list(panels), one_a_page=one_a_page)


def link(url: str | None) -> str | None:
    """``url`` if Discord takes it as a link."""
    if not url or size(url) > limits.URL or any(sign.isspace() or not sign.isprintable() for sign in url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "." in (parts.hostname or "")
    except ValueError:
        return None
    return url if usable else None


def _embeds(panels: Sequence[Panel], *, one_a_page: bool) -> list[Page]:
    pages: list[Page] = []
    links: set[str] = set()
    for panel in panels:
        for embed, anchors in _embeds_of(panel):
            embeds = pages[-1].embeds if pages and not one_a_page else ()
            room = limits.ALL_EMBEDS - sum(map(weight, embeds)) - weight(embed)
            if not embeds or room < 0 or len(embeds) == limits.EMBEDS:
                pages.append(Page())
                links = set()
            _distinct(embed, panel, links)
            pages[-1] = Page(None, (*pages[-1].embeds, embed), (*pages[-1].anchors, *anchors))
    return pages


def _embeds_of(panel: Panel) -> list[tuple[discord.Embed, tuple[int, ...]]]:
    title = one_line(panel.title)
    footer = fitted_line(panel.footer, limits.FOOTER // 2, markdown=False)
    shown = fitted_line(title, limits.TITLE) if title else ""
    room = min(limits.DESCRIPTION, limits.ALL_EMBEDS - limits.TITLE - size(footer))
    continued = fitted_line(title, limits.TITLE - len(_CONTINUED)) + escape(_CONTINUED) if title else ""
    made = []
    for index, body in enumerate(bodies(panel.parts, room) or [Body("")]):
        name, url = (continued, None) if index else (shown, link(panel.url) if shown else None)
        embed = discord.Embed(title=name or None, url=url, description=body.markup or None, colour=panel.colour)
        if footer:
            embed.set_footer(text=footer)
        made.append((embed, body.anchors))
    return made


def _distinct(embed: discord.Embed, panel: Panel, links: set[str]) -> None:
    """Clients merge the embeds of one address, so a second one gets the paragraph as its fragment."""
    if embed.url is None:
        return
    if embed.url in links:
        other = f"{embed.url}#paragraph-{panel.paragraph}"
        free = panel.paragraph is not None and "#" not in embed.url and other not in links
        embed.url = link(other) if free else None
    if embed.url is not None:
        links.add(embed.url)


def weight(embed: discord.Embed) -> int:
    """The size of an embed, counted towards the limit over all embeds of a message."""
    return size(embed.title or "") + size(embed.description or "") + size(embed.footer.text or "")


def _plain(panels: Sequence[Panel], *, one_a_page: bool) -> list[Page]:
    pages: list[Page] = []
    for panel in panels:
        title = f"**{fitted_line(panel.title, _PLAIN_TITLE)}**" if one_line(panel.title) else ""
        address = link(panel.url)
        url = f"<{address}>" if address and size(address) <= _PLAIN_URL and ">" not in address else ""
        footer = f"-# {fitted_line(panel.footer, _PLAIN_FOOTER)}" if one_line(panel.footer) else ""
        frame = size(title) + size(url) + size(footer) + 4
        for index, body in enumerate(bodies(panel.parts, limits.CONTENT - frame) or [Body("")]):
            text = "\n".join(filter(None, (title, "" if index else url, body.markup, footer)))
            before = pages[-1].content if pages and not one_a_page else None
            if before is not None and size(before) + 2 + size(text) <= limits.CONTENT:
                pages[-1] = Page(f"{before}\n\n{text}", (), (*pages[-1].anchors, *body.anchors))
            else:
                pages.append(Page(text, (), body.anchors))
    return pages


def sentence(text: str) -> Page:
    """A page with a text of the bot's own, in Markdown."""
    return Page(fitted(text, limits.CONTENT))
