"""Content of a message before it is an embed or plain text: panels of parts, and the splitting of long parts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.ui.markup.escaping import QUOTE_PREFIX, marked
from bot.ui.markup.limits import size
from bot.ui.markup.marks import BOLD, Mark


@dataclass(frozen=True, slots=True)
class TextLine:
    """A short line of the bot's own, in Markdown. ``anchor`` finds its page again."""

    markup: str
    anchor: int | None = None


@dataclass(frozen=True, slots=True)
class QuotedText:
    """Text quoted verbatim: cut over several pages where too long, never shortened.

    ``marks`` are in order by their start. Each line stands behind ``prefix``, the first one behind ``first`` where that
    is given. ``spaced``: a blank line stands between it and a quote above it.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    prefix: str = ""
    first: str | None = None
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class CodeText:
    """Code in a block that a reader can copy, cut between lines where too long; ``fenced`` says what it may hold."""

    text: str
    language: str = ""


def fenced(text: str) -> bool:
    """True if ``text`` can stand in a code block: nothing in it ends one, and something can be seen of it."""
    return _FENCE not in text and bool(text.strip())


def in_bold(text: str) -> QuotedText:
    """A question as it was asked."""
    return QuotedText(text, (Mark(0, len(text), BOLD),))


Part = TextLine | QuotedText | CodeText
_FENCE = "```"
_NEWLINE = "\n"


@dataclass(frozen=True, slots=True)
class Panel:
    """One embed's worth: ``title`` and ``footer`` are plain text, ``colour`` is 0xRRGGBB."""

    parts: tuple[Part, ...]
    title: str = ""
    url: str | None = None
    footer: str = ""
    colour: int | None = None
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """Markdown for one embed or message, and the anchors of the lines in it."""

    markup: str
    anchors: tuple[int, ...] = ()


def bodies(parts: Sequence[Part], room: int) -> list[Body]:
    """``parts`` one below the other, in as few bodies of at most ``room`` as their order allows."""
    done: list[Body] = []
    for index, part in enumerate(parts):
        free = room - size(done[-1].markup) - 1 if done else -1
        anchors: tuple[int, ...] = ()
        if isinstance(part, TextLine):
            # A line announces what comes after it, so it does not stay behind at a body's end.
            follows = min(200, room - size(part.markup) - 1) if index + 1 < len(parts) else 0
            pieces = [(size(part.markup) + follows <= free, part.markup)]
            anchors = () if part.anchor is None else (part.anchor,)
        else:
            pieces = _pieces(part, free, room)
        for joins, markup in pieces:
            if joins:
                above = f"{done[-1].markup}\n{_space(parts[index - 1], part)}"
                done[-1] = Body(f"{above}{markup}", done[-1].anchors + anchors)
            else:
                done.append(Body(markup, anchors))
    return done


def _space(above: Part, part: Part) -> str:
    """The blank line between two pieces of one block quote."""
    if isinstance(above, QuotedText) and isinstance(part, QuotedText) and part.spaced:
        return f"{QUOTE_PREFIX}\n"
    return ""


def _pieces(words: QuotedText | CodeText, free: int, room: int) -> list[tuple[bool, str]]:
    """The markup of ``words`` in pieces; true: joined to the body before it, which has ``free`` left."""
    free -= len(QUOTE_PREFIX) + 1 if isinstance(words, QuotedText) and words.spaced else 0
    whole = _markup(words, 0, len(words.text))
    if size(whole) <= room:
        return [(size(whole) <= free, whole)]
    pieces: list[tuple[bool, str]] = []
    start, joins = 0, free >= room // 2
    marks = sorted(words.marks) if isinstance(words, QuotedText) else []
    crossing: list[Mark] = []  # marks that began before this piece
    while start < len(words.text):
        near = words
        if isinstance(near, QuotedText):
            first, last = (bisect_left(marks, at, key=lambda mark: mark.start) for at in (start, start + room))
            near = replace(near, marks=(*crossing, *marks[first:last]))
            crossing = list(near.marks)
        end = _cut(near, start, free if joins else room)
        pieces.append((joins, _markup(near, start, end)))
        crossing = [mark for mark in crossing if mark.start < end < mark.end]
        start, joins = end, False
    return pieces


def _markup(words: QuotedText | CodeText, start: int, end: int) -> str:
    """The markup of ``words.text[start:end]``."""
    text = words.text[start:end]
    if isinstance(words, CodeText):
        return f"{_FENCE}{words.language}\n{text.removeprefix(_NEWLINE) if start else text}\n{_FENCE}"
    marks = [
        mark._replace(start=max(mark.start, start) - start, end=min(mark.end, end) - start)
        for mark in words.marks
        if mark.start < end and mark.end > start
    ]
    markup = marked(text, marks, prefix=words.prefix)
    if start or words.first is None:
        return markup
    return words.first + markup.removeprefix(words.prefix)


def _cut(words: QuotedText | CodeText, start: int, room: int) -> int:
    """The end of a piece that begins at ``start``: before white space if possible, so that nothing is trimmed."""
    ends = range(start + 2, min(len(words.text), start + room) + 1)
    longest = start + 1 + bisect_right(ends, room, key=lambda end: size(_markup(words, start, end)))
    if longest >= len(words.text):
        return len(words.text)
    if isinstance(words, CodeText) and (line := words.text.rfind("\n", start + 1, longest + 1)) > 0:
        return line
    for end in range(longest, max(start + 1, longest - 200), -1):
        if words.text[end].isspace() and not words.text[end - 1].isspace():
            return end
    return longest
