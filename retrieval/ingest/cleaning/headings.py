"""Titles, kickers, names and stated facts among the short lines of a plain text."""

from __future__ import annotations

import re

from retrieval.ingest.cleaning.features import BlockFeatures

_MAX_TITLE_SIZE = 160  # columns
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NUMBERED = re.compile(
    r"(?:(?:part|chapter|section|step|day|act)"
    r" (?:\d{1,3}|[IVX]{1,5})|\d{1,2}(?:\.\d{1,2}){0,3}[.)])(?:[:.]? |$)",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"[^:：]{1,40}[:：]\s*\S")
_SMALL_WORDS = frozenset(
    """
    the a an in on at of for and or to from by with our your my his her their its what how why who when where is are
    """.split()
)


def is_kicker(line: BlockFeatures, following: list[BlockFeatures]) -> bool:
    """Tell whether a few words in capitals, or closed by a colon, stand above something that is a title itself."""
    shouted = line.text.isupper() and line.words <= 3
    labelled = line.text.endswith(":") and line.words <= 2
    return (shouted or labelled) and len(following) >= 2 and is_title(following[0], following[1:])


def is_title(line: BlockFeatures, following: list[BlockFeatures]) -> bool:
    """Tell whether a line is short, not ended like a sentence, and above something longer that does end like one."""
    if len(_LETTERS.findall(line.text)) < 2 and line.size == len(line.text):  # but ideographs need no spaces
        return False
    if line.size > _MAX_TITLE_SIZE or line.words > 24 or not line.starts_upper or line.ends_unfinished:
        return False
    longer = max(60, 1.2 * line.size)
    ended = [each.ends_sentence and each.size >= longer for each in following[:3]]
    if True not in ended or sum(not each.ends_sentence for each in following[: ended.index(True)]) > 1:
        return False  # several short lines are a list or verse
    body = following[ended.index(True)]
    if not (body.starts_upper or body.opens_quote):
        return False
    asks = line.text.rstrip().endswith(("?", "!")) and line.words <= 14 and not line.opens_quote
    if asks:  # a question can open an article as well; as its title it stands above several paragraphs
        return len(following) >= 2 and body.size >= 80
    return not line.ends_sentence and not (line.opens_quote and line.closes_quote)


def states_a_fact(line: str) -> bool:
    """True if a short line holds a figure (not a heading's number), an address or a labelled value."""
    bare = _NUMBERED.sub("", line, count=1) if _NUMBERED.match(line) else line
    return "@" in bare or any(char.isdigit() for char in bare) or _LABELLED.match(bare) is not None


def is_name(line: str, small_letters: frozenset[str]) -> bool:
    """Tell whether a line is a name, perhaps with an office after a comma: its words are nowhere written small."""
    words = line.partition(",")[0].split()
    capital = all(word[:1].isupper() and not word.isupper() for word in words)
    plain = {word.casefold().strip(".,’'") for word in words}
    return 2 <= len(words) <= 4 and capital and not plain & (_SMALL_WORDS | small_letters)
