"""Parser for Markdown: CommonMark, GFM, and the flavours of MkDocs, Docusaurus and Obsidian, with exact offsets.

The stored text is the file's own; what a reader of the rendered document does not see is annotated as hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from retrieval.core.display import Annotation
from retrieval.ingest.parsers.blocks import Block, Line, lines_of
from retrieval.ingest.parsers.markup.markdown_leaves import Leaf, Place, between, read_leaf
from retrieval.ingest.parsers.markup.markdown_lines import add_flavours

_LEAVES = frozenset(
    {"paragraph_open", "heading_open", "fence", "code_block", "table_open", "html_block", "hr", "flavour", "dt_open"}
)
_CONTAINERS = {
    "bullet_list_open": 1, "bullet_list_close": -1, "ordered_list_open": 1, "ordered_list_close": -1,
}  # fmt: skip
_MDX = re.compile(r"^(?:import\s[^\n]{0,300}['\"];?[ \t]*$|export (?:const|default) |</?[A-Z]\w*[\s/>])", re.MULTILINE)


def parse_markdown(text: str, body_start: int = 0) -> tuple[tuple[Block, ...], tuple[Annotation, ...]]:
    """Divide ``text[body_start:]`` into blocks, and annotate marks and styles.

    Every character that is not white space is in exactly one block. Annotations are sorted by their start; of two that
    start together the longer one comes first.
    """
    source = text[body_start:]
    lines = list(lines_of(text, body_start))
    blocks: list[Block] = []
    annotations: list[Annotation] = []
    for leaf in _leaves(source, lines):
        if leaf.block.start < leaf.block.end:
            blocks.append(leaf.block._replace(number=len(blocks) + 1))
            annotations.extend(leaf.annotations)
    annotations.sort(key=lambda each: (each.start, -each.end))
    return tuple(blocks), tuple(annotations)


def _leaves(source: str, lines: list[Line]) -> Iterator[Leaf]:
    env: dict[str, Any] = {"references": {}, "mdx": _MDX.search(source) is not None}
    tokens: list[Token] = []
    parser = _MDX_PARSER if env["mdx"] else _PARSER
    parser.block.parse(source, parser, env, tokens)
    reached = 0
    for token, place in _placed(tokens):
        first, last = token.map or (0, 0)
        if first < reached:
            continue
        yield from between(lines[reached:first])
        yield from read_leaf(token, place, lines[first:last], lines[0].start, env)
        reached = last
    yield from between(lines[reached:])


def _placed(tokens: list[Token]) -> Iterator[tuple[Token, Place]]:
    """Yield the tokens of leaves, each with what encloses it."""
    lists = list_id = quotes = footnotes = definitions = 0
    item: Token | None = None  # just opened, so that the next paragraph is its own text
    for at, token in enumerate(tokens):
        kind = token.type
        if kind in _LEAVES and token.map is not None:
            content = tokens[at + 1].content if kind in {"heading_open", "dt_open"} else ""
            yield (
                token,
                Place(lists - 1, list_id if lists else 0, quotes > 0, item, footnotes > 0, definitions > 0, content),
            )
            item = None
        elif kind in _CONTAINERS:
            list_id += lists == 0 and token.nesting > 0
            lists += token.nesting
        elif kind == "list_item_open":
            item = token
        elif kind == "list_item_close":
            item = None
        elif kind in {"blockquote_open", "blockquote_close"}:
            quotes += token.nesting
        elif kind in {"footnote_reference_open", "footnote_reference_close"}:
            footnotes += token.nesting
        elif kind in {"dd_open", "dd_close"}:
            definitions += token.nesting


def _located(rule: RuleFuncBlockType) -> RuleFuncBlockType:
    """The same rule; its first token keeps where each of its lines begins, behind the marks of its containers."""

    def locate(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        count = len(state.tokens)
        if not rule(state, line, end, silent):
            return False
        if not silent and len(state.tokens) > count:
            token = state.tokens[count]
            starts = state.bMarks if token.type in {"fence", "code_block"} else None
            last = token.map[1] if token.map else state.line
            if starts is None:
                token.meta["starts"] = [state.bMarks[at] + state.tShift[at] for at in range(line, last)]
            else:
                token.meta["starts"] = starts[line:last]
                token.meta["first"] = state.bMarks[line] + state.tShift[line]
        return True

    return locate


def _make_parser(*, mdx: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"tasklists": True}).enable("table")
    footnote_plugin(parser, inline=False, move_to_end=False)
    deflist_plugin(parser)
    add_flavours(parser)
    if mdx:
        parser.disable("code")
    for rule in parser.block.ruler.__rules__:
        if rule.name not in {"list", "blockquote", "footnote_def"}:
            rule.fn = _located_terms(rule.fn) if rule.name == "deflist" else _located(rule.fn)
    return parser


def _located_terms(rule: RuleFuncBlockType) -> RuleFuncBlockType:
    """The rule for definition lists; the terms keep where they begin."""

    def locate(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        count = len(state.tokens)
        if not rule(state, line, end, silent):
            return False
        for token in state.tokens[count:] if not silent else ():
            if token.type == "dt_open" and token.map is not None and "starts" not in token.meta:
                at = token.map[0]
                token.map = [at, at + 1]
                token.meta["starts"] = [state.bMarks[at] + state.tShift[at]]
        return True

    return locate


_PARSER = _make_parser(mdx=False)
_MDX_PARSER = _make_parser(mdx=True)
