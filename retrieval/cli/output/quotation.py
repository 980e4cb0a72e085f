"""Words of an article on a terminal as a reader of the rendered document sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from retrieval.cli.output.sanitising import sanitise
from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.elements import Element, ElementKind, Words, elements
from retrieval.core.display.links import web_address
from retrieval.core.display.span import Span

_STYLES = {
    AnnotationKind.BOLD: Style(bold=True),
    AnnotationKind.ITALIC: Style(italic=True),
    AnnotationKind.STRIKE: Style(strike=True),
    AnnotationKind.CODE: Style(color="magenta"),
}
_HIGHLIGHT = Style(bold=True)
_HIGHLIGHT_BESIDE_BOLD = Style(bold=True, underline=True)
_MARGIN = 2
_BETWEEN = 3  # blanks between the columns of a table
_NESTED = "│ "


def quotation(
    console: Console,
    text: str,
    annotations: Sequence[Annotation],
    highlights: Sequence[Span] = (),
    *,
    width: int,
    bar: Text,
) -> Iterator[RenderableType]:
    """The lines of a slice behind ``bar``, and its code and tables, which are indented.

    Highlights are bold, and underlined where the slice has other bold words. Each ``Text`` is one line.
    """
    bold = any(each.kind is AnnotationKind.BOLD for each in annotations)
    highlight = _HIGHLIGHT_BESIDE_BOLD if bold else _HIGHLIGHT
    for index, element in enumerate(elements(text, annotations, highlights)):
        if element.spaced and index:
            yield bar.copy()
        yield from _element(console, element, highlight, width, bar)


def _element(console: Console, element: Element, highlight: Style, width: int, bar: Text) -> Iterator[RenderableType]:
    before = bar + Text(_NESTED, style="dim") if element.quoted else bar
    if element.kind is ElementKind.TABLE:
        yield from _table(console, element, highlight, width, before)
    elif element.kind is ElementKind.CODE:
        lines = _styled(element.words, highlight).split("\n", allow_blank=True)
        yield from (Text(" " * (bar.cell_len + _MARGIN)) + line for line in lines)
    else:
        sign = f"{element.bullet} " if element.bullet else ""
        hanging = "  " if element.kind is ElementKind.ITEM and element.bullet else ""
        indent = "  " * min(element.depth, max(0, width // 8 - 2))
        room = max(1, width - before.cell_len - len(indent) - len(sign))
        for index, line in enumerate(_styled(element.words, highlight).wrap(console, room)):
            yield before + Text(indent + (hanging if index else sign)) + line


def _table(console: Console, element: Element, highlight: Style, width: int, bar: Text) -> Iterator[RenderableType]:
    """A table that fits the width, or a line a cell behind the name of its column."""
    names = element.rows[0] if element.headers else ()
    body = element.rows[1 if element.headers else 0 :]
    widths = [max(map(_longest_word, column)) for column in zip_longest(*element.rows, fillvalue=Words(""))]
    indent = bar.cell_len + _MARGIN
    if sum(widths) + _BETWEEN * (len(widths) - 1) <= width - indent:
        table = Table(box=box.SIMPLE, show_header=bool(names), show_edge=False, pad_edge=False)
        for column, least in enumerate(widths):
            name = _styled(names[column], highlight) if column < len(names) else ""
            table.add_column(name, min_width=least, overflow="fold")
        for row in body:
            table.add_row(*(_styled(cell, highlight) for cell in row))
        yield Padding(table, (0, 0, 0, indent), expand=False)
        return
    for index, row in enumerate(body or element.rows):
        if index:
            yield bar.copy()
        for column, cell in enumerate(row):
            label = Text(f"{sanitise(names[column].text)}: ", style="dim") if column < len(names) else Text()
            line = Text() + label + _styled(cell, highlight)
            yield from (bar + part for part in line.wrap(console, max(1, width - bar.cell_len)))


def _longest_word(words: Words) -> int:
    return max(map(cell_len, sanitise(words.text).split()), default=1)


def _styled(words: Words, highlight: Style) -> Text:
    text = Text(sanitise(words.text))
    for start, end, kind, value in words.styles:
        if kind is AnnotationKind.LINK:
            address = web_address(value, words.text[start:end])
            if address:
                text.stylize(Style(link=address), start, end)
        else:
            text.stylize(_STYLES.get(kind, highlight), start, end)
    return text
