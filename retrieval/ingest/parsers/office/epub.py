"""Parser for EPUB: the chapters in reading order by the way of HTML, and what the book says of itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import Run, TextBuilder
from retrieval.ingest.parsers.markup.dom.elements import tag_of
from retrieval.ingest.parsers.markup.dom.encoding import decode_html
from retrieval.ingest.parsers.markup.dom.parsing import NestingError, xhtml_tree
from retrieval.ingest.parsers.markup.html_tree import write_tree
from retrieval.ingest.parsers.office.container import Container
from retrieval.ingest.parsers.parsed import Parsed
from retrieval.ingest.parsers.text.metadata import is_web_address, one_line

_CONTAINER = "META-INF/container.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"})
_NCX = "application/x-dtbncx+xml"
_FIELDS = {"title": "title", "creator": "author", "publisher": "publisher", "date": "published", "language": "language"}
_MAX_VALUES = 20  # of one property, such as authors


class _Item(NamedTuple):
    name: str  # in the archive
    kind: str
    properties: frozenset[str]


class _Book(NamedTuple):
    archive: Container
    package: etree._Element
    folder: str
    items: dict[str, _Item]


def parse_epub(source: bytes, file: str) -> Parsed:
    """Parse a book.

    Raises:
        CorpusFileError: if it is no EPUB, is damaged, larger than its bounds, or holds no text.
    """
    builder = TextBuilder()
    with Container(source, file) as archive:
        try:
            book = _opened(archive)
            titles = _titles(book)
            for name in _spine(book):
                _write_chapter(builder, archive.read(name), titles.get(name, ""))
        except NestingError as error:
            raise CorpusFileError(file, str(error), "Save its text in another way, or remove it.") from error
    blocks = builder.blocks()
    if all(block.kind is BlockKind.HEADING for block in blocks):
        raise CorpusFileError(file, "it holds no text", "Remove it, or save the book's text.")
    return Parsed(builder.text(), blocks, builder.annotations(), _properties(book.package))


def _opened(archive: Container) -> _Book:
    container = _xml(archive, _CONTAINER)
    path = next((each.get("full-path") or "" for each in _named(container, "rootfile")), "")
    package = _xml(archive, path)
    folder = posixpath.dirname(path)
    items = {
        each.get("id") or "": _Item(
            _resolved(folder, each.get("href") or ""),
            each.get("media-type") or "",
            frozenset((each.get("properties") or "").split()),
        )
        for each in _named(package, "item")
    }
    return _Book(archive, package, folder, items)


def _spine(book: _Book) -> Iterator[str]:
    """The names of the pages in reading order, each once, without the table of contents."""
    seen: set[str] = set()
    for reference in _named(book.package, "itemref"):
        item = book.items.get(reference.get("idref") or "")
        if item is None or item.kind not in _PAGES or item.name in seen or item.name not in book.archive:
            continue
        seen.add(item.name)
        if "nav" not in item.properties:
            yield item.name


def _write_chapter(builder: TextBuilder, source: bytes, title: str) -> None:
    """Write a page; the title by the table of contents heads it if it has no heading of its own."""
    decoded = decode_html(source)
    root = xhtml_tree(decoded.text) if decoded is not None else None
    if root is None:
        return
    body = next(_named(root, "body"), root)
    levels = {tag for tag in map(tag_of, body.iter()) if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal()}
    if not levels and title and any(map(str.strip, map(str, body.itertext()))):
        builder.heading(1, [Run(title)])
    write_tree(builder, body, top_level=2 - int(min(levels)[1]) if levels else 1)


def _titles(book: _Book) -> dict[str, str]:
    """The titles of pages by the table of contents, of several of one page the first."""
    titles: dict[str, str] = {}
    for item in book.items.values():
        if item.name not in book.archive or not ("nav" in item.properties or item.kind == _NCX):
            continue
        tree = _xml(book.archive, item.name)
        folder = posixpath.dirname(item.name)
        pairs = _links(tree) if "nav" in item.properties else _points(tree)
        for target, title in pairs:
            titles.setdefault(_resolved(folder, target.partition("#")[0]), " ".join(title.split())[:300])
    return titles


def _links(tree: etree._Element) -> Iterator[tuple[str, str]]:
    for link in _named(tree, "a"):
        yield link.get("href") or "", "".join(map(str, link.itertext()))


def _points(tree: etree._Element) -> Iterator[tuple[str, str]]:
    """The points of an NCX: a label, then its target, before the points nested in it."""
    label = ""
    for element in tree.iter():
        tag = tag_of(element)
        if tag == "text":
            label = element.text or ""
        elif tag == "content":
            yield element.get("src") or "", label


def _properties(package: etree._Element) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for metadata in _named(package, "metadata"):
        for element in metadata.iter():
            values.setdefault(tag_of(element), []).append(" ".join((element.text or "").split()))
    properties: dict[str, str] = {}
    for name, field in _FIELDS.items():
        known = [value for value in values.get(name, []) if value][: _MAX_VALUES if name == "creator" else 1]
        line = one_line(", ".join(known), field)
        if line:
            properties[field] = line
    address = next(filter(is_web_address, values.get("source", []) + values.get("identifier", [])), "")
    return properties | ({"url": address} if address else {})


def _xml(archive: Container, name: str) -> etree._Element:
    decoded = decode_html(archive.read(name))
    root = xhtml_tree(decoded.text) if decoded is not None else None
    if root is None:
        raise archive.broken()
    return root


def _named(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (each for each in root.iter() if tag_of(each) == tag)


def _resolved(folder: str, href: str) -> str:
    """The name in the archive that a link from a folder leads to."""
    return posixpath.normpath(posixpath.join(folder, unquote(href))) if href else ""
