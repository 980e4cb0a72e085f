"""Words of an article in Discord's own forms."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ui.markup.layout import CodeText, Part, bodies
from bot.ui.markup.quotation import quotation
from retrieval.core.display import Annotation, display
from retrieval.core.display.span import Span
from tests.support.annotated import EVERYTHING, annotated
from tests.unit.retrieval.core.test_display import slices


def shown(source: str, *highlighted: str) -> str:
    """The markup of an annotated text, with these words highlighted."""
    text, annotations = annotated(source)
    spans = [Span(text.index(words), text.index(words) + len(words)) for words in highlighted]
    return body(quotation(text, annotations, spans))


def body(parts: list[Part]) -> str:
    """The markup of parts that fit one message."""
    (only,) = bodies(parts, 4000)
    return only.markup


def test_every_construct_has_its_form() -> None:
    """Styles, lists, boxes, code, quotations and tables stand as Discord shows them."""
    assert shown(EVERYTHING).split("\n") == [
        "> Use **bold**, *italic*, ~~gone~~, `a_code**`, [the docs](https://docs.example/a_b) and the other & so on.",
        "> ",
        "> - First point",
        ">   - Nested **point**",
        r"> 1\. Then this",
        "> ☐ To do",
        "> ☑ Done",
        "```python",
        "def go(*, x):",
        "    return x",
        "```",
        "> │ Said in a quotation.",
        "```",
        "Name   Days",
        "─────  ────",
        "leave  30",
        "```",
        "> The end.",
    ]


def test_highlights_are_bold_and_stand_out_beside_other_bold() -> None:
    """A highlight is bold; in a passage with bold of its own it is underlined too."""
    assert shown("One. Two.", "One.") == "> **One.** Two."
    assert shown("One. ⟨b⟩Two⟨/b⟩.", "One.") == "> __**One.**__ **Two**."


def test_a_second_line_of_an_item_hangs() -> None:
    """An item's lines stand below each other."""
    assert shown("⟨li=0⟩⟨-⟩- ⟨/-⟩one\n⟨-⟩  ⟨/-⟩two⟨/li⟩") == "> - one\n>   two"


def test_code_that_holds_a_fence_stays_readable() -> None:
    """A fence within code would end the block, so that code stands in the block quote, escaped."""
    assert shown("⟨pre=md⟩a\n```\nb⟨/pre⟩") == "> a\n> \\`\\`\\`\n> b"


def test_only_a_plain_word_names_a_language() -> None:
    """What is no name, or would hide signs, is left out."""
    for language, name in (("Python", "python"), ("c++", "c++"), ("ansi", ""), ("{.py}", ""), ("a b", ""), ("a\n", "")):
        assert shown(f"⟨pre={language}⟩x⟨/pre⟩") == f"```{name}\nx\n```"


def test_a_wide_table_becomes_lines() -> None:
    """Where the columns do not fit, each cell stands behind the name of its column."""
    long = "word " * 12
    head = "⟨td=header⟩Name⟨/td⟩\t⟨td=header⟩What it does⟨/td⟩"
    source = f"⟨table⟩{head}\n⟨td⟩a⟨/td⟩\t⟨td⟩{long}⟨b⟩end⟨/b⟩⟨/td⟩\n⟨td⟩b⟨/td⟩\t⟨td⟩two⟨/td⟩⟨/table⟩"
    assert shown(source).split("\n") == [
        "> **Name**: a",
        f"> **What it does**: {long}**end**",
        "> ",
        "> **Name**: b",
        "> **What it does**: two",
    ]


def test_wide_signs_keep_columns_in_line() -> None:
    """A sign of two columns counts as two."""
    source = "⟨table⟩⟨td⟩東京⟨/td⟩\t⟨td⟩x⟨/td⟩\n⟨td⟩ab⟨/td⟩\t⟨td⟩y⟨/td⟩⟨/table⟩"
    assert shown(source) == "```\n東京  x\nab    y\n```"


@settings(deadline=None)
@given(slices(), st.integers(60, 120))
def test_any_annotations_fit_any_room(case: tuple[str, list[Annotation]], room: int) -> None:
    """Bodies stay within their room, and each fence that opens in one closes in it."""
    text, annotations = case
    parts = quotation(text * 4, annotations, [Span(3, 9)])
    for made in bodies(parts, room):
        assert len(made.markup) <= room
        assert made.markup.count("```") % 2 == 0


def test_long_code_is_cut_between_lines() -> None:
    """Each piece is a code block of its own, and together they are the code."""
    text = "\n".join(f"    line {number}" for number in range(40))
    pieces = [made.markup for made in bodies([CodeText(text, "py")], 200)]
    assert all(piece.startswith("```py\n") and piece.endswith("\n```") for piece in pieces)
    assert "\n".join(piece[6:-4] for piece in pieces) == text


def test_the_fixture_has_every_mark_hidden() -> None:
    """The passage of all constructs shows none of its marks but those within code."""
    text, annotations = annotated(EVERYTHING)
    assert not set("`~[]|{}:#").intersection(display(text, annotations).text.replace("def go(*, x):", ""))
