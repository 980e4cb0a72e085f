"""Running words of an HTML tree: text with the styles of the elements around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol
from urllib.parse import urljoin

from lxml import etree

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.builder import BREAK, Run
from retrieval.ingest.parsers.markup.dom.elements import BLOCKS, holds_no_text, tag_of

_STYLES = {
    **dict.fromkeys(("b", "strong"), AnnotationKind.BOLD),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), AnnotationKind.ITALIC),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), AnnotationKind.CODE),
    **dict.fromkeys(("del", "s", "strike"), AnnotationKind.STRIKE),
}
_MAX_TARGET = 2_000  # characters of a link


class Event(NamedTuple):
    """Start or end of an element, or neither for a comment; its text or tail comes after it."""

    name: str
    element: etree._Element
    tag: str


class Words:
    """Collects runs; of each kind of style only one applies at a time, however deeply its elements are nested."""

    def __init__(self, base: str = "") -> None:
        self.runs: list[Run] = []
        self._base = base
        self._styles: list[tuple[tuple[AnnotationKind, str], ...]] = [()]

    def start(self, element: etree._Element, tag: str) -> None:
        """Open an element."""
        styles = self._styles[-1]
        style = (_STYLES[tag], "") if tag in _STYLES else self._link(element) if tag == "a" else None
        if style and all(kind is not style[0] for kind, _ in styles):
            styles = (*styles, style)
        self._styles.append(styles)
        if tag == "br":
            self.runs.append(BREAK)

    def end(self) -> None:
        """Close what was opened last."""
        self._styles.pop()

    def add(self, text: str | None) -> None:
        """Add text in the styles that are open."""
        if text:
            self.runs.append(Run(text, self._styles[-1]))

    def embolden(self) -> None:
        """Make what was collected bold, and leave a blank behind it."""
        bold = (AnnotationKind.BOLD, "")
        self.runs = [Run(text, styles if bold in styles else (*styles, bold)) for text, styles in self.runs]
        self.runs.append(Run(" "))

    def breaks(self) -> bool:
        """Tell whether the last two things added are line breaks."""
        last = [run for run in self.runs[-3:] if run is BREAK or not run.text.isspace()]
        return len(last) > 1 and all(run is BREAK for run in last[-2:])

    def take(self) -> list[Run]:
        """The runs collected since the last call."""
        runs, self.runs = self.runs, []
        return runs

    def _link(self, element: etree._Element) -> tuple[AnnotationKind, str] | None:
        target = "".join((element.get("href") or "").split())
        if self._base and not target.startswith("#"):
            try:
                target = urljoin(self._base, target)
            except ValueError:
                return None
        scheme, colon, _ = target.partition(":")
        foreign = colon and "/" not in scheme and scheme.lower() not in {"http", "https", "mailto"}
        if not target or foreign or target.startswith("#") or len(target) > _MAX_TARGET:
            return None
        return (AnnotationKind.LINK, target)


class Walker(Protocol):
    """What can leave out the inside of the element that was just started."""

    def skip_subtree(self) -> None: ...


def walk(root: etree._Element) -> Iterator[tuple[Walker, Event]]:
    """Yield the walker and each event in document order; ``walker.skip_subtree()`` leaves out what was started."""
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for name, element in walker:
        yield walker, Event(name, element, tag_of(element))


def words_of(root: etree._Element, base: str = "") -> list[Run]:
    """The running words of an element without its blocks' bounds, such as a table's cell."""
    words = Words(base)
    for walker, (name, element, tag) in walk(root):
        if name == "start":
            if element is not root and holds_no_text(element, tag):
                walker.skip_subtree()
                words.start(element, "")
                continue
            words.start(element, tag)
            words.add(" " if tag in BLOCKS else None)
            words.add(element.text)
        else:
            if name == "end":
                words.end()
                words.add(" " if tag in BLOCKS else None)
            words.add(element.tail if element is not root else None)
    return words.take()


def code_of(root: etree._Element) -> str:
    """The text of an element as it is, line breaks included."""
    parts: list[str] = []
    for walker, (name, element, tag) in walk(root):
        if name == "start":
            if element is not root and holds_no_text(element, tag):
                walker.skip_subtree()
                continue
            parts += ["\n"] if tag == "br" else []
            parts.append(element.text or "")
        elif element is not root:
            parts.append(element.tail or "")
    return "".join(parts)
