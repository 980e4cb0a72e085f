"""Admonitions, tabs, callouts and definitions in Markdown: block rules for their opening and closing lines."""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it.rules_block import StateBlock

_ADMONITION = re.compile(
    r"(?:!!!|\?\?\?\+?)[ \t]*+(?:[A-Za-z][\w-]*+(?:[ \t]++[\w-]++)*+)?(?:[ \t]*+\"(?P<title>.*)\")?[ \t]*+"
    r"|===[!+]{0,2}[ \t]++(?:\"(?P<tab>.*)\"|'(?P<tab2>.*)')[ \t]*+"
)
_FENCED_DIV = re.compile(
    r":{3,}+[ \t]*+(?:\{(?P<braced>[^}\n]*+)\}|(?P<type>[\w.-]++))?(?:\[(?P<label>.*)\])?[ \t]*+(?P<title>.*)"
)
_SLASHED = re.compile(r"/{3,}+[ \t]*+(?:(?P<type>[\w-]++)(?:[ \t]*+\|[ \t]*+(?P<title>.*))?)?[ \t]*+")
_CALLOUT = re.compile(r"\[![\w -]{1,40}+(?:\|[^\]\n]{0,80}+)?\][-+]?[ \t]*+(?P<title>.*)")
_BARE_DEFINITION = re.compile(r":[ \t]++(?=\S)")
_OPTION = re.compile(r"[ \t]{4,}\S")
_CONTENTS = re.compile(r"\[(?:TOC|\[_?TOC_?\])\][ \t]*+", re.IGNORECASE)


class Lines(NamedTuple):
    """Lines from the first up to ``after`` that are markup but for ``title``."""

    after: int
    title: tuple[int, int] | None = None
    kind: str = ""


def admonition(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """An admonition or a tab whose body is indented; its body's blocks follow."""
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith(("!!!", "???", "==="), start) or state.is_code_block(line):
        return False
    found = _ADMONITION.fullmatch(state.src, start, state.eMarks[line])
    if found is None or not any(map(str.isalnum, found[0])):
        return False
    if silent:
        return True
    title = next((found.span(name) for name in ("title", "tab", "tab2") if found[name]), None)
    push_lines(state, line, Lines(line + 1, title))
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


def bare_definition(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A definition whose term is no paragraph but the heading above it; its inside is read as blocks of its own."""
    start = state.bMarks[line] + state.tShift[line]
    found = (
        None if silent or state.is_code_block(line) else _BARE_DEFINITION.match(state.src, start, state.eMarks[line])
    )
    if found is None:
        return False
    old_shift, old_count = state.tShift[line], state.sCount[line]
    old_indent, old_last, old_parent = state.blkIndent, state.lineMax, state.parentType
    state.blkIndent = old_count + 2
    state.tShift[line], state.sCount[line] = found.end() - state.bMarks[line], state.blkIndent
    last = line + 1
    while last < end and not state.isEmpty(last):  # lines of its first paragraph need no indentation
        last += 1
    while last < end and (state.isEmpty(last) or state.sCount[last] >= state.blkIndent):
        last += 1
    state.lineMax, state.parentType = last, "admonition"
    state.push("definition_open", "dd", 1)
    state.md.block.tokenize(state, line, last)
    state.push("definition_close", "dd", -1)
    state.blkIndent, state.lineMax, state.parentType = old_indent, old_last, old_parent
    state.tShift[line], state.sCount[line] = old_shift, old_count
    state.line = max(state.line, line + 1)
    return True


def push_lines(state: StateBlock, line: int, lines: Lines) -> None:
    """Add the token of lines that are markup."""
    token = state.push("flavour", "", 0)
    token.map = [line, lines.after]
    token.meta["title"] = lines.title
    token.info = lines.kind
    state.line = lines.after


def titled(found: re.Match[str], *names: str) -> tuple[int, int] | None:
    """The range of the first of these groups that holds words."""
    return next((found.span(name) for name in names if found[name] and found[name].strip()), None)


def find_colons(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    """A line of colons, which opens or closes a container."""
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
        return Lines(after)
    title = titled(found, "label", "title")
    if title and state.src[title[0] : title[1]].strip().startswith("{"):
        title = None
    return Lines(after, title)


def _is_option(state: StateBlock, line: int) -> bool:
    if line >= state.lineMax:
        return False
    return _OPTION.match(state.src, state.bMarks[line], state.eMarks[line]) is not None and (
        ":" in (text := state.src[state.bMarks[line] : state.eMarks[line]]) or text.lstrip().startswith("- ")
    )


def find_slashes(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    """A line of slashes, which opens or closes a block of MkDocs."""
    found = _SLASHED.fullmatch(state.src, start, stop)
    if found is None:
        return None
    after = line + 1
    while found["type"] and _is_option(state, after):
        after += 1
    return Lines(after, titled(found, "title"))


def find_brackets(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    """A table of contents, or the title of a callout in a block quotation."""
    if _CONTENTS.fullmatch(state.src, start, stop):
        return Lines(line + 1)
    found = _CALLOUT.fullmatch(state.src, start, stop)
    quoted = state.parentType == "blockquote" or ">" in state.src[state.src.rfind("\n", 0, start) + 1 : start]
    if found is None or not quoted:
        return None
    return Lines(line + 1, titled(found, "title"))
