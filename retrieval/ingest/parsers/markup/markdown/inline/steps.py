"""Steps of the inline parser: what each rule of markdown-it, or of a flavour, consumed and what of it is shown."""

from __future__ import annotations

import re
from itertools import islice

from markdown_it.rules_inline import (
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
from markdown_it.token import Token

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.markup.markdown.inline import spans
from retrieval.ingest.parsers.markup.markdown.inline.state import Shown, State, Step, Styled

_MAX_HREF = 2_000  # characters
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:|//")
_FOLLOWED = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_TAG_STYLES = {
    "b": AnnotationKind.BOLD, "strong": AnnotationKind.BOLD, "i": AnnotationKind.ITALIC, "em": AnnotationKind.ITALIC,
    "code": AnnotationKind.CODE, "tt": AnnotationKind.CODE, "del": AnnotationKind.STRIKE, "s": AnnotationKind.STRIKE,
    "a": AnnotationKind.LINK,
}  # fmt: skip


def target(href: str) -> str:
    """The target of a link if a reader can be sent there, else nothing."""
    if len(href) > _MAX_HREF or any(char.isspace() or not char.isprintable() for char in href):
        return ""
    return href if _FOLLOWED.match(href) or not _SCHEME.match(href) else ""


def _escape(state: State) -> bool:
    start = state.pos
    if not escape(state, False):
        return False
    token = state.tokens[-1]
    hidden = token.type == "hardbreak" or len(token.content) == 1
    state.show(start + 1 if hidden else start, state.pos)
    return True


def _code(state: State) -> bool:
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


def _delimiters(state: State) -> bool:
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


def _link(state: State) -> bool:
    start, count = state.pos, len(state.tokens)
    if state.last_bracket < start or not link(state, False):
        return False
    opened = next(token for token in islice(state.tokens, count, None) if token.type == "link_open")
    href = target(str(opened.attrs.get("href", "")))
    if href and any(each.start > start for each in state.shown[-1:]):
        state.styles.append(Styled(start + 1, state.tokenized_to, AnnotationKind.LINK, href))
    return True


def _image(state: State) -> bool:
    return state.last_bracket > state.pos and image(state, False)


def _autolink(state: State) -> bool:
    start = state.pos
    if not autolink(state, False):
        return False
    words = state.src[start + 1 : state.pos - 1]
    state.show(start + 1, state.pos - 1)
    href = target(words if _SCHEME.match(words) else f"mailto:{words}")
    if href:
        state.styles.append(Styled(start + 1, state.pos - 1, AnnotationKind.LINK, href))
    return True


def _entity(state: State) -> bool:
    start = state.pos
    if not entity(state, False):
        return False
    state.show(start, state.pos, state.tokens[-1].content)
    return True


def _tag(state: State) -> bool:
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


def _span(state: State) -> bool:
    """A construct of a flavour of Markdown."""
    return _take(state, spans.find(state.src, state.pos, state.posMax, state.env))


def _loose_link(state: State) -> bool:
    return _take(state, spans.find_loose_link(state.src, state.pos, state.posMax))


def _take(state: State, found: spans.Found | None) -> bool:
    if found is None:
        return False
    if found.shown is not None:
        state.show(*found.shown)
    if found.href and state.linkLevel == 0 and target(found.href):
        state.styles.append(Styled(found.shown_from, found.end, AnnotationKind.LINK, target(found.href)))
    if found.closing is not None:
        state.closing[found.closing] = found.closed
    state.pos = found.end
    return True


#: Steps within HTML, by the character at which they begin.
HTML_STEPS: dict[str, tuple[Step, ...]] = {"<": (_tag,), "&": (_entity,), "{": (_span,)}
#: Steps within Markdown, by the character at which they begin.
STEPS: dict[str, tuple[Step, ...]] = {
    "\\": (_escape,), "`": (_code,), "*": (_delimiters,), "_": (_delimiters,), "~": (_delimiters,),
    "[": (_span, _link, _loose_link), "!": (_span, _image), "<": (_autolink, _tag), "&": (_entity,), ":": (_span,),
    "{": (_span,), "=": (_span,), "+": (_span,), "^": (_span,), "%": (_span,),
}  # fmt: skip
