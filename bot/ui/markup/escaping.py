"""Escaping of Markdown, so that Discord shows a text unchanged.

Discord takes a backslash before any sign that is neither a letter, a digit nor white space as "the next sign means
nothing special". So nothing is ever replaced or put between: what a reader copies is what the article says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from retrieval.core.span import Span

# Signs that mean something anywhere. ``:`` only before another sign: there it may begin an address that would become
# a link (within one, a backslash would show), or the name of an emoji.
_ANYWHERE = re.compile(r"[\\`*_~|<>\[\]@#]|:(?=\S)")
# Signs that make a list at the start of a line; clients count more signs as line ends than the newline.
_LINE_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_AT_START = re.compile(rf"(?:^|[{_LINE_ENDS}])[^\S{_LINE_ENDS}]*+(?:([-+])|\d++([.)]))")
QUOTE_PREFIX = "> "


def escape(text: str) -> str:
    """``text`` with a backslash before each sign that could mean formatting, a mention, a link or a list."""
    return marked(text)


def marked(text: str, spans: Sequence[Span] = (), *, prefix: str = "", mark: str = "**") -> str:
    """``text`` escaped, each line behind ``prefix``, with ``mark`` around the words at ``spans``.

    Marks never reach over a line's end nor touch white space, where Discord would not take them for formatting.
    """
    places = {found.start() for found in _ANYWHERE.finditer(text)}
    places |= {found.start(found.lastindex or 0) for found in _AT_START.finditer(text)}
    opening, closing = _edges(text, spans)
    out = [prefix]
    for index, sign in enumerate(text):
        if index in closing:
            out.append(mark)
        if index in opening:
            out.append(mark)
        out.append(f"\\{sign}" if index in places else sign)
        if sign == "\n":
            out.append(prefix)
    if len(text) in closing:
        out.append(mark)
    return "".join(out)


def _edges(text: str, spans: Sequence[Span]) -> tuple[set[int], set[int]]:
    opening: set[int] = set()
    closing: set[int] = set()
    for start, end in merged(spans, len(text)):
        at = start
        for line in text[start:end].split("\n"):
            words = line.strip()
            if words:
                first = at + line.index(words)
                opening.add(first)
                closing.add(first + len(words))
            at += len(line) + 1
    return opening, closing


def merged(spans: Iterable[Span], length: int) -> list[Span]:
    """``spans`` in order; those that touch are one, since ``****`` would neither end nor begin anything."""
    done: list[Span] = []
    for start, end in sorted((max(0, start), min(length, end)) for start, end in spans):
        if start >= end:
            continue
        if done and start <= done[-1].end:
            done[-1] = Span(done[-1].start, max(end, done[-1].end))
        else:
            done.append(Span(start, end))
    return done
