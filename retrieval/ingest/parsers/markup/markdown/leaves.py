"""Leaves of Markdown's block structure: each becomes one block with the annotations of its marks and styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from markdown_it.token import Token

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.ingest.parsers.blocks import Block, BlockKind, Line
from retrieval.ingest.parsers.markup.markdown.code import read_code
from retrieval.ingest.parsers.markup.markdown.content import (
    Content,
    Leaf,
    has_words,
    marks,
    markup_leaf,
    place_styles,
    shown_text,
)
from retrieval.ingest.parsers.markup.markdown.inline.reader import read_inline
from retrieval.ingest.parsers.markup.markdown.inline.state import Shown, Styled
from retrieval.ingest.parsers.markup.markdown.tables import read_table

_EMPTY_ITEM = re.compile(r"\s*+(?:(?:\d{1,9}+[.)]|[-+*>])(?:\s++|$)|>)++$")
_NUMBER = re.compile(r"(\d{1,9}[.)][ \t]?)[ \t]*(?:\[[ xX]\][ \t]*)?$")
_PREFORMATTED = re.compile(r"<pre\b", re.IGNORECASE)
_UNSEEN = re.compile(r"<(?:script|style|template|noscript|svg|math)\b", re.IGNORECASE)
_HTML_HEADING = re.compile(r"<h([1-6])\b.*</h\1>", re.IGNORECASE | re.DOTALL)
_MAX_LABEL = 91  # characters of a paragraph in bold that may be a heading
_NO_LABEL = frozenset(".!?:;,…")


class Place(NamedTuple):
    """What encloses a leaf: ``depth`` of its list (-1 without one), the item whose first leaf it is; its content."""

    depth: int = -1
    list_id: int = 0
    quote: bool = False
    item: Token | None = None
    footnote: bool = False
    definition: bool = False
    content: str = ""


def read_leaf(token: Token, place: Place, lines: list[Line], base: int, env: dict[str, Any]) -> Iterator[Leaf]:
    """Yield the block of a token's ``lines``; none if they are blank."""
    starts = [base + start for start in token.meta.get("starts", ())]
    first, last = _edges(lines)
    if first == last:
        return
    covered, starts = lines[first:last], starts[first:last]
    block = _block(covered)._replace(list_id=place.list_id)
    if token.type in {"fence", "code_block"}:
        leaf = read_code(token, block, covered, starts, base)
    elif token.type == "table_open":
        leaf = read_table(block, covered, starts, env)
    elif token.type == "html_block":
        leaf = _html(block, covered, starts, env)
    elif token.type == "heading_open":
        leaf = _heading(token, place, block, covered, starts, env)
    elif token.type == "flavour":
        leaf = _title(token, block, covered, base, env)
    elif token.type == "hr":
        leaf = markup_leaf(block)
    else:
        leaf = _paragraph(token, place, block, covered, starts, env)
    if place.quote and leaf.block.kind is not BlockKind.MARKUP:
        leaf.annotations.append(Annotation(max(block.start, starts[0]), block.end, AnnotationKind.QUOTE))
    yield leaf


def between(lines: list[Line]) -> Iterator[Leaf]:
    """Yield the lines of no leaf: marks alone, such as ``>``, and what is nested too deeply to be parsed."""
    held: list[Line] = []
    for line in [*lines, Line(0, 0, "")]:
        if not line.blank:
            held.append(line)
        elif held:
            block = _block(held)
            yield (
                Leaf(block, [])
                if any(has_words(_EMPTY_ITEM.sub("", each.text)) for each in held)
                else markup_leaf(block)
            )
            held = []


def _edges(lines: list[Line]) -> tuple[int, int]:
    """The range of lines without blank ones at both ends; for markdown-it, one of no-break spaces is not blank."""
    last = len(lines)
    while last > 0 and lines[last - 1].blank:
        last -= 1
    first = 0
    while first < last and lines[first].blank:
        first += 1
    return first, last


def _block(lines: list[Line]) -> Block:
    first, last = lines[0], lines[-1]
    start = first.start + len(first.text) - len(first.text.lstrip())
    return Block(0, first.number, start, last.start + len(last.text.rstrip()))


def _words(
    block: Block, content: Content, env: dict[str, Any], *, html: bool = False, before: Sequence[Shown] = ()
) -> tuple[Leaf, str, list[Styled]]:
    """The leaf of a block of running words, its text as shown, and its styles; ``before`` is shown ahead of them."""
    inline = read_inline(content.text, env, html=html)
    words = shown_text(content.text, inline.shown)
    if not words.strip():
        return markup_leaf(block), "", []
    shown = [*before, *content.placed(inline.shown)]
    annotations = marks(block, shown)
    annotations += place_styles(block, content, inline.styles)
    return Leaf(block, annotations), words, inline.styles


def _paragraph(
    token: Token, place: Place, block: Block, lines: list[Line], starts: list[int], env: dict[str, Any]
) -> Leaf:
    content = Content.of_lines(lines, starts)
    before: list[Shown] = []
    kind = BlockKind.TEXT
    own: list[Annotation] = []
    if token.type == "dt_open":
        kind = BlockKind.TERM
    elif place.item is not None:
        kind = BlockKind.ITEM
        own, before = _item(place, place.item, block, lines[0], starts[0])
    elif place.footnote:
        kind = BlockKind.FOOTNOTE
    elif place.definition and place.depth < 0:
        kind = BlockKind.DEFINITION
    block = block._replace(kind=kind, level=max(place.depth, 0) if kind is BlockKind.ITEM else 0)
    leaf, words, styles = _words(block, content, env, before=before)
    if not words:
        return leaf
    leaf.annotations.extend(own)
    if kind is BlockKind.TEXT and _is_bold(content.text, words, styles):
        words = words.strip()
        if words.endswith("?"):
            return leaf._replace(block=block._replace(kind=BlockKind.QUESTION))
        if len(words) <= _MAX_LABEL and "\n" not in words and words[-1] not in _NO_LABEL:
            return leaf._replace(block=block._replace(label=words))
    return leaf


def _is_bold(content: str, words: str, styles: list[Styled]) -> bool:
    """Tell whether one pair of marks makes all words bold."""
    bold = [each for each in styles if each.kind is AnnotationKind.BOLD]
    if len(bold) != 1 or not content.startswith(("**", "__", "<b>", "<strong>")):
        return False
    inside = "".join(words.split())
    return len("".join(content[bold[0].start : bold[0].end].split())) >= len(inside)


def _item(place: Place, item: Token, block: Block, line: Line, start: int) -> tuple[list[Annotation], list[Shown]]:
    """The annotations of an item's own text, and its number, which is shown."""
    begin, before = max(start, block.start), []
    kind = AnnotationKind.BULLET
    found = _NUMBER.search(line.text, 0, start - line.start) if item.info else None
    if found:
        kind = AnnotationKind.NUMBER
        begin = line.start + found.start(1)
        before = [Shown(begin, line.start + found.end(1))]
    if "checked" in item.meta:
        kind = AnnotationKind.DONE if item.meta["checked"] else AnnotationKind.TASK
    return [Annotation(begin, block.end, kind, str(place.depth))], before


def _heading(
    token: Token, place: Place, block: Block, lines: list[Line], starts: list[int], env: dict[str, Any]
) -> Leaf:
    block = block._replace(kind=BlockKind.HEADING, level=int(token.tag[1:]))
    if token.markup.startswith("#"):
        line = lines[0]
        rest = line.text[starts[0] - line.start :]
        at = rest.find(place.content, len(token.markup))
        content = Content.of_range(rest, starts[0], at, at + len(place.content))
    else:
        content = Content.of_lines(lines[:-1], starts)
    leaf, words, _ = _words(block, content, env)
    return leaf._replace(block=leaf.block._replace(label=" ".join(words.split())))


def _title(token: Token, block: Block, lines: list[Line], base: int, env: dict[str, Any]) -> Leaf:
    """The title of an admonition, a tab or a summary."""
    title = token.meta["title"]
    if title is None:
        return markup_leaf(block)
    start, end = title[0] + base, title[1] + base
    line = next(each for each in lines if each.start <= start <= each.start + len(each.text))
    content = Content.of_range(line.text, line.start, start - line.start, end - line.start)
    leaf, words, _ = _words(block, content, env)
    if words.rstrip().endswith("?"):
        return leaf._replace(block=block._replace(kind=BlockKind.QUESTION))
    return leaf


def _html(block: Block, lines: list[Line], starts: list[int], env: dict[str, Any]) -> Leaf:
    content = Content.of_lines(lines, starts)
    if _UNSEEN.match(content.text):
        return markup_leaf(block)
    # Several sites read Markdown within HTML; where it is not read, its marks are rarely meant to be seen.
    leaf, words, _ = _words(block, content, env, html=_PREFORMATTED.match(content.text) is not None)
    if not has_words(words):
        return markup_leaf(block)
    heading = _HTML_HEADING.fullmatch(content.text)
    if heading:
        label = " ".join(words.split())
        return leaf._replace(block=block._replace(kind=BlockKind.HEADING, level=int(heading[1]), label=label))
    return leaf
