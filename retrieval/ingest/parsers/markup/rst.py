"""Parser for reStructuredText: docutils without files, raw markup or messages; Sphinx's directives and roles read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import directives, roles

from retrieval.core.errors import NoTextError
from retrieval.ingest.parsers.builder import Run, TextBuilder
from retrieval.ingest.parsers.markup.doctree.directives import directive_for
from retrieval.ingest.parsers.markup.doctree.roles import role_for
from retrieval.ingest.parsers.markup.doctree.tree import DoctreeWriter
from retrieval.ingest.parsers.parsed import Parsed
from retrieval.ingest.parsers.text.metadata import one_line

_SETTINGS = {
    "_disable_config": True, "file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 5,
    "warning_stream": "", "traceback": True, "syntax_highlight": "none", "smart_quotes": False,
    "line_length_limit": 1_000_000, "embed_stylesheet": False,
}  # fmt: skip
# Fields at the top of a file that steer Sphinx.
_FLAGS = re.compile(r"\s*(?::(?:orphan|tocdepth|nocomments|nosearch|no-search|html_theme[\w.-]*):[^\n]*\n)+")
# docutils looks for the end of inline markup from each start of it to the end of the paragraph; its time also grows
# with the squares of the number of targets, of rules, and of a table's width. Measured in characters looked at.
_MAX_EFFORT = 400_000_000  # about 6 seconds
_LINE, _TARGETS, _RULES, _BORDER = 4_000, 10, 20, 4
_WIDE = 1_000  # characters
_RULE = re.compile(r"([^\w\s])\1{3,}\s*")
_START = re.compile(r"[*`|_\[]")
_NEW_BLOCK = re.compile(r"\s*(?:[-*+•|+] |\.\. |:\w|\(?\w{1,5}[.)] |\S+(?: \S+)*  )|\s*$")
_BLANK = re.compile(r"\n[^\S\n]*\n\s*")


def parse_rst(text: str, file: str) -> Parsed:
    """Parse reStructuredText, plain or of Sphinx.

    Raises:
        NoTextError: if it holds no words.
    """
    builder = TextBuilder()
    properties: dict[str, str] = {}
    flags = _FLAGS.match(text)
    source = text[flags.end() :] if flags else text
    document = _doctree(source) if _effort(source) <= _MAX_EFFORT else None
    if document is None:
        for paragraph in _BLANK.split(text):
            builder.paragraph([Run(paragraph)])
    else:
        DoctreeWriter(builder, _labels(document)).write(document.children)
        properties = _properties(document)
    if not len(builder):
        raise NoTextError(file, "it holds no text", "Write the article into it or delete it.")
    return Parsed(builder.text(), builder.blocks(), builder.annotations(), properties)


def _doctree(text: str) -> nodes.document | None:
    """The tree of a document; ``None`` where docutils cannot read it."""
    with _neutral_names():
        try:
            return publish_doctree(text, settings_overrides=_SETTINGS)
        except Exception:  # noqa: BLE001 - it has many ways to fail on odd input; the words are shown as they are
            return None


def _effort(text: str) -> int:
    """How much docutils would have to do, by paragraphs, list items and rows of tables."""
    effort = starts = size = targets = rules = 0
    before = ""
    for line in text.split("\n"):
        if _NEW_BLOCK.match(line, 0, 500):
            effort += starts * size
            starts = size = 0
        starts += len(_START.findall(line))
        size += len(line)
        effort += _LINE * (not line.isspace() and line != "")
        effort += _BORDER * len(line) ** 2 if len(line) > _WIDE and line[0] in "+=" else 0
        targets += line.startswith(".. _")
        rules += not before.strip() and _RULE.fullmatch(line, 0, 200) is not None
        before = line
    return effort + starts * size + _TARGETS * targets**2 + _RULES * rules**2


@contextmanager
def _neutral_names() -> Iterator[None]:
    """Let docutils look up directives and roles here, for the time of a parse."""
    own = directives.directive, roles.role
    directives.directive, roles.role = directive_for, role_for  # type: ignore[assignment]
    try:
        yield
    finally:
        directives.directive, roles.role = own


def _labels(document: nodes.document) -> dict[str, str]:
    """The titles of sections by the labels before them."""
    titles = {"": ""}
    for section in document.findall(nodes.section):
        title = section.next_node(nodes.title, descend=True)
        titles.update((name, title.astext()) for name in section["names"] if title is not None)
    return titles


def _properties(document: nodes.document) -> dict[str, str]:
    """The title, the author and the date that a document states."""
    sections = document.findall(nodes.section)  # a note has a title as well, which is not the document's
    title = document.get("title") or next((each[0].astext() for each in sections if each.children), "")
    authors = [each.astext() for each in document.findall(nodes.author)]
    dates = [each.astext() for each in document.findall(nodes.date)]
    stated = {"title": title, "author": ", ".join(authors[:20]), "published": dates[0] if dates else ""}
    lines = {field: one_line(value, field) for field, value in stated.items() if value}
    return {field: line for field, line in lines.items() if line}
