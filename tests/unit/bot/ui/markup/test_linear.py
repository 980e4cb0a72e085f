"""Escaping and paging take time in proportion to a text's length, whatever the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.ui.markup.escaping import escape, marked
from bot.ui.markup.layout import Panel
from bot.ui.markup.limits import fitted, fitted_line
from bot.ui.markup.marks import BOLD, CODE, ITALIC, LINK, Mark
from bot.ui.markup.pages import Form, link, paged
from bot.ui.markup.quotation import quotation
from retrieval.core.display.span import Span
from tests.support.adversarial import TEXTS
from tests.support.growth import assert_linear


def many_spans(text: str) -> list[Span]:
    """Return a highlight at every fifth character."""
    return [Span(start, start + 3) for start in range(0, len(text), 5)]


def many_marks(text: str) -> list[Mark]:
    """Return marks of all kinds that cross each other."""
    signs = (BOLD, CODE, ITALIC, LINK)
    return [
        Mark(start, start + 3 + start % 9, signs[start % 4], "https://a.example/b") for start in range(0, len(text), 5)
    ]


def pages(text: str, form: Form) -> None:
    """Lay out ``text`` as every part of a panel."""
    parts = tuple(quotation(text, (), many_spans(text)))
    paged([Panel(parts, title=text, footer=text, url=f"https://a.example/{text}")], form)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "escape": escape,
    "marked": lambda text: marked(text, many_marks(text), prefix="> "),
    "fitted": lambda text: fitted(text, 300),
    "fitted_line": lambda text: fitted_line(text, 300),
    "link": lambda text: link(f"https://a.example/{text}"),
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_time_is_linear(function: str, text: str) -> None:
    """A text of twice the length takes about twice the time."""
    assert_linear(FUNCTIONS[function], TEXTS[text], start=2_000, largest=8_000)


@pytest.mark.parametrize("text", ["words", "stars", "spaces", "newlines", "surrogate pairs", "vertical line ends"])
@pytest.mark.parametrize("form", Form)
def test_paging_is_linear(form: Form, text: str) -> None:
    """A text of twice the length takes about twice the time to lay out, all of it marked."""
    assert_linear(lambda text: pages(text, form), TEXTS[text], start=4_000, largest=16_000)
