"""Inline Markdown as Discord's clients read it, written from their published rules, without the bot's own code.

The clients run one regular expression a rule at each place, and keep the longest of bold, italics and underline.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_CODE = re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")
_LINK = re.compile(r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)")
_NESTING = {
    "bold": re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"),
    "italic": re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"),
    "underline": re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"),
    "low italic": re.compile(r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b"),
    "strike": re.compile(r"~~(?=\S)((?:\\[\s\S]|~(?!~)|[^\s\\~]|\s+(?!~~))+?)~~"),
    "spoiler": re.compile(r"\|\|((?:\\[\s\S]|[^\\])+?)\|\|"),
}
#: Whatever else a client makes more of than the signs themselves.
_OTHER = re.compile(r"<[@#:/tia]|(?:https?|steam|discord)://|:[A-Za-z0-9_+-]+:|@everyone|@here", re.IGNORECASE)


class Sign(NamedTuple):
    """A sign as displayed: its styles, and the target of the link that it is part of."""

    sign: str
    styles: frozenset[str] = frozenset()
    target: str = ""


def inline(markup: str, styles: frozenset[str] = frozenset(), target: str = "") -> list[Sign]:
    """The signs that a client shows for a piece of inline Markdown."""
    out: list[Sign] = []
    at = 0
    while at < len(markup):
        if found := _ESCAPE.match(markup, at):
            out.append(Sign(found[1], styles, target))
        elif found := _CODE.match(markup, at):
            out += [Sign(sign, styles | {"code"}, target) for sign in found[2]]
        elif (found := _LINK.match(markup, at)) and not target:
            out += inline(found[1], styles, found[2])
        elif best := _longest(markup, at):
            style, found = best
            out += inline(found[1], styles | {style}, target)
        else:
            strange = _OTHER.match(markup, at)
            assert strange is None, f"a client makes something of {strange.group()!r} in {markup!r}" if strange else ""
            out.append(Sign(markup[at], styles, target))
            at += 1
            continue
        at = found.end()
    return out


def _longest(markup: str, at: int) -> tuple[str, re.Match[str]] | None:
    matches = [(style, found) for style, rule in _NESTING.items() if (found := rule.match(markup, at))]
    return max(matches, key=lambda each: each[1].end(), default=None)


def text_of(signs: list[Sign]) -> str:
    """The words alone."""
    return "".join(each.sign for each in signs)


def styled(signs: list[Sign], style: str) -> list[str]:
    """The runs of words in a style."""
    runs: list[str] = []
    before = False
    for each in signs:
        here = style in each.styles
        if here:
            runs[-1:] = [runs[-1] + each.sign] if before else [*runs[-1:], each.sign]
        before = here
    return runs
