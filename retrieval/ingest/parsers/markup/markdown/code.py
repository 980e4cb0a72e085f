"""Blocks of code in Markdown: the lines between fences, or indented ones."""

from __future__ import annotations

import re

from markdown_it.token import Token

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.ingest.parsers.blocks import Block, BlockKind, Line
from retrieval.ingest.parsers.markup.markdown.content import (
    Leaf,
    has_words,
    marks,
    markup_leaf,
)
from retrieval.ingest.parsers.markup.markdown.inline.state import Shown

_LANGUAGE = re.compile(r"\{?[ \t]*\.?([A-Za-z][\w+#.-]*)(?![\w=+#.-])")
_INCLUDE = re.compile(r"\s*(?:\{[!*].*[!*]\}|;?-{1,4}8<-{1,4}.*)\s*")

#: Sites show the output of a terminal in its colours, which are tags among the code.
_CONSOLE = frozenset({"console", "termynal", "shell-session"})
_COLOURED = re.compile(r"<(?:span style|font color)=")
_TAG = re.compile(r"<(?:span|font|[bu])(?: [a-z]{1,20}=\"[^\"<>\n]{0,300}+\")*+>|</(?:span|font|[bu])>")


def read_code(token: Token, block: Block, lines: list[Line], starts: list[int], base: int) -> Leaf:
    """A block of code; its fences, and the margin that all of its lines have, are hidden."""
    block = block._replace(kind=BlockKind.CODE)
    rows = list(zip(lines, starts, strict=True))
    fenced = token.type == "fence"
    if fenced:
        last = rows[-1][0].text[rows[-1][1] - rows[-1][0].start :].strip()
        closed = len(rows) > 1 and last.startswith(token.markup) and not last.strip(token.markup[0])
        if len(rows) == 1:  # never closed, so its words are none of a language
            return Leaf(block._replace(kind=BlockKind.TEXT), []) if has_words(lines[0].text) else markup_leaf(block)
        rows = rows[1 : -1 if closed else None]
    else:
        rows[0] = rows[0][0], base + token.meta["first"]
    while rows and rows[-1][0].blank:
        rows.pop()
    texts = [line.text[start - line.start :] for line, start in rows]
    if not any(text.strip() for text in texts) or all(_INCLUDE.fullmatch(text) for text in texts if text.strip()):
        return markup_leaf(block)
    margin = _margin(texts if fenced else texts[1:])
    language = _LANGUAGE.match(token.info.strip()) if fenced else None
    name = language[1].lower() if language else ""
    coloured = name in _CONSOLE and any(map(_COLOURED.search, texts))
    shown: list[Shown] = []
    for index, ((line, start), text) in enumerate(zip(rows, texts, strict=True)):
        end = line.start + len(line.text)
        skipped = 0 if index == 0 and not fenced else min(margin, len(text))
        stop = end + 1 if index < len(rows) - 1 else end
        if text.strip():
            shown += _without_tags(line, start + skipped, stop) if coloured else [Shown(start + skipped, stop)]
        elif shown:
            shown.append(Shown(end, stop))
    if not shown:
        return markup_leaf(block)
    code = Annotation(shown[0].start, shown[-1].end, AnnotationKind.CODE_BLOCK, name)
    return Leaf(block, [*marks(block, shown), _clipped(code, block)])


def _without_tags(line: Line, start: int, stop: int) -> list[Shown]:
    """The pieces of a line from ``start`` up to ``stop`` that are no tags."""
    pieces, at = [], start
    for found in _TAG.finditer(line.text, start - line.start):
        pieces.append(Shown(at, line.start + found.start()))
        at = line.start + found.end()
    return [each for each in (*pieces, Shown(at, stop)) if each.start < each.end]


def _margin(texts: list[str]) -> int:
    """How many characters of white space all lines begin with."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        return 0
    low, high = min(texts), max(texts)
    size = 0
    while size < len(low) and low[size] in " \t" and low[size] == high[size]:
        size += 1
    return size


def _clipped(annotation: Annotation, block: Block) -> Annotation:
    return annotation._replace(start=max(annotation.start, block.start), end=min(annotation.end, block.end))
