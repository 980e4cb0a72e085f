"""Tables as columns of equal width, for text of fixed pitch."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_GAP = "  "


def aligned(rows: Sequence[Sequence[str]], headers: int, room: int) -> str | None:
    """The rows below each other, a rule under the first ``headers``; ``None`` if a line is wider than ``room``."""
    count = max(map(len, rows))
    padded = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*padded, strict=True)]
    if sum(widths) + len(_GAP) * (count - 1) > room:
        return None
    lines = [_GAP.join(_filled(cell, width) for cell, width in zip(row, widths, strict=True)) for row in padded]
    if 0 < headers < len(rows):
        lines.insert(headers, _GAP.join("─" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def _filled(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """Columns of a text: two for a wide sign, none for one that stands on the sign before."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
