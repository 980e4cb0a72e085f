"""Packing: whole sentences into pieces that fit an embedding model's window."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from retrieval.core.display.span import Span

_TOKEN = re.compile(r"[A-Za-z]{1,64}|[0-9]{1,64}|[^\W\d_]{1,64}|\s+|.", re.DOTALL)
SPECIAL_TOKENS = 2  # tokens that every model puts around a text


def estimate(text: str, start: int = 0, end: int | None = None) -> int:
    """Estimate how many word pieces a model sees in ``text[start:end]``; high rather than low.

    Measured with all-MiniLM-L6-v2 on English news: about a fifth above the true count. Letters beyond ASCII
    count one by one, as an English vocabulary holds few of their words.
    """
    end = len(text) if end is None else end
    return SPECIAL_TOKENS + sum(_cost(match[0]) for match in _TOKEN.finditer(text, start, end))


def _cost(token: str) -> int:
    first, length = token[0], len(token)
    if first.isspace():
        return 0
    if first.isascii():
        if first.isdigit():
            return length - length // 4
        return 1 if length <= 7 else 1 + (length - 5) // 3
    return length


def pack(units: Sequence[Span], room: int, cost: Callable[[Span], int]) -> tuple[tuple[Span, ...], ...]:
    """Pack units, none of which costs more than ``room``, into pieces; about equally long, so that no crumb is left."""
    costs = list(map(cost, units))
    total = sum(costs)
    target = total / max(1, -(-total // room))
    pieces: list[tuple[Span, ...]] = []
    held: list[Span] = []
    spent = 0
    for span, price in zip(units, costs, strict=True):
        if held and (spent + price > room or spent >= target):
            pieces.append(tuple(held))
            held, spent = [], 0
        held.append(span)
        spent += price
    if held:
        pieces.append(tuple(held))
    return tuple(pieces)


def split_lines(text: str, start: int, end: int, room: int) -> tuple[Span, ...]:
    """Divide code into stretches of whole lines, each within ``room`` where its lines are, cut at blank lines first."""
    stretches: list[Span] = []
    begin, spent, at = start, 0, start
    seam = 0  # the end of the stretch up to the last blank line
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        cost = estimate(text, at, stop) - SPECIAL_TOKENS
        if spent + cost > room and at > begin:
            cut = seam if seam > begin else at
            stretches.append(Span(begin, cut))
            spent = estimate(text, cut, at) - SPECIAL_TOKENS if cut < at else 0
            begin, seam = cut, 0
        if not text[at:stop].strip():
            seam = stop
        spent += cost
        at = stop + 1
    stretches.append(Span(begin, end))
    found = (Span(s + len(text[s:e]) - len(text[s:e].lstrip()), s + len(text[s:e].rstrip())) for s, e in stretches)
    return tuple(span for span in found if span.end > span.start)


def split_long(text: str, sentence: Span, room: int) -> list[tuple[Span, int]]:
    """Cut one sentence into stretches of at most ``room`` word pieces."""
    stretches: list[tuple[Span, int]] = []
    begin, spent = sentence.start, 0
    gap: tuple[int, int, int] | None = None  # the last white space, and the cost before it
    for match in _TOKEN.finditer(text, *sentence):
        at, stop = match.span()
        cost = _cost(match[0])
        if cost == 0:
            gap = (at, stop, spent)
            continue
        if spent + cost > room and gap is not None:
            stretches.append((Span(begin, gap[0]), gap[2]))
            begin, spent, gap = gap[1], spent - gap[2], None
        while spent + cost > room:  # no white space to cut at
            if at > begin:
                stretches.append((Span(begin, at), spent))
                begin, spent = at, 0
                continue
            at += max(1, min(room, stop - at - 1))
            stretches.append((Span(begin, at), room))
            begin, cost = at, _cost(text[at:stop]) if at < stop else 0
        spent += cost
    if begin < sentence.end:
        stretches.append((Span(begin, sentence.end), spent))
    return stretches
