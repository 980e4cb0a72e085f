"""Leaves of Markdown's block structure: each becomes one block with the annotations of its marks and styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from markdown_it.token import Token

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.span import Span
from retrieval.ingest.parsers.blocks import Block, BlockKind, Line
from retrieval.ingest.parsers.markup.markdown_content import Content, marks, place_styles, shown_text
from retrieval.ingest.parsers.markup.markdown_inline import Shown, Styled, read_inline

_NUMBER = re.compile(r"(\d{1,9}[.)][ \t]?)[ \t]*(?:\[[ xX]\][ \t]*)?$")
_WORD = re.compile(r"[^\W_]")
_LANGUAGE = re.compile(r"\{?[ \t]*\.?([A-Za-z][\w+#.-]*)(?![\w=+#.-])")
_INCLUDE = re.compile(r"\s*(?:\{[!*].*[!*]\}|;?-{1,4}8<-{1,4}.*)\s*")
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


class Leaf(NamedTuple):
    """A block, and the annotations within it."""

    block: Block
    annotations: list[Annotation]


def read_leaf(token: Token, place: Place, lines: list[Line], base: int, env: dict[str, Any]) -> Iterator[Leaf]:
    """Yield the block of a token's ``lines``; none if they are blank."""
    starts = [base + start for start in token.meta.get("starts", ())]
    first, last = _edges(lines)
    if first == last:
        return
    covered, starts = lines[first:last], starts[first:last]
    block = _block(covered)._replace(list_id=place.list_id)
    if token.type in {"fence", "code_block"}:
        leaf = _code(token, block, covered, starts, base)
    elif token.type == "table_open":
        leaf = _table(block, covered, starts, env)
    elif token.type == "html_block":
        leaf = _html(block, covered, starts, env)
    elif token.type == "heading_open":
        leaf = _heading(token, place, block, covered, starts, env)
    elif token.type == "flavour":
        leaf = _title(token, block, covered, base, env)
    elif token.type == "hr":
        leaf = _markup(block)
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
            yield Leaf(block, []) if any(_WORD.search(each.text) for each in held) else _markup(block)
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


def _markup(block: Block) -> Leaf:
    hidden = Annotation(block.start, block.end, AnnotationKind.HIDDEN)
    return Leaf(block._replace(kind=BlockKind.MARKUP, level=0), [hidden])


def _words(
    block: Block, content: Content, env: dict[str, Any], *, html: bool = False, before: Sequence[Shown] = ()
) -> tuple[Leaf, str, list[Styled]]:
    """The leaf of a block of running words, its text as shown, and its styles; ``before`` is shown ahead of them."""
    inline = read_inline(content.text, env, html=html)
    words = shown_text(content.text, inline.shown)
    if not words.strip():
        return _markup(block), "", []
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
        return _markup(block)
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
        return _markup(block)
    leaf, words, _ = _words(block, content, env, html=True)
    if not _WORD.search(words):
        return _markup(block)
    heading = _HTML_HEADING.fullmatch(content.text)
    if heading:
        label = " ".join(words.split())
        return leaf._replace(block=block._replace(kind=BlockKind.HEADING, level=int(heading[1]), label=label))
    return leaf


def _code(token: Token, block: Block, lines: list[Line], starts: list[int], base: int) -> Leaf:
    """A block of code; its fences, and the margin that all of its lines have, are hidden."""
    block = block._replace(kind=BlockKind.CODE)
    rows = list(zip(lines, starts, strict=True))
    fenced = token.type == "fence"
    if fenced:
        last = rows[-1][0].text[rows[-1][1] - rows[-1][0].start :].strip()
        closed = len(rows) > 1 and last.startswith(token.markup) and not last.strip(token.markup[0])
        if len(rows) == 1:  # never closed, so its words are none of a language
            return Leaf(block._replace(kind=BlockKind.TEXT), []) if _WORD.search(lines[0].text) else _markup(block)
        rows = rows[1 : -1 if closed else None]
    else:
        rows[0] = rows[0][0], base + token.meta["first"]
    while rows and rows[-1][0].blank:
        rows.pop()
    texts = [line.text[start - line.start :] for line, start in rows]
    if not any(text.strip() for text in texts) or all(_INCLUDE.fullmatch(text) for text in texts if text.strip()):
        return _markup(block)
    margin = _margin(texts if fenced else texts[1:])
    shown: list[Shown] = []
    for index, ((line, start), text) in enumerate(zip(rows, texts, strict=True)):
        end = line.start + len(line.text)
        skipped = 0 if index == 0 and not fenced else min(margin, len(text))
        stop = end + 1 if index < len(rows) - 1 else end
        if text.strip():
            shown.append(Shown(start + skipped, stop))
        elif shown:
            shown.append(Shown(end, stop))
    language = _LANGUAGE.match(token.info.strip()) if fenced else None
    code = Annotation(shown[0].start, shown[-1].end, AnnotationKind.CODE_BLOCK, language[1].lower() if language else "")
    return Leaf(block, [*marks(block, shown), _clipped(code, block)])


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


def _table(block: Block, lines: list[Line], starts: list[int], env: dict[str, Any]) -> Leaf:
    """A table; its delimiter row and its pipes are hidden."""
    shown: list[Shown] = []
    annotations = [Annotation(block.start, block.end, AnnotationKind.TABLE)]
    rows: list[Span] = []
    for index, (line, start) in enumerate(zip(lines, starts, strict=True)):
        if index == 1:
            continue
        text = line.text[start - line.start :].rstrip()
        rows.append(Span(max(start, block.start), start + len(text)))
        _row(text, start, "header" if index == 0 else "", shown, annotations, env)
        end = line.start + len(line.text)
        if end < block.end:
            shown.append(Shown(end, end + 1))
    block = block._replace(kind=BlockKind.TABLE, rows=tuple(rows), header_rows=1)
    return Leaf(block, [*marks(block, shown), *annotations])


def _row(
    text: str, offset: int, value: str, shown: list[Shown], annotations: list[Annotation], env: dict[str, Any]
) -> None:
    pipes = [at for at, char in enumerate(text) if char == "|" and not (at > 0 and text[at - 1] == "\\")]
    edges = [-1, *pipes, len(text)]
    inner = pipes[0 if text[:1] != "|" else 1 : -1 if pipes and pipes[-1] == len(text) - 1 else None]
    parting = set(inner)
    for before, after in pairwise(edges):
        raw = text[before + 1 : after]
        start = before + 1 + len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        if start < end:
            content = Content.of_cell(text[start:end], offset + start)
            inline = read_inline(content.text, env)
            placed = content.placed(inline.shown)
            shown.extend(placed)
            if placed:
                annotations.append(Annotation(offset + start, offset + end, AnnotationKind.CELL, value))
            annotations.extend(
                Annotation(content.place(each.start), content.place(each.end - 1) + 1, each.kind, each.value)
                for each in inline.styles
            )
        if after in parting:
            blank = next((at for at in (after - 1, after + 1) if text[at : at + 1].isspace()), after)
            shown.append(Shown(offset + blank, offset + blank + 1))
