"""Parser for Markdown: CommonMark with tables, by the line spans of markdown-it's tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from retrieval.ingest.parsers.blocks import Block, BlockKind, Line, LineGroup, lines_of, number_blocks

_KINDS = {
    "paragraph_open": BlockKind.TEXT,
    "heading_open": BlockKind.HEADING,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "table_open": BlockKind.TABLE,
    "html_block": BlockKind.TEXT,
    "hr": BlockKind.MARKUP,
}
# Link definitions are read as paragraphs, so that a footnote of one word is not taken for one.
_PARSER = MarkdownIt("commonmark").enable("table").disable("reference")
_MAX_LABEL = 500  # characters; markdown-it's time for emphasis and brackets grows with the square of their number
_IMAGE = r"!\[[^\]\n]*+\](?:\([^)\n]*+\)|\[[^\]\n]*+\])"
_IMAGES = re.compile(rf"(?:\[?{_IMAGE}(?:\]\([^)\n]*+\))?\s*+)++")
_LINK_DEFINITION = re.compile(r"\[(?!\^)[^\]\n]++\]:\s++\S++(?:\s++[\"'(].*[\"')])?")  # [^1]: is a footnote, and text
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*+>")
_HEADING_IN_BOLD = re.compile(r"(\*\*|__)([^*_\n]{1,90}[^*_\n.!?:;,…])\1")


def parse_markdown(text: str, body_start: int = 0) -> tuple[Block, ...]:
    """Divide ``text[body_start:]``; every character that is not white space is in exactly one block."""
    lines = list(lines_of(text, body_start))
    return number_blocks(_groups(lines, _leaves(text[body_start:])))


def _leaves(source: str) -> Iterator[tuple[Token, BlockKind, str]]:
    """Yield the tokens of blocks that hold text themselves, each with its kind and its text without marks."""
    tokens: list[Token] = []
    _PARSER.block.parse(source, _PARSER, {}, tokens)
    item = -1  # the line at which the innermost list item begins
    for at, token in enumerate(tokens):
        if token.map is None:
            continue
        if token.type == "list_item_open":
            item = token.map[0]
        kind = _KINDS.get(token.type)
        if kind is not None:
            first = kind is BlockKind.TEXT and token.map[0] == item
            content = tokens[at + 1].content if token.type in {"paragraph_open", "heading_open"} else token.content
            yield token, BlockKind.ITEM if first else kind, content


def _groups(lines: list[Line], leaves: Iterator[tuple[Token, BlockKind, str]]) -> Iterator[LineGroup]:
    reached = 0
    for token, kind, content in leaves:
        first, last = token.map or (0, 0)
        yield from _between(lines[reached:first])
        reached = max(reached, last)
        covered = _trimmed(lines[first:last])
        if covered:
            yield _group(covered, token, kind, content)
    yield from _between(lines[reached:])


def _group(lines: list[Line], token: Token, kind: BlockKind, content: str) -> LineGroup:
    if kind is BlockKind.HEADING:
        return LineGroup(lines, kind, _label(content), int(token.tag[1:]))
    if kind not in {BlockKind.TEXT, BlockKind.ITEM}:
        return LineGroup(lines, kind)
    stripped = content.strip()
    if _is_markup(stripped):
        return LineGroup(lines, BlockKind.MARKUP)
    bold = _HEADING_IN_BOLD.fullmatch(stripped) if kind is BlockKind.TEXT else None
    return LineGroup(lines, kind, bold[2] if bold else "")


def _between(lines: list[Line]) -> Iterator[LineGroup]:
    """Group the lines of no block: marks alone, such as ``>``, and what is nested too deeply to be parsed."""
    held: list[Line] = []
    for line in [*lines, Line(0, 0, "")]:
        if not line.blank:
            held.append(line)
        elif held:
            words = any(char.isalnum() for each in held for char in each.text)
            yield LineGroup(held, BlockKind.TEXT if words else BlockKind.MARKUP)
            held = []


def _trimmed(lines: list[Line]) -> list[Line]:
    """Drop blank lines at both ends; for markdown-it, a line of no-break spaces is not blank."""
    while lines and lines[-1].blank:
        lines.pop()
    first = next((at for at, line in enumerate(lines) if not line.blank), 0)
    return lines[first:]


def _is_markup(content: str) -> bool:
    """Tell whether a block holds only images, link definitions, or HTML without words between its tags."""
    if content.startswith("<"):
        commented = content.rfind("-->") + 3  # behind it no comment ends: searching there would be quadratic
        bare = _COMMENT.sub("", content[:commented]) + content[commented:] if commented > 2 else content
        return not any(map(str.isalnum, _TAG.sub("", bare)))
    if content.startswith(("![", "[")):
        return _IMAGES.fullmatch(content) is not None or all(map(_LINK_DEFINITION.fullmatch, content.split("\n")))
    return False


def _label(content: str) -> str:
    """A heading's words without the marks of emphasis, code and links."""
    words = " ".join(content.split())
    if len(words) > _MAX_LABEL:
        return words
    (inline,) = _PARSER.parseInline(words)
    return "".join(each.content for each in inline.children or [] if each.type in {"text", "code_inline", "image"})
