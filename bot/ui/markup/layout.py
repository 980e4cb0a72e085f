"""Content of a message before it is an embed or plain text: panels of parts, and the splitting of long parts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.ui.markup.escaping import QUOTE_PREFIX, marked, merged
from bot.ui.markup.limits import size
from retrieval.core.span import Span


@dataclass(frozen=True, slots=True)
class TextLine:
    """A short line of the bot's own, in Markdown. ``anchor`` finds its page again."""

    markup: str
    anchor: int | None = None


@dataclass(frozen=True, slots=True)
class QuotedText:
    """Text quoted verbatim: cut over several pages where too long, never shortened."""

    text: str
    spans: tuple[Span, ...] = ()
    prefix: str = ""
    mark: str = "**"


def passage(text: str, highlights: Sequence[Span] = ()) -> QuotedText:
    """A passage as a block quote, with ``highlights`` in bold."""
    return QuotedText(text, tuple(highlights), QUOTE_PREFIX)


def in_bold(text: str) -> QuotedText:
    """A question as it was asked."""
    return QuotedText(text, (Span(0, len(text)),))


Part = TextLine | QuotedText


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
                done[-1] = Body(f"{done[-1].markup}\n{markup}", done[-1].anchors + anchors)
            else:
                done.append(Body(markup, anchors))
    return done


def _pieces(words: QuotedText, free: int, room: int) -> list[tuple[bool, str]]:
    """The markup of ``words`` in pieces; true: joined to the body before it, which has ``free`` left."""
    words = replace(words, spans=tuple(merged(words.spans, len(words.text))))
    whole = _markup(words, 0, len(words.text))
    if size(whole) <= room:
        return [(size(whole) <= free, whole)]
    pieces: list[tuple[bool, str]] = []
    start, joins = 0, free >= room // 2
    while start < len(words.text):
        end = _cut(words, start, free if joins else room)
        pieces.append((joins, _markup(words, start, end)))
        start, joins = end, False
    return pieces


def _markup(words: QuotedText, start: int, end: int) -> str:
    """The markup of ``words.text[start:end]``; the spans are in order and apart, so that a search finds the first."""
    first = bisect_right(words.spans, start, key=lambda span: span.end)
    last = bisect_left(words.spans, end, key=lambda span: span.start)
    spans = [Span(max(s, start) - start, min(e, end) - start) for s, e in words.spans[first:last]]
    return marked(words.text[start:end], spans, prefix=words.prefix, mark=words.mark)


def _cut(words: QuotedText, start: int, room: int) -> int:
    """The end of a piece that begins at ``start``: before white space if possible, so that nothing is trimmed."""
    ends = range(start + 2, min(len(words.text), start + room) + 1)
    longest = start + 1 + bisect_right(ends, room, key=lambda end: size(_markup(words, start, end)))
    if longest >= len(words.text):
        return len(words.text)
    for end in range(longest, max(start + 1, longest - 200), -1):
        if words.text[end].isspace() and not words.text[end - 1].isspace():
            return end
    return longest
