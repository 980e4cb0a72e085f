"""Marks of Discord's Markdown around words: which of them may stand where, so that each is read as it is meant."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

UNDERLINE, BOLD, STRIKE, ITALIC, CODE, LINK = "__", "**", "~~", "*", "`", "[]"
#: The outer one first where two cover the same words; where two cross, it stays whole. Signs within code mean nothing.
_ORDER = {LINK: 0, UNDERLINE: 1, BOLD: 2, STRIKE: 3, ITALIC: 4, CODE: 5}


class Mark(NamedTuple):
    """``sign`` around ``text[start:end]``; ``target`` of a link."""

    start: int
    end: int
    sign: str
    target: str = ""


def nested(text: str, marks: Iterable[Mark]) -> list[Mark]:
    """``marks`` of ``text`` in the order in which they open, none of them across another, a line's end or an edge.

    Where two overlap one of them is shortened; a mark that Discord would misread is left out.
    """
    by_sign: dict[str, list[Mark]] = {}
    for mark in marks:
        by_sign.setdefault(mark.sign, []).append(mark)
    links = [each for each in _lines(text, _first(by_sign.pop(LINK, []))) if not _any(text, each, "[]")]
    codes = [each for each in _lines(text, merged(by_sign.pop(CODE, []), len(text))) if not _any(text, each, "`")]
    codes = list(_lines(text, _split(codes, links)))
    styles: list[Mark] = []
    for sign, some in by_sign.items():
        around = merged(_around(merged(some, len(text)), codes), len(text))
        # Discord looks for the end of a mark without regard for code within it.
        barriers = [each for each in codes if _any(text, each, (sign,))]
        styles += _lines(text, _without(_split(_lines(text, around), links), barriers))
    whole = sorted([*links, *codes, *styles], key=lambda each: (each.start, -each.end, _ORDER[each.sign]))
    return _apart(list(_lines(text, _uncrossed(whole))))


def merged(marks: Iterable[Mark], length: int) -> list[Mark]:
    """``marks`` of one sign in order; those that touch are one, since ``****`` would neither end nor begin anything."""
    done: list[Mark] = []
    for each in sorted(mark._replace(start=max(0, mark.start), end=min(length, mark.end)) for mark in marks):
        if each.start >= each.end:
            continue
        if done and each.start <= done[-1].end:
            done[-1] = done[-1]._replace(end=max(each.end, done[-1].end))
        else:
            done.append(each)
    return done


def _first(marks: Iterable[Mark]) -> Iterator[Mark]:
    """``marks`` without those that begin within an earlier one."""
    end = 0
    for mark in sorted(marks):
        if mark.start >= end:
            yield mark
            end = mark.end


def _any(text: str, mark: Mark, signs: Iterable[str]) -> bool:
    return any(text.find(sign, mark.start, mark.end) >= 0 for sign in signs)


def _lines(text: str, marks: Iterable[Mark]) -> Iterator[Mark]:
    """Each mark on each of its lines, without white space at the edges."""
    for mark in marks:
        at = mark.start
        for line in text[mark.start : mark.end].split("\n"):
            words = line.strip()
            if words:
                first = at + line.index(words)
                yield mark._replace(start=first, end=first + len(words))
            at += len(line) + 1


def _split(marks: Iterable[Mark], by: Sequence[Mark]) -> Iterator[Mark]:
    """``marks``, cut where one of ``by`` begins or ends; both are in order and do not overlap."""
    edges = sorted({edge for each in by for edge in (each.start, each.end)})
    at = 0
    for mark in marks:
        while at < len(edges) and edges[at] <= mark.start:
            at += 1
        start, here = mark.start, at
        while here < len(edges) and edges[here] < mark.end:
            yield mark._replace(start=start, end=edges[here])
            start = edges[here]
            here += 1
        yield mark._replace(start=start)


def _around(marks: Iterable[Mark], codes: Sequence[Mark]) -> Iterator[Mark]:
    """``marks`` that begin or end within code, around all of it: signs within code mean nothing."""
    for mark in marks:
        before = bisect_left(codes, mark.start, key=lambda each: each.start) - 1
        last = bisect_left(codes, mark.end, key=lambda each: each.start) - 1
        start = codes[before].start if before >= 0 and mark.start < codes[before].end else mark.start
        end = max(mark.end, codes[last].end) if last >= 0 else mark.end
        yield mark._replace(start=start, end=end)


def _without(marks: Iterable[Mark], barriers: Sequence[Mark]) -> Iterator[Mark]:
    """``marks`` where none of ``barriers`` is; both are in order."""
    if not barriers:
        yield from marks
        return
    starts = {each.start for each in barriers}
    for mark in _split(marks, barriers):
        if mark.start not in starts:
            yield mark


def _uncrossed(marks: list[Mark]) -> list[Mark]:
    """``marks``, in the order in which they open, with one of two that cross cut short."""
    kept = list(marks)
    stack: list[int] = []
    for index, mark in enumerate(marks):
        while stack and kept[stack[-1]].end <= mark.start:
            stack.pop()
        while stack and kept[stack[-1]].end < mark.end:
            above = kept[stack[-1]]
            if _ORDER[above.sign] < _ORDER[mark.sign]:
                kept[index] = mark._replace(end=above.end)
                break
            kept[stack.pop()] = above._replace(end=mark.start)
        stack.append(index)
    return [mark for mark in kept if mark.start < mark.end]


def _apart(marks: list[Mark]) -> list[Mark]:
    """``marks`` without italics that begin where bold ends or end where it begins: ``***`` would be read otherwise."""
    bold = [each for each in marks if each.sign == BOLD]
    starts, ends = {each.start for each in bold}, {each.end for each in bold}
    return [each for each in marks if each.sign != ITALIC or (each.start not in ends and each.end not in starts)]
