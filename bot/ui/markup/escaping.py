"""Escaping of Markdown, so that Discord shows a text unchanged.

Discord takes a backslash before any sign that is neither a letter, a digit nor white space as "the next sign means
nothing special". So nothing is ever replaced or put between: what a reader copies is what the article says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.ui.markup.marks import CODE, LINK, Mark, nested

# Signs that mean something anywhere. ``:`` only before another sign: there it may begin an address that would become
# a link (within one, a backslash would show), or the name of an emoji.
_ANYWHERE = re.compile(r"[\\`*_~|<>\[\]@#]|:(?=\S)")
# Signs that make a list at the start of a line; clients count more signs as line ends than the newline.
_LINE_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_AT_START = re.compile(rf"(?:^|[{_LINE_ENDS}])[^\S{_LINE_ENDS}]*+(?:([-+])|\d++([.)]))")
QUOTE_PREFIX = "> "
SMALL = "-# "


def escape(text: str) -> str:
    """``text`` with a backslash before each sign that could mean formatting, a mention, a link or a list."""
    return marked(text)


def marked(text: str, marks: Sequence[Mark] = (), *, prefix: str = "") -> str:
    """``text`` escaped, each line behind ``prefix``, with ``marks`` around their words.

    Marks never reach over a line's end nor touch white space, where Discord would not take them for formatting.
    """
    places = {found.start() for found in _ANYWHERE.finditer(text)}
    places |= {found.start(found.lastindex or 0) for found in _AT_START.finditer(text)}
    left = list(reversed(nested(text, marks)))
    open_marks: list[Mark] = []
    out = [prefix]
    for index, sign in enumerate(text):
        while open_marks and open_marks[-1].end == index:
            out.append(_closing(open_marks.pop()))
        while left and left[-1].start == index:
            open_marks.append(left.pop())
            out.append("[" if open_marks[-1].sign == LINK else open_marks[-1].sign)
        code = bool(open_marks) and open_marks[-1].sign == CODE
        out.append(f"\\{sign}" if index in places and not code else sign)
        if sign == "\n":
            out.append(prefix)
    out += [_closing(mark) for mark in reversed(open_marks)]
    return "".join(out)


def _closing(mark: Mark) -> str:
    return f"]({mark.target})" if mark.sign == LINK else mark.sign
