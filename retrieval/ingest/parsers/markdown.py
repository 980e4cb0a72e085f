"""Divides a document's body into blocks: paragraphs as a reader counts them, whatever they turn out to be."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple


class Kind(StrEnum):
    """What the markup says a block is; plain text only ever says text."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "list item"
    CODE = "code"
    TABLE = "table"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraph ``number`` (from 1) of a body: ``text[start:end]`` without white space at its edges.

    ``line`` counts from 1 in the file. ``label`` is a heading's text without its marks, ``level`` its depth.
    """

    number: int
    line: int
    start: int
    end: int
    kind: Kind = Kind.TEXT
    label: str = ""
    level: int = 0


class _Line(NamedTuple):
    number: int
    start: int
    text: str


class _Group(NamedTuple):
    lines: list[_Line]
    kind: Kind = Kind.TEXT
    label: str = ""
    level: int = 0


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_IMAGE = r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])"
_LINK_DEFINITION = r"\[(?!\^)[^\]\n]+\]:\s+\S+(?:\s+[\"'(].*[\"')])?\s*"  # [^1]: is a footnote, and text
_BARE = re.compile(rf"\s*(?:(?:\[?{_IMAGE}(?:\]\([^)\n]*\))?\s*)+|{_LINK_DEFINITION}|(?:</?[A-Za-z][^<>\n]*>\s*)+)$")
_HEADING_IN_BOLD = re.compile(r"(\*\*|__)([^*_\n]{1,90}[^*_\n.!?:;,…])\1$")
_MARKS_OF_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")


def divide(text: str, body_start: int, markup: str) -> tuple[Block, ...]:
    """Divide ``text[body_start:]``; every character that is not white space is in exactly one block."""
    lines = list(_lines(text, body_start))
    if markup == "markdown":
        groups = _markdown(lines)
    else:
        width = _wrap_width(lines)
        single = (_Group([line]) for line in lines if line.text.strip())
        groups = _unwrapped(lines, width) if width else single
    return tuple(_block(number, group) for number, group in enumerate(groups, start=1))


def _lines(text: str, start: int) -> Iterator[_Line]:
    first = 1 + text.count("\n", 0, start)
    for number, line in enumerate(text[start:].split("\n"), start=first):
        yield _Line(number, start, line)
        start += len(line) + 1


def _block(number: int, group: _Group) -> Block:
    first, last = group.lines[0], group.lines[-1]
    start = first.start + len(first.text) - len(first.text.lstrip())
    end = last.start + len(last.text.rstrip())
    kind = group.kind
    return Block(number, first.number, start, end, kind, group.label, group.level)


# Plain text: a line is a paragraph, unless an editor has wrapped the lines.


def _wrap_width(lines: list[_Line]) -> int:
    """The column at which the lines were wrapped, 0 if they were not.

    In wrapped text the next line's first word never fits on the line before it. Verse, lists and paragraphs
    that stand on a line each break that rule at once.
    """
    pairs = [
        (one.text.rstrip(), two.text.split(None, 1)[0])
        for one, two in pairwise(lines)
        if one.text.strip() and two.text.strip()
    ]
    lengths = sorted(len(line) for line, _ in pairs if " " in line.strip())
    if len(lengths) < 3:
        return 0
    width = lengths[-1]
    if not 50 <= width <= 100:
        return 0
    full = sum(len(line) + 1 + len(word) > width - 4 for line, word in pairs)
    running = sum(line[-1].isalnum() or line[-1] in ",-–—" for line, _ in pairs)
    return width if full >= 0.75 * len(pairs) and running >= 0.5 * len(pairs) else 0


def _unwrapped(lines: list[_Line], width: int) -> Iterator[_Group]:
    """Blocks between blank lines; a line that was ended well before the margin ends a paragraph too."""
    held: list[_Line] = []
    for line in lines:
        blank = not line.text.strip()
        if held and not blank:
            room = width - len(held[-1].text.rstrip())
            early = room > max(0.25 * width, len(line.text.split(None, 1)[0]) + 1)
        if held and (blank or early):
            yield _Group(held)
            held = []
        if not blank:
            held.append(line)
    if held:
        yield _Group(held)


# Markdown: blocks between blank lines, and what CommonMark lets interrupt them.


def _markdown(lines: list[_Line]) -> Iterator[_Group]:
    held: list[_Line] = []
    ends = _Ends(lines)
    at = 0
    while at < len(lines):
        line = lines[at]
        special = _special(lines, at, held, ends)
        if special is None and line.text.strip() and not (held and _ITEM.match(line.text)):
            held.append(line)
            at += 1
            continue
        setext = special is not None and special.kind is Kind.HEADING and special.lines[0] is not line
        if held and not setext:
            yield _paragraph(held)
        held = []
        if special is not None:
            yield special
            at = special.lines[-1].number - lines[0].number + 1
        else:
            if line.text.strip():
                held.append(line)
            at += 1
    if held:
        yield _paragraph(held)


def _special(lines: list[_Line], at: int, held: list[_Line], ends: _Ends) -> _Group | None:
    """The block other than running text that begins, or with a setext line ends, at this line."""
    line = lines[at]
    stripped = line.text.strip()
    atx = _ATX.match(line.text)
    if atx:
        return _Group([line], Kind.HEADING, without_emphasis(atx[2] or ""), len(atx[1]))
    if held and len(held) <= 2 and not _ITEM.match(held[0].text) and _SETEXT.match(line.text):
        label = " ".join(each.text.strip() for each in held)
        return _Group([*held, line], Kind.HEADING, without_emphasis(label), 1 if "=" in stripped else 2)
    fence = _FENCE.match(line.text)
    if fence:
        return _until(lines, at, ends.after(at, fence[1]), Kind.CODE)
    if stripped.startswith("<!--"):
        return _until(lines, at, ends.after(at - 1, "-->"), Kind.MARKUP)
    if "|" in stripped and at + 1 < len(lines) and "|" in lines[at + 1].text:
        return _table(lines, at)
    return _Group([line], Kind.MARKUP) if stripped and _BARE.match(stripped) and not held else None


def _until(lines: list[_Line], at: int, last: int | None, kind: Kind) -> _Group | None:
    """The lines up to the closing one. What is never closed is ordinary text, so that it swallows nothing."""
    return None if last is None else _Group(lines[at : last + 1], kind)


class _Ends:
    """Where fences and comments can end, found once: a search from each opening line would be quadratic."""

    def __init__(self, lines: list[_Line]) -> None:
        self._at: dict[str, list[int]] = {"```": [], "~~~": [], "-->": []}
        for index, line in enumerate(lines):
            stripped = line.text.strip()
            if stripped.endswith("-->"):
                self._at["-->"].append(index)
            elif len(stripped) >= 3 and stripped.strip(stripped[0]) == "" and stripped[0] in "`~":
                self._at[stripped[0] * 3].append(index)

    def after(self, line: int, mark: str) -> int | None:
        found = self._at[mark[:3]]
        index = bisect_right(found, line)
        return found[index] if index < len(found) else None


def _table(lines: list[_Line], at: int) -> _Group | None:
    if not _DELIMITER_ROW.match(lines[at + 1].text):
        return None
    last = at + 1
    while last + 1 < len(lines) and "|" in lines[last + 1].text:
        last += 1
    return _Group(lines[at : last + 1], Kind.TABLE)


def _paragraph(held: list[_Line]) -> _Group:
    if _ITEM.match(held[0].text):
        return _Group(held, Kind.ITEM)
    bold = _HEADING_IN_BOLD.match(held[0].text.strip()) if len(held) == 1 else None
    return _Group(held, Kind.TEXT, bold[2] if bold else "")


def without_emphasis(label: str) -> str:
    """A heading's words without the marks of emphasis and code around them."""
    return _MARKS_OF_EMPHASIS.sub(r"\2", label.strip())
