"""Block rules for the flavours of Markdown: lines that are markup, and admonitions with an indented body.

A rule pushes a token ``flavour`` for the lines; ``meta["title"]`` is the range of the words in them that are text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from retrieval.ingest.parsers.markup.markdown_spans import JSX_TAG

_ALTERNATIVES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
_ADMONITION = re.compile(
    r"(?:!!!|\?\?\?\+?)[ \t]*+(?:[A-Za-z][\w-]*+(?:[ \t]++[\w-]++)*+)?(?:[ \t]*+\"(?P<title>.*)\")?[ \t]*+"
    r"|===[!+]{0,2}[ \t]++(?:\"(?P<tab>.*)\"|'(?P<tab2>.*)')[ \t]*+"
)
_FENCED_DIV = re.compile(
    r":{3,}+[ \t]*+(?:\{(?P<braced>[^}\n]*+)\}|(?P<type>[\w.-]++))?(?:\[(?P<label>.*)\])?[ \t]*+(?P<title>.*)"
)
_SLASHED = re.compile(r"/{3,}+[ \t]*+(?:(?P<type>[\w-]++)(?:[ \t]*+\|[ \t]*+(?P<title>.*))?)?[ \t]*+")
_CALLOUT = re.compile(r"\[![\w -]{1,40}+(?:\|[^\]\n]{0,80}+)?\][-+]?[ \t]*+(?P<title>.*)")
_OPTION = re.compile(r"[ \t]{4,}\S")
_SNIPPET = re.compile(r";?-{1,4}8<-{1,4}(?P<file>.*)")
_ABBREVIATION = re.compile(r"\*\[[^\]\n]{1,200}+\]:.*")
_CONTENTS = re.compile(r"\[(?:TOC|\[_?TOC_?\])\][ \t]*+", re.IGNORECASE)
_DEFINITION = re.compile(
    r"\[(?P<label>(?:[^\[\]\\\n]|\\.){1,999}+)\]:[ \t]*+(?:<(?P<angled>[^<>\n]*+)>|(?P<bare>[^\s<]\S*+))"
    r"(?:[ \t]++(?:\"[^\"\n]*+\"|'[^'\n]*+'|\([^()\n]*+\)))?[ \t]*+"
)
_IMPORT = re.compile(r"import\s(?:[^'\"\n]{0,500}\sfrom\s+)?['\"][^'\"\n]*['\"];?\s*")
_EXPORT = re.compile(r"export\s+(?:const|let|var|default|function|async|class|\*|\{)")
_ATTRIBUTES = re.compile(r"\{:[^{}\n]*+\}[ \t]*+|\{[ \t]*+[#.][\w-][^{}\n]*+\}[ \t]*+")
_MULTILINE = {"{/*": "*/}", "%%": "%%", "{#": "#}", "{%": "%}", "{{": "}}", "<!--": "-->"}
_OPENING_TAG = re.compile(
    r"</?(?:details|summary|[A-Z][\w.]*+)(?=[\s/>])|<[a-z]++\s[^<>\n]{0,200}?\bmarkdown\b|</?>", re.ASCII
)
_REST = re.compile(r"[ \t]*+(?:\n|\Z)")
_MAX_TAG = 5_000  # characters
_SUMMARY = re.compile(r"<summary\b[^<>]{0,200}+>(?P<title>.*)</summary>\s*+(?:</?[a-z]++>\s*+)*+", re.IGNORECASE)


class _Lines(NamedTuple):
    """Lines from the first up to ``after`` that are markup but for ``title``."""

    after: int
    title: tuple[int, int] | None = None
    kind: str = ""


def add_flavours(parser: MarkdownIt) -> None:
    """Add the rules to a parser."""
    ruler = parser.block.ruler
    ruler.before("table", "flavour", _flavour, _ALTERNATIVES)
    ruler.before("table", "admonition", _admonition, _ALTERNATIVES)
    ruler.at("reference", _definition)
    ruler.enable("reference")


def _admonition(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith(("!!!", "???", "==="), start) or state.is_code_block(line):
        return False
    found = _ADMONITION.fullmatch(state.src, start, state.eMarks[line])
    if found is None or not any(map(str.isalnum, found[0])):
        return False
    if silent:
        return True
    title = next((found.span(name) for name in ("title", "tab", "tab2") if found[name]), None)
    _push(state, line, _Lines(line + 1, title))
    old_indent, old_last, old_parent = state.blkIndent, state.lineMax, state.parentType
    state.blkIndent = state.sCount[line] + 4
    last = line + 1
    while last < end and (state.isEmpty(last) or state.sCount[last] >= state.blkIndent):
        last += 1
    state.lineMax, state.parentType = last, "admonition"
    state.push("admonition_open", "div", 1)
    state.md.block.tokenize(state, line + 1, last)
    state.push("admonition_close", "div", -1)
    state.blkIndent, state.lineMax, state.parentType = old_indent, old_last, old_parent
    state.line = last
    return True


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
    _push(state, line, _Lines(after))
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
        _push(state, line, lines)
    return True


def _push(state: StateBlock, line: int, lines: _Lines) -> None:
    token = state.push("flavour", "", 0)
    token.map = [line, lines.after]
    token.meta["title"] = lines.title
    token.info = lines.kind
    state.line = lines.after


def _titled(found: re.Match[str], *names: str) -> tuple[int, int] | None:
    return next((found.span(name) for name in names if found[name] and found[name].strip()), None)


def _colons(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    found = _FENCED_DIV.fullmatch(state.src, start, stop)
    if found is None:
        return None
    after = line + 1
    dotted = "." in (found["type"] or "") or (found["type"] and not found["title"] and _is_option(state, after))
    if dotted:  # an identifier whose documentation is generated here, with options below
        while after < state.lineMax and (_is_option(state, after) or (state.isEmpty(after) and after - line < 100)):
            after += 1
        while state.isEmpty(after - 1):
            after -= 1
        return _Lines(after)
    title = _titled(found, "label", "title")
    if title and state.src[title[0] : title[1]].strip().startswith("{"):
        title = None
    return _Lines(after, title)


def _is_option(state: StateBlock, line: int) -> bool:
    if line >= state.lineMax:
        return False
    return _OPTION.match(state.src, state.bMarks[line], state.eMarks[line]) is not None and (
        ":" in (text := state.src[state.bMarks[line] : state.eMarks[line]]) or text.lstrip().startswith("- ")
    )


def _slashes(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    found = _SLASHED.fullmatch(state.src, start, stop)
    if found is None:
        return None
    after = line + 1
    while found["type"] and _is_option(state, after):
        after += 1
    return _Lines(after, _titled(found, "title"))


def _brackets(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    if _CONTENTS.fullmatch(state.src, start, stop):
        return _Lines(line + 1)
    found = _CALLOUT.fullmatch(state.src, start, stop)
    quoted = state.parentType == "blockquote" or ">" in state.src[state.src.rfind("\n", 0, start) + 1 : start]
    if found is None or not quoted:
        return None
    return _Lines(line + 1, _titled(found, "title"))


def _snippet(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    found = _SNIPPET.fullmatch(state.src, start, stop)
    if found is None:
        return None
    if not found["file"].strip():  # a list of files, closed by the same mark
        for after in range(line + 1, min(line + 50, state.lineMax)):
            first = state.bMarks[after] + state.tShift[after]
            if _SNIPPET.fullmatch(state.src, first, state.eMarks[after]):
                return _Lines(after + 1)
    return _Lines(line + 1)


def _stars(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    return _Lines(line + 1) if _ABBREVIATION.fullmatch(state.src, start, stop) else None


def _braces(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    if _ATTRIBUTES.fullmatch(state.src, start, stop):
        return _Lines(line + 1)
    return _enclosed(state, line, start)


def _enclosed(state: StateBlock, line: int, start: int) -> _Lines | None:
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
    return _Lines(after + 1) if after < state.lineMax else None


def _percents(state: StateBlock, line: int, start: int, _stop: int) -> _Lines | None:
    return _enclosed(state, line, start)


def _module_line(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    """Imports and exports of MDX."""
    if not state.env.get("mdx"):
        return None
    after = line + 1
    if state.src.startswith("import", start):
        if _IMPORT.fullmatch(state.src, start, stop):
            return _Lines(after)
        while after < min(line + 30, state.lineMax) and not state.isEmpty(after):
            after += 1
            if _IMPORT.fullmatch(" ".join(state.src[start : state.eMarks[after - 1]].split())):
                return _Lines(after)
        return None
    if not _EXPORT.match(state.src, start, stop):
        return None
    while after < state.lineMax and not state.isEmpty(after):
        after += 1
    return _Lines(after)


def _tags(state: StateBlock, line: int, start: int, stop: int) -> _Lines | None:
    """Lines of nothing but tags, between which stands Markdown; and a summary."""
    if state.src.startswith("<!--", start):
        return _enclosed(state, line, start)
    if not _OPENING_TAG.match(state.src, start, stop):
        return None
    summary = _SUMMARY.search(state.src, start, stop)
    if summary is not None and summary.end() == stop and _only_tags(state.src, start, summary.start()):
        return _Lines(line + 1, _titled(summary, "title"), "summary")
    at = start
    limit = min(len(state.src), start + _MAX_TAG)
    while True:
        found = JSX_TAG.match(state.src, at, limit)
        if found is None:
            if not state.src.startswith(("<>", "</>"), at):
                return None
            at = state.src.index(">", at) + 1
        else:
            at = found.end()
        while at < limit and state.src[at] in " \t":
            at += 1
        if at >= len(state.src) or state.src[at] == "\n":
            break
    after = line
    while after < state.lineMax and state.eMarks[after] < at:
        after += 1
    return _Lines(after + 1) if after < state.lineMax else None


def _only_tags(src: str, start: int, end: int) -> bool:
    while start < end:
        found = JSX_TAG.match(src, start, end)
        if found is None:
            return not src[start:end].strip()
        start = found.end()
    return True


_RULES = {
    ":": _colons, "/": _slashes, "[": _brackets, "-": _snippet, ";": _snippet, "*": _stars, "{": _braces,
    "%": _percents, "i": _module_line, "e": _module_line, "<": _tags,
}  # fmt: skip
#: Those that end a paragraph; the others are hidden within one, as words are.
_INTERRUPTING = frozenset(":/-;*<")
