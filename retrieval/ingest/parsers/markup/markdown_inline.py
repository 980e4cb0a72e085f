"""Inline Markdown with offsets: which characters of a paragraph a reader sees, and in which style.

markdown-it's inline tokens carry no positions. Its rules are run here one by one, so that the range of the source that
each consumes is known; what no rule recorded as shown is markup.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    emphasis,
    entity,
    escape,
    html_inline,
    image,
    link,
    strikethrough,
)
from markdown_it.rules_inline.balance_pairs import link_pairs
from markdown_it.token import Token
from markdown_it.utils import EnvType

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.markup import markdown_spans as spans

_PLAIN = re.compile(r"[^*_~`\[!<&\\:{=+^%]++")
_MAX_SEGMENT = 8_000  # characters; some of markdown-it's rules look far ahead at every mark
_MAX_HREF = 2_000  # characters
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:|//")
_FOLLOWED = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_STYLES = {"em": AnnotationKind.ITALIC, "strong": AnnotationKind.BOLD, "s": AnnotationKind.STRIKE}
_TAG_STYLES = {
    "b": AnnotationKind.BOLD, "strong": AnnotationKind.BOLD, "i": AnnotationKind.ITALIC, "em": AnnotationKind.ITALIC,
    "code": AnnotationKind.CODE, "tt": AnnotationKind.CODE, "del": AnnotationKind.STRIKE, "s": AnnotationKind.STRIKE,
    "a": AnnotationKind.LINK,
}  # fmt: skip


class Styled(NamedTuple):
    """A style of ``content[start:end]``."""

    start: int
    end: int
    kind: AnnotationKind
    value: str = ""


class Shown(NamedTuple):
    """``content[start:end]``, shown as it is or, where ``value`` is not ``None``, as another text."""

    start: int
    end: int
    value: str | None = None


class Inline(NamedTuple):
    """What a reader sees of a content, in order, and in which styles; the rest are marks."""

    shown: list[Shown]
    styles: list[Styled]


class _State(StateInline):
    """State of markdown-it's rules, and what they were seen to do."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, steps: Mapping[str, tuple[_Step, ...]]) -> None:
        super().__init__(src, md, env, [])
        self.steps = steps
        self.shown: list[Shown] = []
        self.styles: list[Styled] = []
        self.delimiter_runs: list[tuple[int, int, Token]] = []
        self.closing: dict[int, int] = {}  # where a mark closes that a flavour of Markdown opened → its end
        self.breaks: list[Shown] = []  # tags that part words
        self.open_tags: dict[str, tuple[int, str]] = {}
        self.tokenized_to = 0

    def show(self, start: int, end: int, value: str | None = None) -> None:
        self.shown.append(Shown(start, end, value))
        self.append_pending(" ")  # delimiters on both sides of a text are not adjacent


_Step = Callable[[_State], bool]


class _Parser(ParserInline):
    """Runs the rules by the character at which they begin, and keeps the ranges."""

    def tokenize(self, state: StateInline) -> None:
        """Record what stands in ``src[pos:posMax]``."""
        if not isinstance(state, _State):
            return
        src = state.src
        while state.pos < state.posMax:
            start = state.pos
            run = _PLAIN.match(src, start, state.posMax)
            if run is not None:
                state.show(start, run.end())
                state.pos = run.end()
            elif start in state.closing:
                state.pos = state.closing[start]
            else:
                deep = state.level >= state.md.options["maxNesting"]
                if deep or not any(step(state) for step in state.steps.get(src[start], ())):
                    state.pos = start + 1
                    state.show(start, start + 1)
        state.tokenized_to = state.pos

    def parse(self, _src: str, _md: MarkdownIt, _env: EnvType, tokens: list[Token]) -> list[Token]:
        """Nothing: the description of an image is not shown."""
        return tokens


class _Markdown(MarkdownIt):
    """Takes every target of a link: none is followed here, and a link that is refused would show its marks."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802  # markdown-it's name
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the same
        del url
        return True


def _make_parser() -> MarkdownIt:
    parser = _Markdown("commonmark").enable("strikethrough")
    parser.inline = _Parser()
    return parser


_PARSER = _make_parser()


def read_inline(content: str, env: dict[str, Any], *, html: bool = False) -> Inline:
    """Tell what is shown of a paragraph's ``content``.

    ``env`` holds the document's ``references`` and ``footnotes``. In ``html`` marks of Markdown are text.
    """
    steps = _HTML_STEPS if html else _STEPS
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


def _read_segment(content: str, env: dict[str, Any], steps: Mapping[str, tuple[_Step, ...]]) -> Inline:
    if _PLAIN.fullmatch(content):
        return Inline([Shown(0, len(content))], [])
    state = _State(content, _PARSER, env, steps)
    _PARSER.inline.tokenize(state)
    link_pairs(state)
    strikethrough.postProcess(state)
    emphasis.postProcess(state)
    _settle_delimiters(state)
    state.shown.sort()
    _part_words(state)
    return Inline(
        _without_double_blanks(content, state.shown), [each for each in state.styles if each.start < each.end]
    )


def _settle_delimiters(state: _State) -> None:
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


def _part_words(state: _State) -> None:
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


def target(href: str) -> str:
    """The target of a link if a reader can be sent there, else nothing."""
    if len(href) > _MAX_HREF or any(char.isspace() or not char.isprintable() for char in href):
        return ""
    return href if _FOLLOWED.match(href) or not _SCHEME.match(href) else ""


def _escape(state: _State) -> bool:
    start = state.pos
    if not escape(state, False):
        return False
    token = state.tokens[-1]
    hidden = token.type == "hardbreak" or len(token.content) == 1
    state.show(start + 1 if hidden else start, state.pos)
    return True


def _code(state: _State) -> bool:
    start, count = state.pos, len(state.tokens)
    backtick(state, False)
    token = state.tokens[-1] if len(state.tokens) > count else None
    if token is None or token.type != "code_inline":
        state.show(start, state.pos)
        return True
    first, last = start + len(token.markup), state.pos - len(token.markup)
    if last - first > len(token.content):  # one blank at each end belongs to the marks
        first, last = first + 1, last - 1
    state.show(first, last)
    state.styles.append(Styled(first, last, AnnotationKind.CODE))
    return True


def _delimiters(state: _State) -> bool:
    start = state.pos
    rule = strikethrough.tokenize if state.src[start] == "~" else emphasis.tokenize
    if not rule(state, False):
        return False
    end = state.pos
    runs: list[tuple[int, int, Token]] = []
    for token in reversed(state.tokens):
        if end <= start:
            break
        runs.append((end - len(token.content), end, token))
        end -= len(token.content)
    state.delimiter_runs.extend(reversed(runs))
    return True


def _link(state: _State) -> bool:
    start, count = state.pos, len(state.tokens)
    if not link(state, False):
        return False
    opened = next(token for token in state.tokens[count:] if token.type == "link_open")
    href = target(str(opened.attrs.get("href", "")))
    if href and any(each.start > start for each in state.shown[-1:]):
        state.styles.append(Styled(start + 1, state.tokenized_to, AnnotationKind.LINK, href))
    return True


def _image(state: _State) -> bool:
    return image(state, False)


def _autolink(state: _State) -> bool:
    start = state.pos
    if not autolink(state, False):
        return False
    words = state.src[start + 1 : state.pos - 1]
    state.show(start + 1, state.pos - 1)
    href = target(words if _SCHEME.match(words) else f"mailto:{words}")
    if href:
        state.styles.append(Styled(start + 1, state.pos - 1, AnnotationKind.LINK, href))
    return True


def _entity(state: _State) -> bool:
    start = state.pos
    if not entity(state, False):
        return False
    state.show(start, state.pos, state.tokens[-1].content)
    return True


def _tag(state: _State) -> bool:
    start = state.pos
    if not html_inline(state, False):
        found = spans.JSX_TAG.match(state.src, start, state.posMax)
        if found is None:
            return False
        state.pos = found.end()
    text = state.src[start : state.pos]
    parting = spans.parting(text)
    if parting:
        state.breaks.append(Shown(start, state.pos, parting))
    name, closes = spans.tag_name(text)
    kind = _TAG_STYLES.get(name)
    if kind is not None and not closes:
        state.open_tags[name] = state.pos, target(spans.href(text)) if name == "a" else ""
    elif kind is not None and name in state.open_tags:
        first, value = state.open_tags.pop(name)
        if value or name != "a":
            state.styles.append(Styled(first, start, kind, value))
    return True


def _span(state: _State) -> bool:
    """A construct of a flavour of Markdown."""
    found = spans.find(state.src, state.pos, state.posMax, state.env)
    if found is None:
        return False
    if found.shown is not None:
        state.show(*found.shown)
    if found.href and state.linkLevel == 0 and target(found.href):
        state.styles.append(Styled(found.shown_from, found.end, AnnotationKind.LINK, target(found.href)))
    if found.closing is not None:
        state.closing[found.closing] = found.closing + 2
    state.pos = found.end
    return True


_HTML_STEPS: dict[str, tuple[_Step, ...]] = {"<": (_tag,), "&": (_entity,), "{": (_span,)}
_STEPS: dict[str, tuple[_Step, ...]] = {
    "\\": (_escape,), "`": (_code,), "*": (_delimiters,), "_": (_delimiters,), "~": (_delimiters,),
    "[": (_span, _link), "!": (_span, _image), "<": (_autolink, _tag), "&": (_entity,), ":": (_span,), "{": (_span,),
    "=": (_span,), "+": (_span,), "^": (_span,), "%": (_span,),
}  # fmt: skip
