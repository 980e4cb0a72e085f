"""Words of an article as parts of a panel: prose, lists, code and tables in Discord's own forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.ui.markup.escaping import QUOTE_PREFIX
from bot.ui.markup.layout import CodeText, Part, QuotedText, fenced
from bot.ui.markup.marks import BOLD, CODE, ITALIC, LINK, STRIKE, UNDERLINE, Mark
from bot.ui.markup.tables import aligned
from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.elements import Element, ElementKind, Words, elements
from retrieval.core.display.links import web_address
from retrieval.core.display.span import Span

_SIGNS = {
    AnnotationKind.BOLD: BOLD,
    AnnotationKind.ITALIC: ITALIC,
    AnnotationKind.STRIKE: STRIKE,
    AnnotationKind.CODE: CODE,
    AnnotationKind.HIGHLIGHT: BOLD,
}
_TABLE_ROOM = 60  # columns of a code block on a desktop
#: Names of languages. Of "ansi" Discord would hide the escape sequences.
_LANGUAGE = re.compile(r"(?!ansi$)[a-z][a-z0-9_+#.-]{0,19}", re.ASCII)
_NESTED = "│ "


def quotation(text: str, annotations: Sequence[Annotation] = (), highlights: Sequence[Span] = ()) -> list[Part]:
    """The parts that show a slice as a reader sees it, ``highlights`` in bold, underlined where it has other bold."""
    found = elements(text, annotations, highlights)
    bold = any(each.kind is AnnotationKind.BOLD for each in annotations)
    parts: list[Part] = []
    for element in found:
        parts += _parts(element, bold=bold)
    return parts


def _parts(element: Element, *, bold: bool) -> Iterator[Part]:
    prefix = QUOTE_PREFIX + (_NESTED if element.quoted else "")
    if element.kind is ElementKind.TABLE:
        yield from _table(element, prefix, bold=bold)
        return
    text = element.words.text
    if element.kind is ElementKind.CODE:
        yield _code(text, element.language, prefix, spaced=element.spaced)
        return
    marks = tuple(_marks(element.words, bold=bold))
    if element.kind is ElementKind.PROSE:
        yield QuotedText(text, marks, prefix, spaced=element.spaced)
        return
    indent = prefix + "  " * element.depth
    sign = {"": "", "•": "- "}.get(element.bullet, f"{element.bullet} ")
    hanging = "  " if sign == "- " or not element.bullet else ""
    yield QuotedText(text, marks, indent + hanging, spaced=element.spaced, first=indent + sign)


def _code(text: str, language: str, prefix: str, *, spaced: bool) -> Part:
    """A code block; lines of the block quote where it holds a fence, which Discord has no way to escape there."""
    if not fenced(text):
        return QuotedText(text, (), prefix, spaced=spaced)
    named = _LANGUAGE.fullmatch(language.lower())
    return CodeText(text, named.group() if named else "")


def _table(element: Element, prefix: str, *, bold: bool) -> Iterator[Part]:
    rows = [[" ".join(cell.text.split()) for cell in row] for row in element.rows]
    table = aligned(rows, element.headers, _TABLE_ROOM)
    if table is not None and fenced(table):
        yield CodeText(table)
        return
    names = element.rows[element.headers - 1] if element.headers else ()
    for index, row in enumerate(element.rows[element.headers :] or element.rows):
        for column, cell in enumerate(row):
            if cell.text:
                name = names[column].text if column < len(names) and element.headers < len(element.rows) else ""
                words = _labelled(" ".join(name.split()), cell, bold=bold)
                yield QuotedText(*words, prefix, spaced=element.spaced if not index else not column)


def _labelled(name: str, cell: Words, *, bold: bool) -> tuple[str, tuple[Mark, ...]]:
    """A cell behind the name of its column."""
    if not name:
        return cell.text, tuple(_marks(cell, bold=bold))
    shift = len(name) + 2
    marks = [each._replace(start=each.start + shift, end=each.end + shift) for each in _marks(cell, bold=bold)]
    return f"{name}: {cell.text}", (Mark(0, len(name), BOLD), *marks)


def _marks(words: Words, *, bold: bool) -> Iterator[Mark]:
    for start, end, kind, value in words.styles:
        if kind is AnnotationKind.LINK:
            address = web_address(value, words.text[start:end])
            if address:
                yield Mark(start, end, LINK, address)
            continue
        yield Mark(start, end, _SIGNS[kind])
        if kind is AnnotationKind.HIGHLIGHT and bold:
            yield Mark(start, end, UNDERLINE)
