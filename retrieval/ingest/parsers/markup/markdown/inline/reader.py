"""Inline Markdown with offsets: which characters of a paragraph a reader sees, and in which style."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from markdown_it.rules_inline import (
    emphasis,
    strikethrough,
)
from markdown_it.rules_inline.balance_pairs import link_pairs

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.markup.markdown.inline.state import PARSER, PLAIN, Inline, Shown, State, Step, Styled
from retrieval.ingest.parsers.markup.markdown.inline.steps import HTML_STEPS, STEPS

_MAX_SEGMENT = 8_000  # characters; some of markdown-it's rules look far ahead at every mark
_STYLES = {"em": AnnotationKind.ITALIC, "strong": AnnotationKind.BOLD, "s": AnnotationKind.STRIKE}


def read_inline(content: str, env: dict[str, Any], *, html: bool = False) -> Inline:
    """Tell what is shown of a paragraph's ``content``.

    ``env`` holds the document's ``references`` and ``footnotes``. In ``html`` marks of Markdown are text.
    """
    steps = HTML_STEPS if html else STEPS
    if len(content) <= _MAX_SEGMENT:
        return _read_segment(content, env, steps)
    shown: list[Shown] = []
    styles: list[Styled] = []
    start = 0
    while start < len(content):
        end = _cut(content, start)
        part = _read_segment(content[start:end], env, steps)
        shown.extend(Shown(each.start + start, each.end + start, each.value) for each in part.shown)
        styles.extend(each._replace(start=each.start + start, end=each.end + start) for each in part.styles)
        start = end
    return Inline(shown, styles)


def _cut(content: str, start: int) -> int:
    """Where the segment from ``start`` ends: behind a line or a word, if there is one."""
    limit = start + _MAX_SEGMENT
    if limit >= len(content):
        return len(content)
    at = content.rfind("\n", start, limit)
    if at <= start:
        at = content.rfind(" ", start, limit)
    return at + 1 if at > start else limit


def _read_segment(content: str, env: dict[str, Any], steps: Mapping[str, tuple[Step, ...]]) -> Inline:
    if PLAIN.fullmatch(content):
        return Inline([Shown(0, len(content))], [])
    state = State(content, PARSER, env, steps)
    PARSER.inline.tokenize(state)
    link_pairs(state)
    strikethrough.postProcess(state)
    emphasis.postProcess(state)
    _settle_delimiters(state)
    state.shown.sort()
    _part_words(state)
    return Inline(
        _without_double_blanks(content, state.shown), [each for each in state.styles if each.start < each.end]
    )


def _settle_delimiters(state: State) -> None:
    """Show the delimiters that stayed text; the others enclose what they style."""
    opened: dict[str, list[int]] = {}
    for start, end, token in state.delimiter_runs:
        if token.nesting > 0:
            opened.setdefault(token.tag, []).append(end)
        elif token.nesting < 0:
            if opened.get(token.tag):
                state.styles.append(Styled(opened[token.tag].pop(), start, _STYLES[token.tag]))
        elif token.content:
            state.shown.append(Shown(start, end))


def _part_words(state: State) -> None:
    """Show a blank or a line break for a tag between two words that nothing else parts."""
    shown, parting = state.shown, dict[int, Shown]()
    for tag in state.breaks:
        at = bisect_right(shown, tag.start, key=lambda each: each.start)
        if 0 < at < len(shown) and at not in parting:
            before, after = shown[at - 1], shown[at]
            last = state.src[before.end - 1 : before.end] if before.value is None else before.value[-1:]
            first = state.src[after.start : after.start + 1] if after.value is None else after.value[:1]
            if not (last.isspace() or first.isspace()):
                parting[at] = tag
    if parting:
        shown.extend(parting.values())
        shown.sort()


def _without_double_blanks(content: str, shown: list[Shown]) -> list[Shown]:
    """Leave out one of two blanks between which something is hidden."""
    result: list[Shown] = []
    for each in shown:
        if result and each.value is None and content[each.start] == " ":
            before = result[-1]
            if before.value is None and before.end < each.start and content[before.end - 1].isspace():
                each = each._replace(start=each.start + 1)  # noqa: PLW2901  # the same range, less its first blank
        if each.start < each.end:
            result.append(each)
    return result
