"""Markdown is divided as CommonMark says, with exact offsets, and in linear time."""

from __future__ import annotations

import pytest

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.markup.markdown import parse_markdown
from tests.support.growth import assert_linear


def divided(text: str) -> list[tuple[str, BlockKind]]:
    """The blocks' words and kinds."""
    return [(text[each.start : each.end], each.kind) for each in parse_markdown(text)[0]]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("One\ntwo\n\nThree", [("One\ntwo", BlockKind.TEXT), ("Three", BlockKind.TEXT)]),
        ("One\n1986. Two", [("One\n1986. Two", BlockKind.TEXT)]),
        ("- One\ntwo\n\n  Three", [("- One\ntwo", BlockKind.ITEM), ("Three", BlockKind.TEXT)]),
        ("One\ntwo\nthree\n---", [("One\ntwo\nthree\n---", BlockKind.HEADING)]),
        ("> One\n>\n> two", [("> One", BlockKind.TEXT), (">", BlockKind.MARKUP), ("> two", BlockKind.TEXT)]),
        ("```\n# One\n\ntwo", [("```\n# One\n\ntwo", BlockKind.CODE)]),
        ("a | b\n-|-\n1 | 2\n\nc | d", [("a | b\n-|-\n1 | 2", BlockKind.TABLE), ("c | d", BlockKind.TEXT)]),
        ("<!-- a\n\nb -->\nOne", [("<!-- a\n\nb -->", BlockKind.MARKUP), ("One", BlockKind.TEXT)]),
        ("<!-- a", [("<!-- a", BlockKind.TEXT)]),
        ("<div>\n<img src=a>\n</div>", [("<div>\n<img src=a>\n</div>", BlockKind.MARKUP)]),
        ("<div>\nOne\n</div>", [("<div>\nOne\n</div>", BlockKind.TEXT)]),
        ("[![a](b)](c) ![d](e)", [("[![a](b)](c) ![d](e)", BlockKind.MARKUP)]),
        ("[a]: b 'c'\n[d]: e", [("[a]: b 'c'\n[d]: e", BlockKind.MARKUP)]),
        ("[^1]: Yes.\n\n- [a]: b", [("[^1]: Yes.", BlockKind.FOOTNOTE), ("- [a]: b", BlockKind.MARKUP)]),
        ("\u00a0\n\u00a0\n One \n\u00a0\n", [("One", BlockKind.TEXT)]),
        ("-\n\n\f\nOne", [("-", BlockKind.MARKUP), ("One", BlockKind.TEXT)]),
    ],
)
def test_blocks_are_those_of_commonmark(text: str, blocks: list[tuple[str, BlockKind]]) -> None:
    """Each construct of CommonMark, and a table, is one block of its kind with the lines that belong to it."""
    assert divided(text) == blocks


def test_a_heading_has_a_label_and_a_level() -> None:
    """The label is the heading as a reader sees it, without marks; its level is the number of marks."""
    text = "# The *old* `pier` [and](a) &amp; **sea** \\# #\n\nNew _harbour_\n---\n\n**In bold**\n\n## " + "[" * 600

    assert [(each.label, each.level) for each in parse_markdown(text)[0]] == [
        ("The old pier and & sea #", 1),
        ("New harbour", 2),
        ("In bold", 0),
        ("[" * 600, 2),
    ]


def test_lines_are_those_of_the_file() -> None:
    """Line numbers count the front matter above the body, and offsets are those of the whole text."""
    text = "---\na: b\n---\n\nOne\n\n\nTwo"

    blocks, _ = parse_markdown(text, text.index("\nOne"))

    assert [(each.number, each.line, text[each.start : each.end]) for each in blocks] == [(1, 5, "One"), (2, 8, "Two")]


@pytest.mark.parametrize("marks", ["> ", "- ", "1. "])
def test_what_is_nested_too_deeply_is_not_lost(marks: str) -> None:
    """Words below more levels than the parser follows are still in a block."""
    text = marks * 500 + "word\n\nAfter"

    assert "word" in " ".join(words for words, _ in divided(text))


@pytest.mark.parametrize(
    "unit",
    [
        "a\n\n", "a\n---\n", "- a\n", "> a\nb\n", ">", "> - ", "```\na\n", "<!-- a\n", "<!--", "<a", "[", "[a]: b\n",
        "![", "a | b\n", "|", "a|b\n-|-\n", "*", "`", "# ", "- ", "1. ", "\t", "**a** ", "[a][b", "[a](", "![a](",
        "[a]: b (\n", "{%", "{{a",
        "{/*\n\n", "%%\n\n", "==a ", "<A {", "<A {\n", "<summary>a", "<td>a", "!!! a\n", "??? a\n\n    b\n", ":::\n",
        "/// a\n", "[[a|", "[^a]: b\n", "a\n: b\n", ":a", "{.a}", "https://a.b(", "> [!a] b\n", "- [ ] a\n",
        "import {\n",
    ],
)  # fmt: skip
def test_markdown_takes_linear_time(unit: str) -> None:
    """Any mark, repeated, takes time in proportion to its number."""
    assert_linear(parse_markdown, lambda n: unit * (n // len(unit)))
