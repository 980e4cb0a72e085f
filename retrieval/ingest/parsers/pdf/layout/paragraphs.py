"""Paragraphs: lines of one kind joined across columns and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.pdf.layout.markers import Marker, follows, marker_of
from retrieval.ingest.parsers.pdf.layout.styles import Body
from retrieval.ingest.parsers.pdf.page.boxes import Line

_GAP = 1.2  # times the usual distance of lines
_INDENT = 0.7  # of the size
_LETTER = 0.6  # of the size: the width of a letter of code
_MAX_BLANKS = 80
_NOTE_MARK = re.compile(r"^(\d{1,3}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|[*†‡]{1,3})(?=[^\W\d])")
_AHEAD = 5  # lines that show how far the text reaches to the right
_ENDS = (".", "!", "?", ":", ";", "…", "。", "！", "？")
_CLOSING = "\"'”’»)]¹²³⁰⁴⁵⁶⁷⁸⁹"


class Marked(NamedTuple):
    """A line, the kind of block it belongs to, and by that kind more.

    ``level`` is a heading's, or 1 where a footnote begins; ``label`` tells the kind of furniture; ``rows`` are those of
    the table that begins with the line, the other lines of the table have none.
    """

    line: Line
    kind: BlockKind = BlockKind.TEXT
    level: int = 0
    label: str = ""
    rows: Sequence[list[list[str]]] = ()


@dataclass
class Draft:
    """A block to be: the lines of a paragraph, or the rows of a table with the lines of each cell.

    ``left`` is the left edge of the first line, ``edge`` of the text in the column that the last line stands in.
    ``breaks`` are the indexes of lines that begin a page, with its number.
    """

    kind: BlockKind
    page: int
    lines: list[str] = field(default_factory=list)
    level: int = 0
    label: str = ""
    marker: Marker | None = None
    left: float = 0.0
    edge: float = 0.0
    rows: Sequence[list[list[str]]] = ()
    breaks: list[tuple[int, int]] = field(default_factory=list)

    def extend(self, last: Line, line: Line) -> None:
        """Add the line below ``last``, or in the next column, or on the next page."""
        if line.page != last.page:
            self.breaks.append((len(self.lines), line.page))
        if line.page != last.page or line.y >= last.y:
            self.edge = line.x0
        self.lines.append(_code(line, self.left) if self.kind is BlockKind.CODE else line.text)


def drafts_of(marked: Sequence[Marked], body: Body) -> Iterator[Draft]:
    """Blocks of lines in reading order; every line is in exactly one block.

    Furniture and footnotes come after the paragraph that goes on across them.
    """
    waiting: list[Draft] = []
    draft: Draft | None = None
    last: Line | None = None
    text = [each.line for each in marked if each.kind is BlockKind.TEXT]
    place = 0
    for each in marked:
        line = each.line
        if each.kind in (BlockKind.FURNITURE, BlockKind.FOOTNOTE):
            _wait(waiting, each)
            continue
        ahead: Sequence[Line] = ()
        if each.kind is BlockKind.TEXT:
            ahead = text[place : place + _AHEAD]
            place += 1
        if each.kind is BlockKind.TABLE and not each.rows:
            continue
        if draft is not None and last is not None and _goes_on(draft, last, each, ahead, body):
            draft.extend(last, line)
        else:
            if draft is not None:
                yield draft
            yield from waiting
            waiting = []
            draft = _started(each)
        last = line
    if draft is not None:
        yield draft
    yield from waiting


def _wait(waiting: list[Draft], each: Marked) -> None:
    """Keep furniture, a block a line, and footnotes, a block from one marker to the next, over pages as well."""
    text = each.line.text
    if each.kind is BlockKind.FOOTNOTE:
        text = _NOTE_MARK.sub(r"\1 ", text)
    note = next((draft for draft in reversed(waiting) if draft.kind is BlockKind.FOOTNOTE), None)
    if each.kind is BlockKind.FOOTNOTE and not each.level and note is not None:
        note.lines.append(text)
    else:
        waiting.append(Draft(each.kind, each.line.page, [text], label=each.label))


def _started(each: Marked) -> Draft:
    line = each.line
    draft = Draft(each.kind, line.page, [line.text], each.level, each.label, left=line.x0, edge=line.x0, rows=each.rows)
    if each.kind is BlockKind.CODE:
        draft.lines = [_code(line, line.x0)]
    marker = marker_of(line.text) if each.kind is BlockKind.TEXT else None
    if marker is not None and marker.rest:
        draft.kind, draft.marker = BlockKind.ITEM, marker
        draft.lines = [marker.rest]
    return draft


def _goes_on(draft: Draft, last: Line, each: Marked, ahead: Sequence[Line], body: Body) -> bool:
    """True if the line goes on with the block whose last line is ``last``."""
    line = each.line
    if BlockKind.HEADING in (draft.kind, each.kind):
        return _same_heading(draft, last, each)
    kind = BlockKind.TEXT if draft.kind is BlockKind.ITEM else draft.kind
    size = max(last.style.size, line.style.size)
    if kind is not each.kind or kind is BlockKind.TABLE or abs(last.style.size - line.style.size) > 0.1 * size:
        return False
    step = last.y - line.y
    usual = max(body.distance(line.style.size), 1.1 * size)
    same_column = last.page == line.page and step > 0
    if kind is BlockKind.CODE:
        return same_column and step <= 2.2 * usual
    below = same_column and step <= _GAP * usual + 0.5
    if _opens(draft, last, line, below):
        return False
    if not below:
        return not same_column and _runs_over(last, line)
    return not _indented(draft, last, line) and not _short(last, line, ahead)


def _code(line: Line, left: float) -> str:
    """A line of code with the blanks that its place on the page stands for."""
    width = _LETTER * line.style.size
    parts: list[str] = []
    for cell in line.cells:
        blanks = round((cell.x0 - left) / width)
        parts += [" " * min(max(blanks, 1 if parts else 0), _MAX_BLANKS), cell.text]
        left = cell.x1
    return "".join(parts)


def _same_heading(draft: Draft, last: Line, each: Marked) -> bool:
    line = each.line
    if draft.kind is not each.kind or draft.level != each.level or last.page != line.page:
        return False
    close = 0 < last.y - line.y < 1.8 * line.style.size
    return close and abs(last.style.size - line.style.size) < 0.6 and len(draft.lines) < 4 and not _numbered(line)


def _numbered(line: Line) -> bool:
    return line.text[:1].isdigit() or line.text.startswith("§")


def _opens(draft: Draft, last: Line, line: Line, below: bool) -> bool:
    """True if the line opens with a marker that is none by chance."""
    marker = marker_of(line.text)
    if marker is None or not marker.rest:
        return False
    if not marker.ordinal:
        # A dash at the start of a line may stand between two words.
        dash = line.text[0] in "–—-*·"
        return not dash or not below or line.x0 != last.x0 or ended(last.text) or draft.marker is not None
    if draft.marker is not None and follows(draft.marker.ordinal, marker.ordinal):
        return True
    aside = not below or abs(line.x0 - last.x0) > _INDENT * line.style.size
    return (aside and follows("", marker.ordinal)) or (ended(last.text) and not _middle(draft, line))


def _middle(draft: Draft, line: Line) -> bool:
    """True if the line stands within a hanging item, right of its marker."""
    return draft.marker is not None and line.x0 > draft.edge + _INDENT * line.style.size


def ended(text: str) -> bool:
    """True if a sentence may end with the line."""
    return text.rstrip(_CLOSING).endswith(_ENDS)


def _runs_over(last: Line, line: Line) -> bool:
    """True if a paragraph goes on in the next column or on the next page."""
    return not ended(last.text) or line.text[:1].islower()


def _indented(draft: Draft, last: Line, line: Line) -> bool:
    size = line.style.size
    if draft.marker is not None:
        return line.x0 < draft.edge - _INDENT * size
    if line.x0 > last.x0 + _INDENT * size:
        # The hanging first line of an entry stands out to the left, its other lines do not.
        return ended(last.text) or len(draft.lines) > 1
    return len(draft.lines) > 1 and line.x0 < last.x0 - _INDENT * size


def _short(last: Line, line: Line, ahead: Sequence[Line]) -> bool:
    """True if the first word of ``line`` would have stood in the last line, had the paragraph not ended there."""
    size = line.style.size
    near = [each.x1 for each in ahead if each.page == line.page and abs(each.x0 - line.x0) < 3 * size]
    free = max([last.x1, *near]) - last.x1
    if free < line.cells[0].first + size:
        return False
    text = line.text
    if text[:1].islower():
        return False
    return ended(last.text) or free > 0.4 * (max([last.x1, *near]) - line.x0)
