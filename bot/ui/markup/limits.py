"""Discord's limits, and texts cut to measure where the cut can be seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from bot.ui.markup.escaping import escape
from retrieval.core.errors import one_line

TITLE = 256
DESCRIPTION = 4096
FOOTER = 2048
ALL_EMBEDS = 6000
EMBEDS = 10
CONTENT = 2000
URL = 2048
CHOICE = 100
FILE_BYTES = 8 * 1024 * 1024  # Discord takes 10 MiB for all files of a message together
ELISION = "[…]"


def size(text: str) -> int:
    """The length of ``text`` as Discord may count it: in UTF-16 units, which is never less than in characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fitted(text: str, room: int, form: Callable[[str], str] = str) -> str:
    """``form(text)``, or of its beginning with a visible elision, within ``room``; ``form`` never shortens."""
    if len(text) <= room and size(whole := form(text)) <= room:
        return whole
    tail = f" {form(ELISION)}"
    ends = range(1, min(len(text), room) + 1)
    end = bisect_right(ends, room - size(tail), key=lambda end: size(form(text[:end].rstrip())))
    return form(text[:end].rstrip()) + tail


def fitted_line(text: str, room: int, *, markdown: bool = True) -> str:
    """``text`` on one line within ``room``, escaped where Discord reads Markdown."""
    return fitted(one_line(text), room, escape if markdown else str)
