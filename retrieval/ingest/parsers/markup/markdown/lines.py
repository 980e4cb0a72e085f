"""Block rules for lines that are markup in the flavours of Markdown.

A rule pushes a token ``flavour`` for its lines; ``meta["title"]`` is the range of the words in them that are text.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from retrieval.ingest.parsers.markup.markdown.admonitions import (
    Lines,
    admonition,
    bare_definition,
    find_brackets,
    find_colons,
    find_slashes,
    push_lines,
)
from retrieval.ingest.parsers.markup.markdown.mdx import find_module_line, find_tags

_ALTERNATIVES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
_SNIPPET = re.compile(r";?-{1,4}8<-{1,4}(?P<file>.*)")
_ABBREVIATION = re.compile(r"\*\[[^\]\n]{1,200}+\]:.*")
_DEFINITION = re.compile(
    r"\[(?P<label>(?:[^\[\]\\\n]|\\.){1,999}+)\]:[ \t]*+(?:<(?P<angled>[^<>\n]*+)>|(?P<bare>[^\s<]\S*+))"
    r"(?:[ \t]++(?:\"[^\"\n]*+\"|'[^'\n]*+'|\([^()\n]*+\)))?[ \t]*+"
)
_ATTRIBUTES = re.compile(r"\{:[^{}\n]*+\}[ \t]*+|\{[ \t]*+[#.][\w-][^{}\n]*+\}[ \t]*+")
_MULTILINE = {"{/*": "*/}", "%%": "%%", "{#": "#}", "{%": "%}", "{{": "}}", "<!--": "-->"}
_REST = re.compile(r"[ \t]*+(?:\n|\Z)")


def add_flavours(parser: MarkdownIt) -> None:
    """Add the rules to a parser."""
    ruler = parser.block.ruler
    ruler.before("table", "flavour", _flavour, _ALTERNATIVES)
    ruler.before("table", "admonition", admonition, _ALTERNATIVES)
    ruler.before("deflist", "definition", bare_definition)
    ruler.at("reference", _definition)
    ruler.enable("reference")


def _definition(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """Link definitions, one a line."""
    after = line
    while not silent and after < state.lineMax and state.sCount[after] >= state.blkIndent:
        start = state.bMarks[after] + state.tShift[after]
        if not state.src.startswith("[", start) or state.is_code_block(after):
            break
        found = _DEFINITION.fullmatch(state.src, start, state.eMarks[after])
        if found is None or found["label"].startswith("^") or not found["label"].strip():
            break
        label = normalizeReference(found["label"])
        state.env["references"].setdefault(label, {"href": found["angled"] or found["bare"] or "", "title": ""})
        after += 1
    if after == line:
        return False
    push_lines(state, line, Lines(after))
    return True


def _flavour(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    start, stop = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    mark = state.src[start : start + 1]
    if mark not in _RULES or start >= stop or state.is_code_block(line):
        return False
    if silent and mark not in _INTERRUPTING:
        return False
    lines = _RULES[mark](state, line, start, stop)
    if lines is None:
        return False
    if not silent:
        push_lines(state, line, lines)
    return True


def _snippet(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    found = _SNIPPET.fullmatch(state.src, start, stop)
    if found is None:
        return None
    if not found["file"].strip():  # a list of files, closed by the same mark
        for after in range(line + 1, min(line + 50, state.lineMax)):
            first = state.bMarks[after] + state.tShift[after]
            if _SNIPPET.fullmatch(state.src, first, state.eMarks[after]):
                return Lines(after + 1)
    return Lines(line + 1)


def _stars(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    return Lines(line + 1) if _ABBREVIATION.fullmatch(state.src, start, stop) else None


def _braces(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    if _ATTRIBUTES.fullmatch(state.src, start, stop):
        return Lines(line + 1)
    return _enclosed(state, line, start)


def _angles(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    if state.src.startswith("<!--", start):
        return _enclosed(state, line, start)
    return find_tags(state, line, start, stop)


def _enclosed(state: StateBlock, line: int, start: int) -> Lines | None:
    """Lines from an opening mark to the line that its closing mark ends."""
    opening = next((each for each in _MULTILINE if state.src.startswith(each, start)), None)
    if opening is None:
        return None
    closing, first = _MULTILINE[opening], start + len(opening)
    # The next closing mark is looked up once for all opening ones before it, so that many of them take linear time.
    known: dict[str, tuple[int, bool]] = state.env.setdefault("closing", {})
    at, ends_line = known.get(closing, (-2, False))
    if at != -1 and at < first:
        at = state.src.find(closing, first)
        ends_line = at >= 0 and _REST.match(state.src, at + len(closing)) is not None
        known[closing] = at, ends_line
    if at < 0 or not ends_line:
        return None
    after = bisect_left(state.eMarks, at + len(closing), line)
    return Lines(after + 1) if after < state.lineMax else None


def _percents(state: StateBlock, line: int, start: int, _stop: int) -> Lines | None:
    return _enclosed(state, line, start)


_RULES = {
    ":": find_colons, "/": find_slashes, "[": find_brackets, "-": _snippet, ";": _snippet, "*": _stars, "{": _braces,
    "%": _percents, "i": find_module_line, "e": find_module_line, "<": _angles,
}  # fmt: skip
#: Those that end a paragraph; the others are hidden within one, as words are.
_INTERRUPTING = frozenset(":/-;*<")
