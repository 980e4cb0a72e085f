"""State and parser for inline Markdown that keep the ranges of the source.

markdown-it's inline tokens carry no positions. Its rules are run here one by one, so that the range that each consumes
is known; what no rule recorded as shown is markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline, RuleFuncInlineType
from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    entity,
    escape,
    html_inline,
    image,
    link,
)
from markdown_it.token import Token
from markdown_it.utils import EnvType

from retrieval.core.display import AnnotationKind

#: Text in which no rule begins.
PLAIN = re.compile(r"[^*_~`\[\]!<&\\:{=+^%]++")

_SKIPPED_RUN = re.compile(r"[^\[\]!`<&\\]++")
_SKIPPED: dict[str, tuple[RuleFuncInlineType, ...]] = {
    "[": (link,), "!": (image,), "`": (backtick,), "<": (autolink, html_inline), "&": (entity,), "\\": (escape,),
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


class State(StateInline):
    """State of markdown-it's rules, and what they were seen to do."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, steps: Mapping[str, tuple[Step, ...]]) -> None:
        super().__init__(src, md, env, [])
        self.steps = steps
        self.shown: list[Shown] = []
        self.styles: list[Styled] = []
        self.delimiter_runs: list[tuple[int, int, Token]] = []
        self.closing: dict[int, int] = {}  # where a mark closes that a flavour of Markdown opened → its end
        self.breaks: list[Shown] = []  # tags that part words
        self.open_tags: dict[str, tuple[int, str]] = {}
        self.tokenized_to = 0
        self.last_bracket = src.rfind("]")

    def show(self, start: int, end: int, value: str | None = None) -> None:
        """Record that ``src[start:end]`` is shown."""
        self.shown.append(Shown(start, end, value))
        self.append_pending(" ")  # delimiters on both sides of a text are not adjacent


#: Tries one rule at ``state.pos``; true if it consumed something.
Step = Callable[[State], bool]


class _Parser(ParserInline):
    """Runs the rules by the character at which they begin, and keeps the ranges."""

    def tokenize(self, state: StateInline) -> None:
        """Record what stands in ``src[pos:posMax]``."""
        if not isinstance(state, State):
            return
        src = state.src
        while state.pos < state.posMax:
            start = state.pos
            run = PLAIN.match(src, start, state.posMax)
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

    def skipToken(self, state: StateInline) -> None:  # noqa: N802  # markdown-it's name
        """Skip one token, as the search for the end of a link's words does."""
        pos = state.pos
        known = state.cache.get(pos)
        if known is not None:
            state.pos = known
            return
        if state.level >= state.md.options["maxNesting"]:
            state.pos = state.posMax
        elif not any(self._skips(rule, state) for rule in _SKIPPED.get(state.src[pos], ())):
            run = _SKIPPED_RUN.match(state.src, pos, state.posMax)
            state.pos = run.end() if run is not None else pos + 1
        state.cache[pos] = state.pos

    @staticmethod
    def _skips(rule: RuleFuncInlineType, state: StateInline) -> bool:
        state.level += 1
        skipped = rule(state, True)
        state.level -= 1
        return skipped

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


#: Parser whose rules the steps call.
PARSER = _make_parser()
