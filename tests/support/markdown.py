"""Words of an article, read back from the Markdown in which the bot quotes them."""

from __future__ import annotations

import re

from bot.ui.markup.escaping import QUOTE_PREFIX

_MARKUP = re.compile(r"\\([^0-9A-Za-z\s])|\*\*")


def quoted_words(body: str) -> str:
    """The words of the block quote in a message's ``body``, as they stand in the article."""
    lines = [line[len(QUOTE_PREFIX) :] for line in body.split("\n") if line.startswith(">")]
    return unmarked("\n".join(lines))


def unmarked(text: str) -> str:
    """``text`` without bold marks and escapes."""
    return _MARKUP.sub(r"\1", text)
