"""The tests' reader of messages knows every formatting of Discord."""

from __future__ import annotations

import pytest

from tests.support.bot.rendered_messages import displayed, emphasised


@pytest.mark.parametrize(
    "markup",
    [
        "a | b", "||a||", "`a`", "_a_", "~~a~~", "<@1>", "<@!1>", "<@&1>", "<#1>", "<t:0>", "<:a:1>", "</ask:1>",
        "[a](b)", "# a", "## a", "-# a", "> a", ">>> a", "- a", "+ a", "1. a", "a\n2. b", "https://a.example",
        ":smile:", "@everyone", "@here", "**a", "*a", "a\\",
    ],
)  # fmt: skip
def test_formatting_is_noticed(markup: str) -> None:
    """Any unescaped markup other than bold and italics fails."""
    with pytest.raises(AssertionError):
        displayed(markup)


def test_escapes_are_undone_and_emphasis_is_known() -> None:
    """The backslash of an escape is removed, and bold and italic words are found."""
    assert displayed(r"\*a\* \\ \<\@1\> **b\*c** *d* 1\. e") == r"*a* \ <@1> b*c d 1. e"
    assert emphasised(r"\*a\* **b\*c** *d* e") == ["b*c", "d"]
