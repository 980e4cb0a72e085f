"""Styles of a document: the body's, the distance of its lines, and which lines are headings of which level."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from retrieval.ingest.parsers.pdf.page.boxes import Line, Style
from retrieval.ingest.parsers.pdf.page.reader import Bookmark

_LARGER = 1.12  # times the body's size: a heading
_MAX_HEADING = 200  # characters of a heading's line
_MAX_BOLD = 120  # characters of a heading that only is bold
_MAX_RUN = 4  # lines of one heading
_MAX_CELLS = 4  # words with wide blanks in a large heading
_DEEPEST = 6
#: Head of a clause in laws and contracts, on a line of its own.
_CLAUSE = re.compile(
    r"(?:§+\s?\d+\w?|(?:Art(?:icle|ikel|\.)|Section|Chapter|Part|Title|Kapitel|Abschnitt|Teil|Titel|Titre|Chapitre)"
    r"\s(?:\d+|[IVXLC]+)\w?)\b"
)
_NOT_IN_TITLE = re.compile(r"[\W_]+")
_NUMBERING = re.compile(r"^[\dIVX.)]+\s+")


class Body(NamedTuple):
    """Style of most of the text, and the distance of its lines in points, by size."""

    style: Style
    leading: Mapping[float, float]

    def distance(self, size: float) -> float:
        """Usual distance of two base lines of that size."""
        return self.leading.get(size, 1.25 * size)


def body_of(lines: Sequence[Line]) -> Body:
    """The style that most characters have."""
    weights: Counter[Style] = Counter()
    steps: dict[float, Counter[float]] = defaultdict(Counter)
    for line in lines:
        for cell in line.cells:
            weights[cell.style] += len(cell.text)
    for before, line in pairwise(lines):
        style, step = line.style, before.y - line.y
        if before.page == line.page and before.style.size == style.size and 0.9 * style.size < step < 3 * style.size:
            steps[style.size][round(2 * step) / 2] += 1
    style = weights.most_common(1)[0][0] if weights else Style(10.0)
    return Body(style, {size: found.most_common(1)[0][0] for size, found in steps.items()})


def heading_levels(lines: Sequence[Line], body: Body, bookmarks: Sequence[Bookmark]) -> dict[int, int]:
    """Levels (from 1) of the lines, by their index, that are headings."""
    outlined = _outlined(lines, bookmarks)
    found = _by_style(lines, body)
    ranks = {style: rank for rank, style in enumerate(_ranked({_look(lines[each]) for each in found}), start=1)}
    if outlined:
        ranks = _aligned(ranks, [(_look(lines[index]), level) for index, level in outlined.items()])
    levels = {index: min(ranks[_look(lines[index])], _DEEPEST) for index in found}
    deepest = min(max([*levels.values(), *outlined.values()], default=0) + 1, _DEEPEST)
    levels |= {index: deepest for index in _clauses(lines, body) if index not in levels}
    return levels | outlined


def _look(line: Line) -> Style:
    style = line.style
    return Style(round(2 * style.size) / 2, style.bold)


def _ranked(styles: set[Style]) -> list[Style]:
    return sorted(styles, key=lambda style: (-style.size, not style.bold))


def _by_style(lines: Sequence[Line], body: Body) -> list[int]:
    """Indexes of lines that are larger than the body or bold, and few of their kind in a row."""
    found: list[int] = []
    run: list[int] = []
    for index, line in enumerate(lines):
        if _stands_out(line, body):
            if run and not _same_heading(lines[run[-1]], line):
                found += run if len(run) <= _MAX_RUN else []
                run = []
            run.append(index)
        else:
            # A bold line whose paragraph goes on in the same line's style is no heading: its words only are bold.
            found += run if len(run) <= _MAX_RUN else []
            run = []
    return found + (run if len(run) <= _MAX_RUN else [])


def _stands_out(line: Line, body: Body) -> bool:
    style, text = line.style, line.text
    if sum(map(str.isalpha, text)) < 3 or len(text) > _MAX_HEADING or len(line.cells) > _MAX_CELLS or style.mono:
        return False
    if style.size >= _LARGER * body.style.size:
        return True
    bold = style.bold and not body.style.bold and style.size >= 0.95 * body.style.size
    return bold and len(line.cells) == 1 and len(text) <= _MAX_BOLD and text[-1] not in ".,;"


def _same_heading(before: Line, line: Line) -> bool:
    step = before.y - line.y
    size = line.style.size
    return before.page == line.page and _look(before) == _look(line) and 0 < step < 1.8 * size


def _aligned(ranks: Mapping[Style, int], known: Sequence[tuple[Style, int]]) -> dict[Style, int]:
    """Ranks of styles by the levels that the outline gives to headings of the same style."""
    votes: dict[Style, Counter[int]] = defaultdict(Counter)
    for style, level in known:
        votes[style][level] += 1
    levels = {style: found.most_common(1)[0][0] for style, found in votes.items()}
    largest = max(style.size for style in levels)
    lowest = max(levels.values()) + 1
    return {style: levels.get(style, 1 if style.size > largest else lowest) for style in ranks}


def _outlined(lines: Sequence[Line], bookmarks: Sequence[Bookmark]) -> dict[int, int]:
    """Levels of lines that are the title of a bookmark to their page, up to three lines to a title."""
    titles = {(each.page, _key(each.title)): each.level for each in bookmarks}
    levels: dict[int, int] = {}
    if not titles:
        return levels
    for index, line in enumerate(lines):
        text = ""
        for last in range(index, min(index + 3, len(lines))):
            if lines[last].page != line.page or len(text) > _MAX_HEADING:
                break
            text += f" {lines[last].text}"
            level = titles.pop((line.page, _key(text)), None)
            if level is not None:
                levels |= dict.fromkeys(range(index, last + 1), min(level, _DEEPEST))
                break
    return levels


def _key(title: str) -> str:
    title = " ".join(title.split())
    return _NOT_IN_TITLE.sub("", _NUMBERING.sub("", title)).casefold() or title


def _clauses(lines: Sequence[Line], body: Body) -> list[int]:
    """Indexes of lines such as "§ 5 Leave" that end before the next one would have begun."""
    found = []
    for index, line in enumerate(lines):
        text = line.text
        if not _CLAUSE.match(text) or len(text) > 100 or text[-1] in ".,;:":
            continue
        step = body.distance(line.style.size)
        above = lines[index - 1] if index else None
        apart = above is None or above.page != line.page or not 0 < above.y - line.y < 1.2 * step
        if apart:
            found.append(index)
    return found
