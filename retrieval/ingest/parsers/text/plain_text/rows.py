"""Rows of a plain text: its lines with their indentation, in chunks between which no block can go on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from retrieval.ingest.parsers.blocks import BlockKind, Line

_QUOTE = re.compile(r"(?:[ \t]?>)+")
#: A bullet, or a number or letter with what stands around it; standards have the letter o for a bullet.
LIST_MARK = re.compile(r"(?:([-*+•◦▪‣●○■·]|o(?=[ \t]{2}))|(\(?)(?:(\d{1,3})|([a-z]))([.)]))[ \t]+(?=\S)")
_TAB = 8  # columns


@dataclass(slots=True)
class Row:
    """A line that is not blank. ``text`` is without indentation, marks of quotation and blanks at its end."""

    line: Line
    text: str
    indent: int  # columns, behind the marks of quotation
    quotes: int  # marks of quotation before it: ">>" is a quotation in a quotation
    page: int | None = None

    @property
    def width(self) -> int:
        """Columns up to its last character, marks of quotation apart."""
        return self.indent + len(self.text)


@dataclass(slots=True)
class Chunk:
    """Rows one below the other without a blank line; of another kind than text they are one block."""

    rows: list[Row]
    kind: BlockKind = BlockKind.TEXT
    label: str = ""
    level: int = 0
    alone: bool = False  # its lines are paragraphs of their own, whatever they look like
    width: int = field(default=0)  # column at which its lines are wrapped; 0 if each is a paragraph


def row_of(line: Line, page: int | None = None) -> Row:
    """Measure a line that is not blank."""
    marks = _QUOTE.match(line.text)
    rest = line.text[marks.end() :] if marks else line.text
    text = rest.strip()
    margin = rest[: len(rest) - len(rest.lstrip())].replace("\f", "") if text else ""
    indent = len(margin.expandtabs(_TAB))
    return Row(line, text, indent, marks[0].count(">") if marks else 0, page)
