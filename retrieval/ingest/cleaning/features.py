"""Features of a block, in whose words the rules of cleaning are stated: size, first letter, how it ends."""

from __future__ import annotations

import re
from typing import NamedTuple

_SENTENCE_MARKS = ".!?…。！？؟।॥։።۔｡"
_CLOSERS = "\"'”’»«“›)]}」』）】*_"
_OPENERS = "\"'“„«»‘‚‹「『"
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("“”„«»‟″", '"'),
        **dict.fromkeys("‘’‚‛`´′‹›", "'"),
        **dict.fromkeys("–—−‐‑―", "-"),
        **dict.fromkeys("\u00ad\u200b\ufeff", ""),
        "…": "...",
    }
)
_WORD = re.compile(r"\w++(?:['’.-]\w++)*+")
_BULLET = re.compile(r"(?:[-–—―•*·▪►◦+>]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
# A quotation and, after a dash, its speaker.
_SIGNED = re.compile(r"[.!?…][\"”’»“]?\s+[–—―-]\s+[^\W\d_][^.!?]{0,100}$")
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff01-\uff60]")


class BlockFeatures(NamedTuple):
    """Features of one block. ``size`` is its width in columns, in which an ideograph counts double."""

    text: str
    size: int
    words: int
    ends_sentence: bool
    ends_unfinished: bool  # with a comma, colon, dash …: more was to follow
    opens_quote: bool
    closes_quote: bool
    bullet: bool
    first: str  # the first letter or digit; empty where there are only rules, stars or pictograms
    key: str

    @property
    def unpunctuated(self) -> bool:
        """True if it ends like a title: neither as a sentence nor in the middle of one."""
        return not (self.ends_sentence or self.ends_unfinished or self.closes_quote)

    @property
    def starts_upper(self) -> bool:
        """True if it starts like a sentence or a title: with anything but a small letter or a bullet."""
        return bool(self.first) and not self.first.islower() and not self.bullet


def block_features(text: str) -> BlockFeatures:
    """Compute the features of a block's text."""
    bare = text.rstrip().rstrip(_CLOSERS).rstrip()
    last = bare[-1:]
    first = next((char for char in text if char.isalnum()), "")
    return BlockFeatures(
        text=text,
        size=len(text) + len(_WIDE.findall(text)),
        words=len(_WORD.findall(text)),
        ends_sentence=(last in _SENTENCE_MARKS and bool(last)) or _SIGNED.search(text[-160:]) is not None,
        ends_unfinished=last in ",;:-–—，：；、،؛" and bool(last),
        opens_quote=text[:1] in _OPENERS,
        closes_quote=text[-1:] in _CLOSERS and text[-1:] not in ")]}）】*_",
        bullet=_BULLET.match(text) is not None,
        first=first,
        key=normalised(text),
    )


def normalised(text: str) -> str:
    """Fold white space, quotation marks, dashes and case to one spelling, for comparing lines."""
    return " ".join(text.translate(_QUOTES).casefold().split())
