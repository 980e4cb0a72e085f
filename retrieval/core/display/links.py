"""Links of an article that may be shown as links: web addresses, under words that do not claim to be another one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LONGEST = 2000
#: Signs of an address that no renderer has to escape: no white space, no controls, no brackets, no quotes.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?")
#: Words that a reader may take for an address.
_LIKE_ADDRESS = re.compile(r"://|\bwww\.|\w\.[^\W\d_]{2,}(?:[/:?#]|\s|$)|@", re.IGNORECASE)


def web_address(target: str, words: str) -> str | None:
    """``target`` if it may be linked under ``words``: an http(s) address, and the words look like no address at all.

    A name with a dot before letters counts as an address, so that ``bank.example`` never leads elsewhere.
    """
    if len(target) > _LONGEST or not _ADDRESS.fullmatch(target) or _LIKE_ADDRESS.search(words):
        return None
    host = urlsplit(target).netloc.lower()
    return target if _HOST.fullmatch(host) else None
