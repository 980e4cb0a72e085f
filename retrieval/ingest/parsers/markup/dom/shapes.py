"""Shapes in an HTML tree: tables of data and of layout, the rows of a table, the language of code."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from retrieval.ingest.parsers.builder import Runs
from retrieval.ingest.parsers.markup.dom.elements import HEADINGS, classes_of, holds_no_text, tag_of
from retrieval.ingest.parsers.markup.dom.words import walk, words_of
from retrieval.ingest.parsers.markup.ordinal import whole_number

_MAX_SPAN = 50  # columns or rows that one cell may span
_MAX_PARAGRAPHS = 3  # in one cell of a table of data
_NOT_IN_DATA = frozenset({"pre", "blockquote", "hr", "dl", "article", "main", "section", *HEADINGS})
_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|highlight)-([A-Za-z0-9+#_.]{1,30})(?=[,{ ]|$)")
_NO_LANGUAGE = frozenset({"default", "none", "text", "plaintext", "plain", "txt", "notranslate", "sourcecode"})


class Shapes:
    """Elements of a page that serve another purpose than they are for.

    ``layouts`` are tables without data, ``texts`` forms and heads that hold the text, ``central`` is the element that
    says of itself that it does.
    """

    def __init__(self, root: etree._Element) -> None:
        self.layouts: set[etree._Element] = set()
        self.texts: set[etree._Element] = set()
        self.central: etree._Element | None = None
        articles: list[etree._Element] = []
        tables: list[_Table] = []
        forms: list[etree._Element] = []
        for _, (name, element, tag) in walk(root):
            if name == "start":
                self._start(element, tag, tables, forms)
                articles += [element] if tag == "article" else []
                if self.central is None and (tag == "main" or element.get("role") == "main"):
                    self.central = element
            elif name == "end" and tag == "table" and tables:
                table = tables.pop()
                if table.layout or table.cells < 2:
                    self.layouts.add(element)
            elif name == "end" and forms and forms[-1] is element:
                forms.pop()
        if self.central is None and len(articles) == 1:
            self.central = articles[0]

    def _start(self, element: etree._Element, tag: str, tables: list[_Table], forms: list[etree._Element]) -> None:
        if tag == "table":
            if tables:
                tables[-1].layout = True
            tables.append(_Table(layout=element.get("role") == "presentation"))
        elif tag in {"form", "header"}:
            forms.append(element)
        elif tag in {"h1", "main", "article"}:
            self.texts.update(forms)
            forms.clear()
        if not tables:
            return
        tables[-1].cells += tag in {"td", "th"}
        tables[-1].paragraphs = 0 if tag in {"td", "th"} else tables[-1].paragraphs + (tag == "p")
        if tag in _NOT_IN_DATA or tables[-1].paragraphs > _MAX_PARAGRAPHS:
            tables[-1].layout = True


class _Table:
    def __init__(self, *, layout: bool) -> None:
        self.layout = layout
        self.cells = 0
        self.paragraphs = 0  # of the cell that is open


def rows_of(table: etree._Element, base: str) -> tuple[Runs, list[list[Runs]], int]:
    """The caption of a table, its rows with an empty cell for each one spanned, and how many rows head it."""
    caption: Runs = ()
    rows: list[list[Runs]] = []
    header_rows = 0
    spanned: dict[int, int] = {}  # column: the row before which a cell from above ends
    for walker, (name, element, tag) in walk(table):
        if name != "start" or tag not in {"caption", "tr"} or holds_no_text(element, tag):
            continue
        walker.skip_subtree()
        if tag == "caption":
            caption = words_of(element, base)
            continue
        cells = [each for each in element if tag_of(each) in {"td", "th"} and not holds_no_text(each, tag_of(each))]
        in_head = any(tag_of(each) == "thead" for each in islice(element.iterancestors(), 1)) or all(
            tag_of(each) == "th" for each in cells
        )
        if cells and in_head and header_rows == len(rows):
            header_rows += 1
        rows.append(_row(cells, len(rows), spanned, base))
    return caption, rows, header_rows


def _row(cells: list[etree._Element], number: int, spanned: dict[int, int], base: str) -> list[Runs]:
    row: list[Runs] = []
    for cell in cells:
        while spanned.get(len(row), 0) > number:
            row.append(())
        column = len(row)
        row.append(words_of(cell, base))
        row += [()] * (min(whole_number(cell.get("colspan"), 1), _MAX_SPAN) - 1)
        down = min(whole_number(cell.get("rowspan"), 1), _MAX_SPAN)
        if down > 1 and column < _MAX_SPAN:
            spanned.update((at, number + down) for at in range(column, min(len(row), _MAX_SPAN)))
    return row


def language_of(code: etree._Element) -> str:
    """The language that the element of a code block names, or the one inside or around it; empty if none does."""
    around = [code, *islice(code, 1), *islice(code.iterancestors(), 2)]
    return next(filter(None, map(_named_language, around)), "")


def _named_language(element: etree._Element) -> str:
    named = element.get("data-lang") or element.get("data-language") or ""
    found = _LANGUAGE.search(f"language-{named}" if named else element.get("class") or "")
    names = [found[1].lower()] if found else []
    classes = classes_of(element)
    if not names and "sourceCode" in classes:  # pandoc: the other class names the language
        names = [name.lower() for name in classes if name.isalnum() and name != "sourceCode"]
    return names[0] if len(names) == 1 and names[0] not in _NO_LANGUAGE else ""
