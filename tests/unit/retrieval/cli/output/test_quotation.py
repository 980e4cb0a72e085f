"""Words of an article on a terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from retrieval.cli.output.text import print_quote
from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.types import Context
from tests.support.annotated import EVERYTHING, annotated
from tests.support.doubles.builders import quote
from tests.unit.retrieval.core.test_display import slices


def printed(
    source: str, *, width: int = 60, colour: bool = False, highlights: tuple[tuple[int, int], ...] = (),
    context: Context | None = None,
) -> str:  # fmt: skip
    """Print a quote of an annotated text; without its attribution."""
    text, annotations = annotated(source)
    return show(text, annotations, width, colour=colour, highlights=highlights, context=context)


def show(
    text: str, annotations: tuple[Annotation, ...], width: int, *, colour: bool = False,
    highlights: tuple[tuple[int, int], ...] = (), context: Context | None = None,
) -> str:  # fmt: skip
    """Print a quote; without its attribution."""
    console = Console(
        file=io.StringIO(), width=width, highlight=False, force_terminal=colour,
        color_system="truecolor" if colour else None,
    )  # fmt: skip
    moved = tuple(each.moved(100) for each in annotations)
    print_quote(console, quote(text, annotations=moved, highlights=highlights, context=context), width)
    assert isinstance(console.file, io.StringIO)
    return re.split(r"\n(?:\x1b\[\d+m)? *(?:\x1b\[\S+m)?— Title", console.file.getvalue())[0]


def test_every_construct_has_its_form() -> None:
    """Lists have bullets, code is indented and stands alone, a table has columns."""
    assert [line.rstrip() for line in printed(EVERYTHING, width=80).split("\n")] == [
        "▌ Use bold, italic, gone, a_code**, the docs and the other & so on.",
        "▌",
        "▌ • First point",
        "▌   • Nested point",
        "▌ 1. Then this",
        "▌ ☐ To do",
        "▌ ☑ Done",
        "▌",
        "    def go(*, x):",
        "        return x",
        "▌",
        "▌ │ Said in a quotation.",
        "▌",
        "    Name    Days",
        "    ────────────",
        "    leave   30",
        "▌",
        "▌ The end.",
    ]


def test_styles_are_the_terminal_s_own() -> None:
    """Bold, italics, strike and links are codes of the terminal; a relative link is none."""
    output = printed(EVERYTHING, width=80, colour=True)
    assert "\x1b[1mbold\x1b[0m" in output
    assert "\x1b[3mitalic\x1b[0m" in output
    assert "\x1b[9mgone\x1b[0m" in output
    assert re.search(r"\x1b\]8;id=\d+;https://docs\.example/a_b\x1b\\the docs", output)
    assert "other.md" not in output


def test_a_highlight_stands_out_beside_other_bold() -> None:
    """A highlight is bold, and underlined where the passage has bold of its own."""
    assert "\x1b[1mOne.\x1b[0m" in printed("One. Two.", colour=True, highlights=((0, 4),))
    assert "\x1b[1;4mOne.\x1b[0m" in printed("One. ⟨b⟩Two⟨/b⟩.", colour=True, highlights=((0, 4),))


def test_the_context_stands_above() -> None:
    """Headings, the line of introduction and a table's header stand above the quote, each on a line."""
    context = Context(("Deployment", "Docker"), "To update it:", "Name\tDays")
    assert printed("Pull.", context=context).split("\n") == [
        "Deployment › Docker", "To update it:", "Name · Days", "▌ Pull.",
    ]  # fmt: skip


def test_code_lines_are_not_cut() -> None:
    """A long line of code stays one line, so that it can be copied."""
    assert f"    {'x' * 200}\n" in printed(f"Run:\n⟨pre⟩{'x' * 200}⟨/pre⟩\nNow.", width=40)


@pytest.mark.parametrize("width", [16, 24])
def test_a_table_too_wide_becomes_lines(width: int) -> None:
    """Where the words do not fit side by side, each cell stands behind the name of its column."""
    head = "⟨td=header⟩Name⟨/td⟩\t⟨td=header⟩Description⟨/td⟩"
    source = f"⟨table⟩{head}\n⟨td⟩leave⟨/td⟩\t⟨td⟩extraordinary⟨/td⟩\n⟨td⟩b⟨/td⟩\t⟨td⟩c⟨/td⟩⟨/table⟩"
    lines = [line.rstrip() for line in printed(source, width=width).split("\n")]
    assert lines[0] == "▌ Name: leave"
    assert "▌ Name: b" in lines
    assert "".join(line[2:] for line in lines).replace(" ", "").startswith("Name:leaveDescription:extraordinary")


@settings(deadline=None)
@given(slices(), st.sampled_from([12, 20, 60]))
def test_any_annotations_fit_the_width(case: tuple[str, list[Annotation]], width: int) -> None:
    """No line but one of code is wider than the terminal, and no control sign comes through."""
    text, annotations = case
    kept = tuple(each for each in annotations if each.kind is not AnnotationKind.CODE_BLOCK)
    if any(each.kind is AnnotationKind.TABLE for each in kept):  # without cells it is shown like code
        kept = tuple(each for each in kept if each.kind is not AnnotationKind.TABLE)
    output = show(text.replace("|", "\x1b"), kept, width)
    assert "\x1b" not in output
    assert max(cell_len(line) for line in output.replace("\t", " " * 8).split("\n")) <= width + 8
