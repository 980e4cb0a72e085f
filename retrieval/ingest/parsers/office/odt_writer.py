"""Elements of an OpenDocument text to blocks of the stored text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import Run, TextBuilder
from retrieval.ingest.parsers.markup.ordinal import whole_number
from retrieval.ingest.parsers.office.odf_styles import TEXT, Level, Look, Styles, numbered

_MAX_REPEATED = 50  # empty cells in a row, which are written once with their number
_MAX_TARGET = 2_000  # characters of a link
_NS = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = f"{{{_NS}office:1.0}}"
_TABLE = f"{{{_NS}table:1.0}}"
_DRAW = f"{{{_NS}drawing:1.0}}"
_SVG = f"{{{_NS}svg-compatible:1.0}}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_PARAGRAPHS = frozenset({f"{TEXT}p", f"{TEXT}h"})
_INDEXES = frozenset(
    f"{TEXT}{name}" for name in (
        "table-of-content illustration-index table-index object-index user-index alphabetical-index bibliography"
    ).split()
)  # fmt: skip
_UNREAD = frozenset(
    {
        *(f"{TEXT}{name}" for name in (
            "tracked-changes note-citation ruby-text sequence-decls variable-decls user-field-decls"
        ).split()),
        f"{OFFICE}annotation", f"{OFFICE}forms", f"{OFFICE}event-listeners", f"{_DRAW}image", f"{_DRAW}object",
        f"{_SVG}title", f"{_SVG}desc",
    }
)  # fmt: skip


@dataclass(slots=True)
class _List:
    """A list that is open; ``counts`` and ``levels`` are those of the lists around it and its own."""

    list_id: int
    style: str
    counts: list[int]
    levels: list[Level]
    ordinal: str | None = None  # of the item that has no words yet; None behind its first paragraph

    @property
    def depth(self) -> int:
        return len(self.counts) - 1


@dataclass(slots=True)
class OdtWriter:
    """Writes blocks; lxml has refused what is nested deeper than 256 levels."""

    styles: Styles
    builder: TextBuilder = field(default_factory=TextBuilder)
    titled: bool = False  # a paragraph has the style of a title
    indexes: int = 0  # tables of contents and the like, which are left out
    _lists: list[_List] = field(default_factory=list)
    _counts: dict[str, list[int]] = field(default_factory=dict)  # of lists that may be continued, by style or id
    _notes: list[etree._Element] = field(default_factory=list)
    _boxes: list[etree._Element] = field(default_factory=list)  # text boxes of the paragraph that is open
    _code: list[str] = field(default_factory=list)

    def write(self, body: etree._Element) -> None:
        """Write all of a document, its notes at the end."""
        self._write_all(body)
        for note in self._notes:  # it grows by notes of notes
            for paragraph in note.iter(*_PARAGRAPHS):
                self.builder.paragraph(self._runs(paragraph), kind=BlockKind.FOOTNOTE)

    def _write_all(self, parent: etree._Element) -> None:
        for element in parent:
            if element.tag in _PARAGRAPHS:
                self._write_paragraph(element)
                continue
            self._flush_code()
            if element.tag == f"{TEXT}list":
                self._write_list(element)
            elif element.tag == f"{_TABLE}table":
                self._write_table(element)
            elif element.tag in _INDEXES:
                self.indexes += 1
            elif element.tag not in _UNREAD:
                self._write_all(element)
        self._flush_code()

    def _write_paragraph(self, element: etree._Element) -> None:
        names = list(self.styles.names("paragraph", element.get(f"{TEXT}style-name", "")))
        plain = element.tag == f"{TEXT}h" or not names or "Title" in names  # headings look like headings
        runs = self._runs(element, () if plain else self.styles.look("paragraph", names[0]))
        if "Preformatted_20_Text" in names:
            self._code.append("".join(run.text for run in runs))
        else:
            self._flush_code()
            self._write_runs(element, names, runs)
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self._write_all(box)

    def _write_runs(self, element: etree._Element, names: list[str], runs: list[Run]) -> None:
        around = self._lists[-1] if self._lists else None
        if "Title" in names:
            self.titled = True
            self.builder.heading(1, runs)
        elif element.tag == f"{TEXT}h":
            self.builder.heading(min(max(whole_number(element.get(f"{TEXT}outline-level"), 1), 1), 6), runs)
        elif around is None:
            self.builder.paragraph(runs, quote="Quotations" in names)
        elif around.ordinal is None:
            self.builder.paragraph(runs, list_id=around.list_id)
        elif any(run.text.strip() for run in runs):
            self.builder.item(runs, list_id=around.list_id, depth=around.depth, ordinal=around.ordinal)
            around.ordinal = None

    def _flush_code(self) -> None:
        """Write lines of code, each of which is a paragraph of its own here."""
        if self._code:
            self.builder.code("\n".join(self._code), list_id=self._lists[0].list_id if self._lists else 0)
            self._code.clear()

    def _write_list(self, element: etree._Element) -> None:
        around = self._lists[-1] if self._lists else None
        style = element.get(f"{TEXT}style-name", "") or (around.style if around else "")
        counts, levels = (around.counts, around.levels) if around else ([], [])
        level = self.styles.level(style, len(counts))
        continued = element.get(f"{TEXT}continue-list") or style
        continues = element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list")
        before = self._counts.get(continued, []) if continues else []
        own = before[len(counts)] if len(before) > len(counts) else level.start - 1
        opened = _List(
            around.list_id if around else self.builder.new_list(), style, [*counts, own], [*levels, level]
        )  # fmt: skip
        self._lists.append(opened)
        for item in element:
            if item.tag == f"{TEXT}list-item":
                opened.counts[-1] = whole_number(item.get(f"{TEXT}start-value"), opened.counts[-1] + 1)
                opened.ordinal = numbered(level, opened.counts, opened.levels)
            else:
                opened.ordinal = None  # a header has no number
            self._write_all(item)
        self._lists.pop()
        self._counts[style] = self._counts[element.get(_ID, "")] = opened.counts

    def _write_table(self, element: etree._Element) -> None:
        rows = list(_rows(element))
        cells = [cell for row in rows[:2] for cell in row if cell.tag == f"{_TABLE}table-cell"]
        if len(rows) == 1 and len(cells) == 1:  # a frame around paragraphs
            self._write_all(cells[0])
            return
        head = element.find(f"{_TABLE}table-header-rows")
        headers = 0 if head is None else len(list(_rows(head)))
        if not headers and rows:
            first = (each.get(f"{TEXT}style-name", "") for each in rows[0].iter(f"{TEXT}p"))
            headers = int(any("Table_20_Heading" in self.styles.names("paragraph", name) for name in first))
        texts = [[runs for cell in row for runs in self._cells(cell)] for row in rows]
        self._boxes.clear()
        self.builder.table(texts, header_rows=headers, list_id=self._lists[0].list_id if self._lists else 0)

    def _cells(self, cell: etree._Element) -> Iterator[list[Run]]:
        runs: list[Run] = []
        for paragraph in cell.iter(*_PARAGRAPHS):
            if not any(each.tag == f"{TEXT}note" for each in paragraph.iterancestors(f"{TEXT}note", f"{_TABLE}table")):
                runs += [*self._runs(paragraph), Run(" ")]
        repeated = whole_number(cell.get(f"{_TABLE}number-columns-repeated"), 1)
        yield runs
        if not runs:
            yield from ([] for _ in range(min(repeated, _MAX_REPEATED) - 1))

    def _runs(self, paragraph: etree._Element, look: Look = ()) -> list[Run]:
        runs: list[Run] = []
        self._collect(paragraph, look, runs)
        return runs

    def _collect(self, element: etree._Element, look: Look, runs: list[Run]) -> None:
        """Collect the words of an element; notes and text boxes are kept for later."""
        if element.text:
            runs.append(Run(element.text, look))
        for child in element:
            tag = child.tag
            if tag == f"{TEXT}note":
                self._notes += child.findall(f"{TEXT}note-body")
            elif tag == f"{_DRAW}text-box":
                self._boxes.append(child)
            elif tag == f"{TEXT}s":
                runs.append(Run(" " * min(max(whole_number(child.get(f"{TEXT}c"), 1), 1), 200), look))
            elif tag == f"{TEXT}tab":
                runs.append(Run("\t", look))
            elif tag == f"{TEXT}line-break":
                runs.append(Run("\n", look))
            elif tag not in _UNREAD:
                self._collect(child, self._look(child, look), runs)
            if child.tail:
                runs.append(Run(child.tail, look))

    def _look(self, element: etree._Element, look: Look) -> Look:
        added: Look = ()
        if element.tag == f"{TEXT}span":
            added = self.styles.look("text", element.get(f"{TEXT}style-name", ""))
        elif element.tag == f"{TEXT}a":
            target = element.get(_HREF, "")
            if len(target) <= _MAX_TARGET and target.lower().startswith(("http://", "https://", "mailto:")):
                added = ((AnnotationKind.LINK, target),)
        present = {kind for kind, _ in look}
        return (*look, *(each for each in added if each[0] not in present))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """Rows of a table, not those of tables in its cells."""
    for child in table:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in {f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group"}:
            yield from _rows(child)
