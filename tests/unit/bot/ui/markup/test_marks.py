"""Marks are read by Discord's clients as they are meant, however they overlap."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui.markup.escaping import marked
from bot.ui.markup.marks import BOLD, CODE, ITALIC, LINK, STRIKE, UNDERLINE, Mark
from tests.support.discord_markdown import inline, styled, text_of

STYLES = {BOLD: "bold", ITALIC: "italic", STRIKE: "strike", UNDERLINE: "underline", CODE: "code"}
TEXTS = st.text(st.sampled_from("ab *_~`|\\[]().:/-1\n"), max_size=24)
MARKS = st.lists(
    st.builds(
        lambda start, size, sign: Mark(start, start + size, sign, "https://a.example/b_c*" if sign == LINK else ""),
        st.integers(0, 22), st.integers(1, 12), st.sampled_from([*STYLES, LINK]),
    ),
    max_size=5,
)  # fmt: skip


@given(TEXTS, MARKS)
@example("abcdef", [Mark(0, 4, BOLD), Mark(2, 6, ITALIC)])
@example("abcdef", [Mark(0, 4, ITALIC), Mark(2, 6, BOLD)])
@example("ab", [Mark(0, 1, BOLD), Mark(1, 2, ITALIC)])
@example("a`b", [Mark(0, 3, CODE)])
@example("a**b c", [Mark(0, 4, CODE), Mark(0, 6, BOLD)])
def test_the_words_are_shown_and_no_style_is_invented(text: str, marks: list[Mark]) -> None:
    """A client shows the text sign for sign; what it styles or links was marked."""
    signs = [each for line in marked(text, marks).split("\n") for each in (*inline(line), None)][:-1]
    assert "".join("\n" if each is None else each.sign for each in signs) == text
    for at, each in enumerate(signs):
        if each is None:
            continue
        here = {mark.sign for mark in marks if mark.start <= at < mark.end}
        touched = {mark.sign for mark in marks if mark.start < len(text)}
        for style in each.styles:
            sign = next(sign for sign, name in STYLES.items() if name == style)
            assert sign in here or (CODE in here and sign in touched), (style, at)
        assert not each.target or LINK in here


@pytest.mark.parametrize("sign", STYLES)
def test_a_mark_alone_covers_its_words(sign: str) -> None:
    """Each style reaches over its words, line by line, without the white space at its ends."""
    lines = marked("a one two\nthree b", [Mark(1, 15, sign)]).split("\n")
    assert [styled(inline(line), STYLES[sign]) for line in lines] == [["one two"], ["three"]]


def test_styles_nest() -> None:
    """Bold in italics, italics in bold, code and a link within them all keep their styles."""
    text = "abcd efgh ijkl"
    for outer, inner in ((BOLD, ITALIC), (ITALIC, BOLD), (UNDERLINE, BOLD), (STRIKE, ITALIC), (BOLD, CODE)):
        for start, end in ((0, 4), (5, 9), (10, 14), (0, 14)):
            signs = inline(marked(text, [Mark(0, 14, outer), Mark(start, end, inner)]))
            assert styled(signs, STYLES[inner]) == [text[start:end]]
            assert styled(signs, STYLES[outer]) == [text]
    signs = inline(marked(text, [Mark(0, 14, BOLD), Mark(5, 9, LINK, "https://a.example/b")]))
    assert [each.target for each in signs[4:10]] == ["", *["https://a.example/b"] * 4, ""]
    assert text_of([each for each in signs if "bold" in each.styles]) == text.replace(" ", "")


def test_code_with_signs_that_end_a_mark_stands_outside_of_it() -> None:
    """``**`` within code would end the bold around it."""
    signs = inline(marked("use a**b now", [Mark(0, 12, BOLD), Mark(4, 8, CODE)]))
    assert styled(signs, "bold") == ["use", "now"]
    assert styled(signs, "code") == ["a**b"]


def test_words_in_brackets_are_no_link() -> None:
    """A bracket in a link's words could end it early."""
    assert "](" not in marked("a [b] c", [Mark(0, 7, LINK, "https://a.example/b")])
