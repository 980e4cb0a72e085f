"""Parser for plain text: a line is a paragraph, unless an editor has wrapped the lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from retrieval.ingest.parsers.blocks import Block, Line, LineGroup, lines_of, number_blocks


def parse_plain_text(text: str, body_start: int = 0) -> tuple[Block, ...]:
    """Divide ``text[body_start:]``; every character that is not white space is in exactly one block."""
    lines = list(lines_of(text, body_start))
    width = _wrap_width(lines)
    return number_blocks(_unwrapped(lines, width) if width else (LineGroup([line]) for line in lines if not line.blank))


def _wrap_width(lines: list[Line]) -> int:
    """Column at which lines were wrapped, so that the next line's first word never fits on the line before; else 0."""
    pairs = [
        (one.text.rstrip(), two.text.split(None, 1)[0])
        for one, two in pairwise(lines)
        if not one.blank and not two.blank
    ]
    lengths = sorted(len(line) for line, _ in pairs if " " in line.strip())
    if len(lengths) < 3:
        return 0
    width = lengths[-1]
    if not 50 <= width <= 100:
        return 0
    full = sum(len(line) + 1 + len(word) > width - 4 for line, word in pairs)
    running = sum(line[-1].isalnum() or line[-1] in ",-–—" for line, _ in pairs)
    return width if full >= 0.75 * len(pairs) and running >= 0.5 * len(pairs) else 0


def _unwrapped(lines: list[Line], width: int) -> Iterator[LineGroup]:
    """Join lines up to a blank one, or one that ends well before the margin."""
    held: list[Line] = []
    for line in lines:
        if held and not line.blank:
            room = width - len(held[-1].text.rstrip())
            early = room > max(0.25 * width, len(line.text.split(None, 1)[0]) + 1)
        if held and (line.blank or early):
            yield LineGroup(held)
            held = []
        if not line.blank:
            held.append(line)
    if held:
        yield LineGroup(held)
