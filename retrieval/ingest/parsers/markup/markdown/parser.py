"""Parser for Markdown: CommonMark, GFM, and the flavours of MkDocs, Docusaurus and Obsidian, with exact offsets.

The stored text is the file's own; what a reader of the rendered document does not see is annotated as hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.ruler import Rule, Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from retrieval.core.display import Annotation
from retrieval.ingest.parsers.blocks import Block, Line, lines_of
from retrieval.ingest.parsers.markup.markdown.content import Leaf
from retrieval.ingest.parsers.markup.markdown.leaves import Place, between, read_leaf
from retrieval.ingest.parsers.markup.markdown.lines import add_flavours

_LEAVES = frozenset(
    {"paragraph", "heading_open", "fence", "code_block", "table_open", "html_block", "hr", "flavour", "dt_open"}
)
_CONTAINERS = {
    "bullet_list_open": 1, "bullet_list_close": -1, "ordered_list_open": 1, "ordered_list_close": -1,
}  # fmt: skip
#: The characters at which rules can begin; the others look at every line.
_FIRST = {
    "fence": "`~", "blockquote": ">", "hr": "*-_", "list": "*+-0123456789", "footnote_def": "[", "reference": "[",
    "html_block": "<", "heading": "#", "admonition": "!?=", "definition": ":", "flavour": ":/[-;*{%ie<",
}  # fmt: skip
_ALL_FIRST = frozenset("".join(_FIRST.values()) + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ|(")
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


class _BlockRuler(Ruler[RuleFuncBlockType]):
    """Rules by the character at which a line begins, instead of all for every line.

    The first token of a leaf keeps where each of its lines begins, behind the marks of its containers.
    """

    def __init__(self, ruler: Ruler[RuleFuncBlockType]) -> None:
        super().__init__()
        self.__rules__ = ruler.__rules__
        self._chains: dict[str, list[RuleFuncBlockType]] = {}

    def getRules(self, chainName: str = "") -> list[RuleFuncBlockType]:  # noqa: N802, N803  # markdown-it's names
        """One rule that tries those of a chain."""
        if chainName not in self._chains:
            rules = [each for each in self.__rules__ if each.enabled and (not chainName or chainName in each.alt)]
            self._chains[chainName] = [_locating(_choosing(rules)) if not chainName else _choosing(rules)]
        return self._chains[chainName]


def _choosing(rules: list[Rule[RuleFuncBlockType]]) -> RuleFuncBlockType:
    """A rule that tries those that can begin with a line's first character."""
    chosen: dict[str, list[RuleFuncBlockType]] = {}

    def choose(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        first = state.src[(at := state.bMarks[line] + state.tShift[line]) : at + 1]
        tried = chosen.get(first)
        if tried is None:
            tried = [each.fn for each in rules if each.name not in _FIRST or (first and first in _FIRST[each.name])]
            if first in _ALL_FIRST:  # so that hostile text cannot fill the table
                chosen[first] = tried
        for rule in tried:  # noqa: SIM110  # a generator would cost more than most rules
            if rule(state, line, end, silent):
                return True
        return False

    return choose


def _locating(rule: RuleFuncBlockType) -> RuleFuncBlockType:
    def locate(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        count = len(state.tokens)
        if not rule(state, line, end, silent):
            return False
        if len(state.tokens) > count:
            token = state.tokens[count]
            if token.type == "dl_open":
                _locate_terms(state, count)
            elif token.type in _LEAVES and token.map is not None:
                _locate(state, token, line, token.map[1])
                if token.type == "table_open":  # its cells are read from its lines; their tokens take a gigabyte
                    del state.tokens[count + 1 :]
        return True

    return locate


def _locate(state: StateBlock, token: Token, first: int, last: int) -> None:
    if token.type in {"fence", "code_block"}:  # the white space at a line's start is part of the code
        token.meta["starts"] = state.bMarks[first:last]
        token.meta["first"] = state.bMarks[first] + state.tShift[first]
    else:
        token.meta["starts"] = [state.bMarks[at] + state.tShift[at] for at in range(first, last)]


def _locate_terms(state: StateBlock, count: int) -> None:
    for token in state.tokens[count:]:
        if token.type == "dt_open" and token.map is not None and "starts" not in token.meta:
            token.map = [token.map[0], token.map[0] + 1]
            _locate(state, token, *token.map)


def _paragraph(state: StateBlock, line: int, _end: int, _silent: bool) -> bool:
    """A paragraph as markdown-it reads it, in one token instead of three, without a copy of its text."""
    (terminates,) = state.md.block.ruler.getRules("paragraph")
    parent, state.parentType = state.parentType, "paragraph"
    after, last = line + 1, state.lineMax
    while after < last and not state.isEmpty(after):
        indent = state.sCount[after]
        if 0 <= indent <= state.blkIndent + 3 and terminates(state, after, last, True):
            break
        after += 1
    state.parentType, state.line = parent, after
    token = state.push("paragraph", "p", 0)
    token.map = [line, after]
    return True


def _make_parser(*, mdx: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"tasklists": True}).enable("table")
    footnote_plugin(parser, inline=False, move_to_end=False)
    deflist_plugin(parser)
    add_flavours(parser)
    parser.block.ruler.at("paragraph", _paragraph)
    if mdx:
        parser.disable("code")
    parser.block.ruler = _BlockRuler(parser.block.ruler)
    return parser


_PARSER = _make_parser(mdx=False)
_MDX_PARSER = _make_parser(mdx=True)
