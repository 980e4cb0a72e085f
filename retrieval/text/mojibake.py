"""Repairs mojibake (UTF-8 decoded as cp1252 or Latin-1) and records every change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import takewhile
from operator import eq

from ftfy import fix_encoding

from retrieval.core.types import Repair

_HIGH = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # what the bytes 80 to BF look like in cp1252 and Latin-1
_SUSPECT = re.compile(rf"[Â-ôŠŽŸ][{_HIGH} ]|[\u0080-\u009f]|[â€¬Ã]")
_WORDS = re.compile(r"[A-Za-z0-9]+")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_PAIR = re.compile(rf"([ÂÃÄÅÆÈÎÏÐÑ])([{_HIGH}])")
# A no-break space may have become a plain one. "Å lese" is Norwegian; a word with a letter such as ė is not.
_SPACED = re.compile(r"(?<![^\W_])([ÃÅ])(?:\u00a0(?=[a-z]{2})| (?=[a-z]{1,20}[\u0100-\u017f]))")
_DASHES_AND_QUOTES = frozenset("‘’“”„‚…–—«»‹›")
_SQUARE_ANGSTROM = re.compile(r"((?<![^\W_])Å[²³](?![^\W_]))")  # a unit, which ftfy takes for Ų and ų
_ROUNDS = 12  # text can be decoded wrongly more than once; each round undoes one layer and shortens it


def repair(text: str) -> tuple[str, tuple[Repair, ...]]:
    """Return ``text`` without mojibake, and each repair with its offset in the *returned* text.

    Repairing twice changes nothing more. Lines end with LF only, and keep their number.
    """
    if text.isascii():
        return text, ()
    lines = text.split("\n")
    fixed = [_until_stable(line, _repair_certain) for line in lines]
    if fixed != lines:
        # A wrong decoding affects whole documents: one certain case makes the ambiguous ones in its line likely.
        fixed = [
            _until_stable(now, _repair_likely) if now != was or _PAIR.search(now) or _SPACED.search(now) else now
            for was, now in zip(lines, fixed, strict=True)
        ]
    repairs: list[Repair] = []
    offset = 0
    for number, (was, now) in enumerate(zip(lines, fixed, strict=True), start=1):
        if was != now:
            repairs += [Repair(number, offset + at, *change) for at, *change in _changes(was, now)]
        offset += len(now) + 1
    return "\n".join(fixed), tuple(repairs)


def _until_stable(line: str, step: Callable[[str], str]) -> str:
    if _NON_ASCII.search(line) is None or _SUSPECT.search(line) is None:
        return line
    for _ in range(_ROUNDS):
        after = step(line)
        if after == line:
            break
        line = after
    return line


def _repair_certain(line: str) -> str:
    pieces = _SQUARE_ANGSTROM.split(line)
    pieces[::2] = [fix_encoding(piece) for piece in pieces[::2]]
    return _PAIR.sub(lambda match: _read(match, sure=True), "".join(pieces))


def _repair_likely(line: str) -> str:
    line = _PAIR.sub(lambda match: _read(match, sure=False), _repair_certain(line))
    return _SPACED.sub(lambda match: _letter(match[1], "\u00a0") or match[0], line)


def _read(match: re.Match[str], *, sure: bool) -> str:
    """Return the letter that a pair of characters encodes, or the pair where it may be what was written."""
    # Right spelling has no capital after a small letter and no sign within a word; it does have "DIÄ—" before a dash.
    letter = _letter(match[1], match[2])
    if letter is None:
        return match[0]
    text, start, end = match.string, match.start(), match.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.islower():
        return letter if letter.islower() or after.isupper() or not sure else match[0]
    if match[2] in _DASHES_AND_QUOTES and (sure or not (before.isalpha() or after.islower())):
        return match[0]
    in_word = after.islower() and not match[2].isalpha()
    if sure:
        return letter if in_word and match[1] in "ÄÅ" and not match[2].isspace() else match[0]
    return letter if in_word or (after.islower() and match[2] in "ŒŠŽ") else match[0]


def _letter(lead: str, trail: str) -> str | None:
    """Decode a two-byte UTF-8 sequence that was read as cp1252; ``None`` unless it is a letter in common use."""
    try:
        char = (_byte(lead) + _byte(trail)).decode("utf-8")
    except UnicodeDecodeError:
        return None
    common = char <= "\u017f" or char in "ȘșȚț" or "\u0370" <= char <= "\u052f"
    return char if common and char.isalpha() else None


def _byte(char: str) -> bytes:
    code = ord(char)
    return bytes([code]) if code < 256 else char.encode("cp1252")


def _changes(was: str, now: str) -> Iterator[tuple[int, str, str]]:
    """Yield ``(offset in now, before, after)``. ASCII words survive every repair, so they align the two."""
    old, new = _WORDS.split(was), _WORDS.split(now)
    kept = _WORDS.findall(now)
    if kept != _WORDS.findall(was):
        yield 0, was, now
        return
    at = 0
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after:
            yield _trimmed(at, before, after)
        at += len(after) + (len(kept[index]) if index < len(kept) else 0)


def _trimmed(at: int, before: str, after: str) -> tuple[int, str, str]:
    """Cut off the characters that both begin or end with."""
    head = sum(takewhile(bool, map(eq, before, after)))
    before, after = before[head:], after[head:]
    tail = sum(takewhile(bool, map(eq, reversed(before), reversed(after))))
    return at + head, before[: len(before) - tail], after[: len(after) - tail]
