"""Joining of lines: blanks between them, hyphenation undone where the document's own words allow it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\u2010\xad]$")
_FIRST = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SOFT = "\xad"
_HYPHENS = ("-", "\u2010", _SOFT)
#: Words after which a hyphen stands for a word's rest: "Haus- und Gartenarbeit", "short- or long-term".
_CONJUNCTIONS = frozenset({"und", "oder", "bzw", "sowie", "bis", "and", "or", "nor"})
_TAIL = 120  # characters of a line that a word may have
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]")


class Vocabulary:
    """Words of a document that no line break divides."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def add(self, line: str) -> None:
        """Add a line's words, but for a first and last one that may be halves of words."""
        words = [found[0].casefold().replace("\u2010", "-") for found in _WORD.finditer(line)]
        self._words.update(words[1:-1] if line.endswith(_HYPHENS) else words[1:])

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def joins(self, before: str, after: str) -> bool:
        """True if ``before`` and ``after`` are halves of one word, False if they are a compound with a hyphen."""
        before, after = before.casefold(), after.casefold()
        if before + after in self._words:
            return True
        if f"{before}-{after}" in self._words:
            return False
        last = before.rpartition("-")[2]
        whole = len(last) > 2 and len(after) > 2 and last in self._words and after in self._words
        return not whole and len(last) > 1


def join_lines(lines: Sequence[str], vocabulary: Vocabulary) -> tuple[str, list[int]]:
    """One paragraph of its lines, and where in it each of them starts.

    Example:
        >>> join_lines(["the govern-", "ment pays"], Vocabulary())
        ('the government pays', [0, 10])
    """
    parts: list[str] = []
    starts: list[int] = []
    size = 0
    for index, line in enumerate(lines):
        last = index + 1 == len(lines)
        kept, blank = (line, "") if last else _seam(line, lines[index + 1], vocabulary)
        parts.append(kept.replace(_SOFT, "") + blank)
        starts.append(size)
        size += len(parts[-1])
    return "".join(parts), starts


def _seam(before: str, after: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """The line before, without a hyphen that the line break made, and what stands between the two lines."""
    if before.endswith(_SOFT):
        return before[:-1], ""
    if not before.endswith(_HYPHENS):
        wide = _WIDE.match(before[-1:]) and _WIDE.match(after[:1])
        dash = before.endswith("\u2014") and before[-2:-1].isalnum()
        return before, "" if wide or dash else " "
    last, first = _LAST.search(before[-_TAIL:]), _FIRST.match(after[:_TAIL])
    if last is None or first is None:
        return before, "" if before[-2:-1].isalnum() and after[:1].isalnum() else " "
    if first[0].casefold() in _CONJUNCTIONS and (last[1] + first[0]).casefold() not in vocabulary:
        return before, " "
    halves = first[0][0].islower() or (last[1].isupper() and first[0].isupper())
    return (before[:-1] if halves and vocabulary.joins(last[1], first[0]) else before), ""


def vocabulary_of(lines: Iterable[str]) -> Vocabulary:
    """The words of these lines."""
    vocabulary = Vocabulary()
    for line in lines:
        vocabulary.add(line)
    return vocabulary
