"""Discord shows an article's text unchanged, whatever characters it has."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui.markup.escaping import escape, marked
from bot.ui.markup.marks import BOLD, ITALIC, Mark
from tests.support.markdown import quoted_words, unmarked

SIGNS = st.text(
    st.one_of(
        st.sampled_from("\\`*_~|<>[]()@#-+.:!{}\n\t 1a/&’\u200b\u200e\u202e\ufeff\u2028\r"),
        st.characters(exclude_categories=["Cs"]),
    )
)

# What Discord's clients take for formatting, each as its own pattern; a backslash before a sign switches it off.
FORMATTING = [
    r"(?<!\\)(?:\\\\)*[`*_~|<>\[\]@#]",
    r"(?:^|\n)[^\S\n]*[-+](?=\s)",
    r"(?:^|\n)[^\S\n]*\d+\.",
    r"https?://",
    r"(?<!\\):\w+:",
]


@given(SIGNS)
@example("@everyone <@1> <@&2> <#3> <t:0> <a:b:1> </ask:1> # -# >>> - 1. [a](https://b.c/d_e) ||s|| ``` \\")
def test_undoing_the_escapes_gives_the_text_back(text: str) -> None:
    """Nothing is lost, replaced or put between, for every text."""
    assert unmarked(escape(text)) == text


@given(SIGNS)
def test_nothing_is_left_that_discord_would_format(text: str) -> None:
    """No sign that could begin formatting, a mention, a timestamp, a list or a link stands without a backslash."""
    shown = escape(text)
    for pattern in FORMATTING:
        assert re.search(pattern, shown) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. one", r"1\. one"),
        ("- list", r"\- list"),
        ("-# small", r"\-\# small"),
        (">>> quote", r"\>\>\> quote"),
        ("<t:0>", r"\<t\:0\>"),
        ("https://a.b", r"https\://a.b"),
        ("a - b, 5.1 and 10: 30", "a - b, 5.1 and 10: 30"),
    ],
)
def test_escapes_stand_only_where_they_are_needed(text: str, shown: str) -> None:
    """Everyday text stays as it is."""
    assert escape(text) == shown


@given(SIGNS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_a_block_quote_with_highlights_can_be_read_back(text: str, spans: list[tuple[int, int]]) -> None:
    """Prefixes, bold marks and escapes come off without a trace, byte for byte."""
    body = marked(text, [Mark(start, end, BOLD) for start, end in spans], prefix="> ")
    assert quoted_words(body) == text


@given(SIGNS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_bold_marks_come_in_pairs_on_each_line(text: str, spans: list[tuple[int, int]]) -> None:
    """Discord closes nothing over a line's end in a quote, and takes no mark beside white space."""
    for line in marked(text, [Mark(start, end, BOLD) for start, end in spans]).split("\n"):
        bare = re.sub(r"\\[^0-9A-Za-z\s]", "x", line)
        pieces = bare.split("**")
        assert len(pieces) % 2 == 1
        assert all(piece == piece.strip() and piece for piece in pieces[1::2])


def test_marks_of_touching_spans_become_one() -> None:
    """``****`` would end nothing and begin nothing."""
    assert marked("one two", [Mark(0, 4, BOLD), Mark(4, 7, BOLD)]) == "**one two**"


@given(SIGNS)
def test_italics_can_be_read_back(text: str) -> None:
    """A lead-in loses its marks only."""
    italic = marked(text, [Mark(0, len(text), ITALIC)])
    assert unmarked(re.sub(r"(\\.)|\*", r"\1", italic, flags=re.DOTALL)) == text
