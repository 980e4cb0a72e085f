"""Tree of HTML elements to blocks of the stored text: for pages, and for formats that come by way of HTML."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import TextBuilder
from retrieval.ingest.parsers.markup.dom.elements import (
    BLOCKS,
    HEADINGS,
    classes_of,
    holds_no_text,
    is_note,
    stands_around,
    tag_of,
)  # fmt: skip
from retrieval.ingest.parsers.markup.dom.parsing import html_tree
from retrieval.ingest.parsers.markup.dom.shapes import Shapes, language_of, rows_of
from retrieval.ingest.parsers.markup.dom.words import Words, code_of, walk
from retrieval.ingest.parsers.markup.ordinal import ordinal, whole_number

_NOT_IN_LINE = frozenset({"p", "ul", "ol", "dl", "table", "pre", "blockquote", "section", "article", *HEADINGS})
_MAX_HEADING = 500  # characters; a longer one was never closed
_CODE = frozenset({"pre", "xmp", "listing"})
_LISTS = frozenset({"ul", "ol", "dl", "dir", "menu"})


def write_fragment(builder: TextBuilder, html: str) -> None:
    """Write all blocks of a piece of HTML.

    Raises:
        NestingError: if it is nested too deeply.
    """
    root = html_tree(html)
    if root is not None:
        write_tree(builder, root)


def write_tree(
    builder: TextBuilder, root: etree._Element, *, page: bool = False, base: str = "", top_level: int = 1
) -> range:
    """Write the blocks of an element.

    Args:
        builder: What they are written with.
        root: The element; the text behind it is not its own.
        page: Leave out what stands around the text of a page: navigation, head, foot, forms, asides.
        base: The address that relative links start from; without it they are kept as they are.
        top_level: The level of an ``h1``.

    Returns:
        The numbers of the blocks in the element that says of itself that it holds the text (``main``, else the only
        ``article``), of all blocks if there is none.
    """
    return _TreeWriter(builder, root, page=page, base=base, top_level=top_level).write()


@dataclass(slots=True)
class _List:
    list_id: int
    depth: int
    style: str = ""  # of its ordinals, empty for bullets
    next: int = 1
    step: int = 1


@dataclass(slots=True)
class _Item:
    ordinal: str = ""
    kind: AnnotationKind | None = None


@dataclass(slots=True)
class _TreeWriter:
    builder: TextBuilder
    root: etree._Element
    page: bool
    base: str
    top_level: int
    words: Words = field(init=False)
    shapes: Shapes = field(init=False)
    lists: list[_List] = field(default_factory=list)
    item: _Item | None = None  # the list item that has no words yet
    kind: BlockKind = BlockKind.TEXT  # of the next paragraph
    line: etree._Element | None = None  # the heading, summary or term that is open: no block stands in it
    notes: int = 0  # footnotes that are open
    texts: int = 0  # elements that are open of those that hold a page's text
    quote: tuple[etree._Element, int] | None = None  # the outermost quotation, and the blocks before it
    central: range = range(0)  # the numbers of the blocks in the element that holds the text
    joined: bool = False  # the words collected are a title that stands before the next paragraph

    def __post_init__(self) -> None:
        self.words = Words(self.base)
        self.shapes = Shapes(self.root)

    def write(self) -> range:
        skipped = False
        first = len(self.builder) + 1
        for walker, (name, element, tag) in walk(self.root):
            if name == "start":
                skipped = self._is_left_out(element, tag) or self._is_written_whole(element, tag)
                if skipped:
                    walker.skip_subtree()
                else:
                    self._start(element, tag)
                    self.words.add(element.text)
                continue
            if name == "end" and not skipped:
                self._end(element, tag)
            skipped = skipped and name != "end"
            if element is not self.root:
                self.words.add(element.tail)
        self._flush()
        return self.central or range(first, len(self.builder) + 1)

    def _is_left_out(self, element: etree._Element, tag: str) -> bool:
        if tag == "input" and element.get("type") == "checkbox" and self.item is not None:
            self.item.kind = AnnotationKind.DONE if "checked" in element.attrib else AnnotationKind.TASK
        if element is self.root:
            return False
        if tag == "input" or holds_no_text(element, tag):
            return True
        if self.notes and (tag == "dt" or "label" in classes_of(element)):
            return True
        if not self.page:
            return False
        within = element in self.shapes.texts or (tag == "header" and self.texts > 0)
        return stands_around(element, tag, within_text=within)

    def _is_written_whole(self, element: etree._Element, tag: str) -> bool:
        """Write code and tables, whose insides are no blocks."""
        if tag in _CODE and self.line is None:
            self._flush()
            self.builder.code(code_of(element), language=language_of(element), list_id=self._list_id())
            return True
        if tag == "table" and element not in self.shapes.layouts and self.line is None:
            self._flush()
            caption, rows, header_rows = rows_of(element, self.base)
            self.builder.paragraph(caption, list_id=self._list_id())
            self.builder.table(rows, header_rows=header_rows, list_id=self._list_id())
            return True
        return False

    def _start(self, element: etree._Element, tag: str) -> None:
        if self.line is not None and tag in _NOT_IN_LINE and any(run.text.strip() for run in self.words.runs):
            self._end_line()
        self.words.start(element, tag)
        if tag not in BLOCKS or self.line is not None:
            if tag == "br" and self.line is None and self.words.breaks():
                self._flush()
            self.words.add(" " if tag in BLOCKS else None)
            return
        if not (self.joined and tag in {"p", "div"}):
            self._flush()
        self.joined = False
        if element is self.shapes.central:
            self.central = range(len(self.builder) + 1, len(self.builder) + 1)
        self.texts += tag in {"main", "article"}
        self.notes += is_note(element, tag)
        self._start_block(element, tag)

    def _start_block(self, element: etree._Element, tag: str) -> None:
        if tag in HEADINGS or tag in {"summary", "dt"}:
            self.line = element
        elif tag in _LISTS:
            self._start_list(element, tag)
        elif tag == "li":
            self._start_item(element)
        elif tag == "dd":
            self.kind = BlockKind.DEFINITION
        elif tag == "blockquote" and self.quote is None:
            self.quote = element, len(self.builder)

    def _end(self, element: etree._Element, tag: str) -> None:
        self.words.end()
        if self.line is element:
            self._end_line()
        elif tag not in BLOCKS or self.line is not None:
            self.words.add(" " if tag in BLOCKS else None)
        else:
            self._end_block(element, tag)

    def _end_line(self) -> None:
        """Write the heading, summary or term that is open."""
        tag = tag_of(self.line) if self.line is not None else ""
        self.line = None
        runs = self.words.take()
        if tag in HEADINGS and sum(len(run.text) for run in runs) <= _MAX_HEADING:
            self.builder.heading(min(HEADINGS[tag] + self.top_level - 1, 6), runs)
            return
        asks = tag == "summary" and "".join(run.text for run in runs[-3:]).rstrip().endswith("?")
        kind = BlockKind.TERM if tag == "dt" else BlockKind.QUESTION if asks else BlockKind.TEXT
        self.builder.paragraph(runs, kind=kind, list_id=self._list_id())

    def _end_block(self, element: etree._Element, tag: str) -> None:
        if tag == "p" and "admonition-title" in classes_of(element):
            self.words.embolden()
            self.joined = True
            return
        self._flush()
        if element is self.shapes.central:
            self.central = range(self.central.start, len(self.builder) + 1)
        self.texts -= tag in {"main", "article"}
        self.notes -= is_note(element, tag)
        if tag in _LISTS and self.lists:
            self.lists.pop()
        elif tag == "li":
            self.item = None
        elif tag == "dd":
            self.kind = BlockKind.TEXT
        elif self.quote is not None and self.quote[0] is element:
            self.builder.quote_since(self.quote[1])
            self.quote = None

    def _start_list(self, element: etree._Element, tag: str) -> None:
        list_id = self.lists[0].list_id if self.lists else self.builder.new_list()
        depth = self.lists[-1].depth + (tag != "dl") if self.lists else 0
        style = (element.get("type") or "1") if tag == "ol" else ""
        step = -1 if "reversed" in element.attrib else 1
        first = len(element) if step < 0 else 1
        self.lists.append(_List(list_id, depth, style, whole_number(element.get("start"), first), step))

    def _start_item(self, element: etree._Element) -> None:
        self.item = _Item()
        if self.lists and self.lists[-1].style:
            around = self.lists[-1]
            number = whole_number(element.get("value"), around.next)
            around.next = number + around.step
            self.item.ordinal = f"{ordinal(number, around.style)}."

    def _list_id(self) -> int:
        return self.lists[0].list_id if self.lists and not self.notes else 0

    def _flush(self) -> None:
        """Write the words collected as an item or a paragraph."""
        runs = self.words.take()
        self.joined = False
        if not any(run.text.strip() for run in runs):
            return
        if self.notes:
            self.builder.paragraph(runs, kind=BlockKind.FOOTNOTE)
        elif self.item is not None:
            depth = self.lists[-1].depth if self.lists else 0
            list_id = self._list_id() or self.builder.new_list()
            self.builder.item(runs, list_id=list_id, depth=depth, ordinal=self.item.ordinal, kind=self.item.kind)
        else:
            self.builder.paragraph(runs, kind=self.kind, list_id=self._list_id())
        self.item, self.kind = None, BlockKind.TEXT
