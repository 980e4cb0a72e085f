"""Tree of docutils to blocks of the stored text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from docutils import nodes

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import BREAK, Run, Runs, TextBuilder
from retrieval.ingest.parsers.markup.doctree.words import runs_of
from retrieval.ingest.parsers.markup.ordinal import ordinal

_STYLES = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}
_PARAMETERS = frozenset({"param", "parameter", "arg", "argument", "key", "keyword", "kwarg", "kwparam", "ivar", "cvar"})
_FIELDS = {"returns": "Returns", "return": "Returns", "rtype": "Return type", "raises": "Raises", "raise": "Raises"}
_KNOWN = (nodes.author, nodes.authors, nodes.date, nodes.organization)


class DoctreeWriter:
    """Writes the blocks of a document, element by element."""

    def __init__(self, builder: TextBuilder, labels: dict[str, str]) -> None:
        self._builder = builder
        self._labels = labels
        self._level = 0  # of the section that is open
        self._lists: list[int] = []  # the lists that are open, each by the number of the outermost one
        self._quoted = False
        self._writers: dict[str, Callable[..., None]] = {
            "section": self._section, "title": self._title, "subtitle": self._title, "paragraph": self._paragraph,
            "rubric": self._paragraph, "caption": self._paragraph, "attribution": self._attribution,
            "bullet_list": self._bullets, "enumerated_list": self._numbers, "definition_list": self._definitions,
            "field_list": self._fields, "docinfo": self._docinfo, "option_list": self._options,
            "literal_block": self._code, "doctest_block": self._code, "math_block": self._code,
            "admonition": self._box, "block_quote": self._quote, "table": self._table, "footnote": self._footnote,
            "citation": self._footnote, "line_block": self._lines,
        }  # fmt: skip
        for name in ("comment", "target", "substitution_definition", "pending", "raw", "meta", "decoration", "image",
                     "transition"):  # fmt: skip
            self._writers[name] = _nothing
        self._writers["system_message"] = self._message

    def write(self, children: Sequence[nodes.Node]) -> None:
        """Write elements one below the other; words that stand among them make a paragraph."""
        words: list[nodes.Node] = []
        for child in children:
            if isinstance(child, nodes.Text | nodes.Inline):
                words.append(child)
                continue
            self._add(self._runs(words))
            words = []
            writer = self._writers.get(type(child).__name__)
            if writer is not None:
                writer(child)
            else:
                self.write(child.children)
        self._add(self._runs(words))

    def _runs(self, children: Sequence[nodes.Node]) -> list[Run]:
        return list(runs_of(children, self._labels))

    def _list_id(self) -> int:
        return self._lists[0] if self._lists else 0

    def _add(self, runs: Runs, kind: BlockKind = BlockKind.TEXT) -> None:
        if runs:
            self._builder.paragraph(runs, kind=kind, list_id=self._list_id())

    def _section(self, node: nodes.Element) -> None:
        self._level += 1
        self.write(node.children)
        self._level -= 1

    def _title(self, node: nodes.Element) -> None:
        if isinstance(node.parent, nodes.document):  # the document's own title and subtitle
            self._level += 1
        self._builder.heading(max(1, min(self._level, 6)), self._runs(node.children))

    def _paragraph(self, node: nodes.Element) -> None:
        runs = self._runs(node.children)
        if isinstance(node, nodes.rubric):
            runs = [Run(text, (*styles, (AnnotationKind.BOLD, ""))) for text, styles in runs]
        self._add(runs)

    def _attribution(self, node: nodes.Element) -> None:
        self._add([Run("— "), *self._runs(node.children)])

    def _lines(self, node: nodes.Element) -> None:
        runs: list[Run] = []
        for line in node.findall(nodes.line):
            runs += [*self._runs(line.children), BREAK]
        self._add(runs)

    def _code(self, node: nodes.Element) -> None:
        classes = [name for name in node["classes"] if name != "code"]
        language = classes[0].lower() if len(classes) == 1 and "code" in node["classes"] else ""
        language = "python" if isinstance(node, nodes.doctest_block) else language
        self._builder.code(node.astext().replace("\0", ""), language=language, list_id=self._list_id())

    def _box(self, node: nodes.Element) -> None:
        """Write a note: its title in bold before its first paragraph."""
        title, *body = node.children
        bold = (AnnotationKind.BOLD, "")
        lead = [Run(text, (*styles, bold)) for text, styles in self._runs(title.children)]
        first = body.pop(0) if body and isinstance(body[0], nodes.paragraph) else None
        self._add([*lead, Run(" "), *(self._runs(first.children) if first is not None else [])])
        self.write(body)

    def _quote(self, node: nodes.Element) -> None:
        first, outermost = len(self._builder), not self._quoted
        self._quoted = True
        self.write(node.children)
        if outermost:
            self._builder.quote_since(first)
            self._quoted = False

    def _footnote(self, node: nodes.Element) -> None:
        for child in node.children:
            if isinstance(child, nodes.paragraph):
                self._builder.paragraph(self._runs(child.children), kind=BlockKind.FOOTNOTE)
            elif not isinstance(child, nodes.label):
                self.write([child])

    def _bullets(self, node: nodes.Element) -> None:
        self._items(node, lambda _number: "")

    def _numbers(self, node: nodes.Element) -> None:
        style, prefix, suffix = _STYLES.get(node["enumtype"], "1"), node["prefix"], node["suffix"]
        first = node.get("start", 1)
        self._items(node, lambda number: f"{prefix}{ordinal(first + number, style)}{suffix}")

    def _items(self, node: nodes.Element, ordinal_of: Callable[[int], str]) -> None:
        depth = len(self._lists)
        self._open_list()
        for number, item in enumerate(node.children):
            if not isinstance(item, nodes.list_item):
                continue
            first, *rest = item.children or [nodes.paragraph()]
            if isinstance(first, nodes.paragraph):
                self._builder.item(
                    self._runs(first.children), list_id=self._list_id(), depth=depth, ordinal=ordinal_of(number)
                )
            else:
                rest.insert(0, first)
            self.write(rest)
        self._lists.pop()

    def _open_list(self) -> None:
        self._lists.append(self._lists[0] if self._lists else self._builder.new_list())

    def _definitions(self, node: nodes.Element) -> None:
        self._open_list()
        for item in node.children:
            term: list[Run] = []
            for child in item.children:
                if isinstance(child, nodes.classifier):
                    term += [Run(" : "), *self._runs([nodes.emphasis("", "", *child.children)])]
                    continue
                self._add(term, BlockKind.TERM)
                term = self._runs(child.children) if isinstance(child, nodes.term) else []
                if isinstance(child, nodes.definition):
                    self._definition(child)
            self._add(term, BlockKind.TERM)
        self._lists.pop()

    def _definition(self, node: nodes.Node) -> None:
        first, *rest = node.children or [nodes.paragraph()]
        if isinstance(first, nodes.paragraph):
            self._add(self._runs(first.children), BlockKind.DEFINITION)
            self.write(rest)
        else:
            self.write(node.children)

    def _fields(self, node: nodes.Element) -> None:
        self._open_list()
        for field in node.children:
            if isinstance(field, nodes.field):
                name, body = field.children
                self._add([Run(_shown_field(name.astext()))], BlockKind.TERM)
                self._definition(body)
        self._lists.pop()

    def _docinfo(self, node: nodes.Element) -> None:
        """Write what stands at the top, except what becomes a property."""
        self._open_list()
        for field in node.children:
            if isinstance(field, nodes.field):
                name, body = field.children
                self._add([Run(name.astext())], BlockKind.TERM)
                self._definition(body)
            elif not isinstance(field, _KNOWN):
                self._add([Run(type(field).__name__.capitalize())], BlockKind.TERM)
                self._add(self._runs(field.children), BlockKind.DEFINITION)
        self._lists.pop()

    def _options(self, node: nodes.Element) -> None:
        self._open_list()
        for item in node.children:
            group, description = item.children
            options = ", ".join(option.astext() for option in group.children)
            self._add([Run(options, ((AnnotationKind.CODE, ""),))], BlockKind.TERM)
            self._definition(description)
        self._lists.pop()

    def _table(self, node: nodes.Element) -> None:
        rows: list[list[Runs]] = []
        header_rows = 0
        for part in node.findall(lambda each: isinstance(each, nodes.thead | nodes.tbody)):
            rows += self._rows(part)
            header_rows = len(rows) if isinstance(part, nodes.thead) else header_rows
        self._add(self._runs([each for title in node.children if isinstance(title, nodes.title) for each in title]))
        self._builder.table(rows, header_rows=header_rows, list_id=self._list_id())

    def _rows(self, part: nodes.Node) -> Iterator[list[Runs]]:
        spanned: dict[int, int] = {}  # column: the row before which a cell from above ends
        for number, row in enumerate(part.children):
            cells: list[Runs] = []
            for entry in row.findall(nodes.entry):
                while spanned.get(len(cells), 0) > number:
                    cells.append(())
                column = len(cells)
                cells.append(self._cell(entry))
                cells += [()] * int(entry.get("morecols", 0))
                if entry.get("morerows"):
                    spanned.update((at, number + entry["morerows"] + 1) for at in range(column, len(cells)))
            yield cells

    def _cell(self, entry: nodes.Node) -> Runs:
        runs: list[Run] = []
        for text in entry.findall(lambda each: isinstance(each, nodes.TextElement)):
            if not isinstance(text, nodes.Inline):
                runs += [*self._runs(text.children), Run(" ")]
        return runs

    def _message(self, node: nodes.Element) -> None:
        """Write what docutils could not read: the lines themselves, without its message."""
        for block in node.findall(nodes.literal_block):
            if block.astext().startswith(".. |"):  # a substitution, by an image or the date of today
                continue
            self._builder.code(block.astext().replace("\0", ""), list_id=self._list_id())


def _nothing(_node: nodes.Node) -> None:
    pass


def _shown_field(name: str) -> str:
    """A field's name as Sphinx shows it: of ``param int size`` the parameter alone."""
    first, _, rest = name.partition(" ")
    if first in _PARAMETERS and rest:
        return rest.split()[-1]
    return f"{_FIELDS[first]} {rest}".strip() if first in _FIELDS else name
