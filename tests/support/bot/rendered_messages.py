"""Reads quotes, headings and labels off the bot's messages, without the bot's own code.

Of Discord's Markdown the messages may use bold, italics, block quotes and small print. Everything else has to be
escaped: whatever Discord would make more of than the sign itself fails the test that reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.fake_discord import VisibleMessage

#: Stands for an escaped sign while the signs that are not escaped are looked at.
_HIDDEN = "\ue000"
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
#: Syntax that Discord renders as more than its characters.
_MEANS_SOMETHING = re.compile(
    r"[*_~|`\\]|<[@#:/tidh]|\[[^\]]*\]\(|(?m:^\s*#{1,3}\s)|(?m:^-#\s)|(?m:^\s*>)|(?m:^\s*[-+]\s)|(?m:^\s*\d+\.\s)|"
    r"(?:https?|steam|discord)://|:[A-Za-z0-9_+-]+:|@everyone|@here"
)
_FOOTER = re.compile(r"paragraphs? (\d+)(?:–(\d+))?(?: · (.*))?", re.DOTALL)


def displayed(markup: str) -> str:
    """The words that Discord shows for ``markup``, which may use bold and italics and no other formatting."""
    return "".join(piece for piece, _ in _pieces(markup))


def emphasised(markup: str) -> list[str]:
    """The runs of words that Discord shows in bold or italics."""
    runs: list[str] = []
    before = False
    for piece, strong in _pieces(markup):
        if strong and before:
            runs[-1] += piece
        elif strong:
            runs.append(piece)
        before = strong
    return runs


def _pieces(markup: str) -> list[tuple[str, bool]]:
    signs = _ESCAPE.findall(markup)
    bare = _ESCAPE.sub(_HIDDEN, markup)
    assert _HIDDEN not in markup, "a private sign of these tests stands in the text itself"
    for mark in ("**", "*"):
        assert bare.count(mark) % 2 == 0, f"{mark} opens and never closes: {markup!r}"
    strange = _MEANS_SOMETHING.search(re.sub(r"\*\*|\*", "", bare))
    assert strange is None, f"Discord makes something of {strange.group()!r} in {markup!r}" if strange else ""
    pieces: list[tuple[str, bool]] = []
    strong = False
    left = iter(signs)
    for part in re.split(r"(\*\*|\*)", bare):
        if part in {"**", "*"}:
            strong = not strong
            continue
        pieces += [(next(left) if sign == _HIDDEN else sign, strong) for sign in part]
    return pieces


@dataclass(frozen=True)
class RenderedPassage:
    """A quote as it is displayed."""

    title: str
    url: str | None
    context: tuple[str, ...]
    lead_in: str | None
    elided: bool
    text: str
    bold: tuple[str, ...]
    first: int
    last: int
    footer: str


def passages(sight: VisibleMessage) -> list[RenderedPassage]:
    """The quotes of a message, in order."""
    return [_passage(embed) for embed in sight.embeds if _FOOTER.match(embed.get("footer", {}).get("text", ""))]


def _passage(embed: Mapping[str, Any]) -> RenderedPassage:
    lines = embed["description"].split("\n")
    context = [line for line in lines if line.startswith("-# ")]
    assert lines[: len(context)] == context, "small print stands above all else"
    lines = lines[len(context) :]
    before = [line for line in lines if not line.startswith("> ")]
    quoted = "\n".join(line[2:] for line in lines if line.startswith("> "))
    assert lines == [*before, *(line for line in lines if line.startswith("> "))], "words after a quote"
    elided = before[-1:] == [r"\[…\]"]
    lead_in = "\n".join(before[:-1] if elided else before)
    assert not lead_in or emphasised(lead_in) == [displayed(lead_in)], "a lead-in stands in italics"
    footer = embed["footer"]["text"]
    place = _FOOTER.match(footer)
    assert place is not None
    first = int(place[1])
    return RenderedPassage(
        title=displayed(embed["title"]),
        url=embed.get("url"),
        context=tuple(displayed(line.removeprefix("-# ")) for line in context),
        lead_in=displayed(lead_in) or None,
        elided=elided,
        text=displayed(quoted),
        bold=tuple(emphasised(quoted)),
        first=first,
        last=int(place[2] or first),
        footer=footer,
    )


def heading(sight: VisibleMessage) -> list[str]:
    """The lines above the quotes, as sent."""
    first = sight.embeds[0]
    return [*filter(None, [first.get("title")]), *first.get("description", "").split("\n")]


def question(sight: VisibleMessage) -> str:
    """The question as the answer repeats it: the line in bold above the quotes."""
    line = next(line for line in heading(sight) if line.startswith("**"))
    assert emphasised(line) == [displayed(line)]
    return displayed(line)


def numbered(sight: VisibleMessage) -> dict[int, str]:
    """The paragraphs of a page that numbers them, as ``¶ 7`` and the paragraph as a block quote below."""
    found: dict[int, str] = {}
    number = 0
    for line in (line for embed in sight.embeds for line in embed.get("description", "").split("\n")):
        if start := re.match(r"\*\*¶ (\d+)\*\*", line):
            number = int(start[1])
            found.setdefault(number, "")
        elif line.startswith("> ") and number:
            found[number] += ("\n" if found[number] else "") + displayed(line[2:])
    return found


def labels(sight: VisibleMessage) -> list[str]:
    """The labels of the buttons."""
    return [button.label for button in sight.buttons]
