"""Terminal output: 60 columns, verbatim text, no control characters."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from retrieval.cli.output.sanitising import sanitise
from retrieval.cli.output.text import attribution, shortened, show_answer, show_findings
from retrieval.core.types import Answer, Findings, Metadata, Outcome, Quote, TitleSource
from tests.support.doubles.builders import quote

LONG = (
    "Estonia’s Kristen Michal stressed that “security guarantees must be defined by those who seek and provide them. "
    "Russia has no say in Ukraine’s future – or the future of Europe and Nato.”"
)
META = Metadata("What the leaders said", TitleSource.ASSIGNED, "The Paper", None, "2025-09-04", "https://example.org/a")


def printed(answer: Answer, *, width: int = 60, explain: bool = False, colour: bool = False) -> str:
    """Print an answer on a console of ``width`` columns."""
    console = Console(
        file=io.StringIO(),
        width=width,
        highlight=False,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
    )
    show_answer(console, answer, explain=explain)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def answered(*quotes: Quote, notes: tuple[str, ...] = ()) -> Answer:
    """An answer of these quotes."""
    return Answer(
        "What did they say about the guarantees, all of them, in the end?", Outcome.ANSWERED, 0.9, notes, quotes, ()
    )


def block(output: str) -> str:
    """The words of the block quotes on one line."""
    return " ".join(" ".join(line[1:].strip() for line in output.split("\n") if line.startswith("▌")).split())


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=200))
def test_control_characters_are_replaced(text: str) -> None:
    """Control and direction characters are replaced one for one, all others stay."""
    shown = sanitise(text)
    assert len(shown) == len(text)
    forbidden = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
    assert not forbidden.search(shown)
    for before, after in zip(text, shown, strict=True):
        assert after == before or forbidden.match(before)


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b31m", "\u202e", "\u2066", "\x07", "\r", "\u2028", "\u200b", "\ufeff"])
def test_hostile_signs_are_neutralised_everywhere(sign: str) -> None:
    """Control characters are replaced in text, lead-in, title, publisher, section, repeats, notes and question."""
    meta = Metadata(f"T{sign}", TitleSource.DOCUMENT, f"P{sign}", None, f"D{sign}", f"https://example.org/{sign}")
    shown = quote(f"x{sign}y", metadata=meta, section=f"S{sign}", lead_in=f"L{sign}.", also_in=(f"i{sign}",))
    output = printed(Answer(f"Q{sign}?", Outcome.ANSWERED, 1.0, (f"N{sign}",), (shown,), ()), explain=True)
    assert sign[0] not in output


@pytest.mark.parametrize("width", [20, 60, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Every line fits, also with long words, wide characters, long titles and addresses."""
    meta = Metadata("A title " * 20, TitleSource.DOCUMENT, url="https://example.org/" + "a" * 150)
    quotes = (
        quote(LONG, metadata=META),
        quote("x" * 300, metadata=meta, also_in=("other-article",) * 9),
        quote("ウクライナの大統領は" * 12, lead_in=LONG, adjacent=False),
    )
    output = printed(answered(*quotes, notes=("The articles give different figures. " * 4,)), width=width, explain=True)
    assert max(cell_len(line) for line in output.split("\n")) <= width


@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_words_survive_wrapping(width: int) -> None:
    """Put on one line again, a quote is the article's text, word for word."""
    assert block(printed(answered(quote(LONG)), width=width)) == LONG


def test_a_lead_in_stands_before_its_quote() -> None:
    """The lead-in opens the block quote; an elision is shown where words are left out, and only there."""
    near = block(printed(answered(quote("He stated it.", lead_in="Rutte cautioned."))))
    far = block(printed(answered(quote("He stated it.", lead_in="Rutte cautioned.", adjacent=False))))
    assert near == "Rutte cautioned. He stated it."
    assert far == "Rutte cautioned. […] He stated it."


def test_the_answering_sentence_is_bold() -> None:
    """On a terminal the highlight is bold and the rest is not; in a pipe there are no codes at all."""
    shown = answered(quote("Before it. The answer. After it.", highlights=((11, 22),)))
    colourful = printed(shown, colour=True)
    assert re.search(r"\x1b\[1mThe answer\.\x1b\[0m", colourful)
    assert not re.search(r"\x1b\[1m[^\x1b]*(?:Before|After)", colourful)
    assert "\x1b" not in printed(shown)


def test_the_attribution_says_what_is_known() -> None:
    """An attribution has title with mark, publisher, date and paragraphs; unknown fields are left out."""
    full = quote("Words.", metadata=META, paragraphs=(4, 6))
    assert attribution(full) == ("What the leaders said (title assigned) · The Paper · 2025-09-04 · paragraphs 4–6")
    bare = quote("Words.", metadata=Metadata("a.b", TitleSource.FILE_NAME))
    assert attribution(bare) == "a.b (file name) · paragraph 4"
    paged = quote("Words.", metadata=Metadata("a.b", TitleSource.DOCUMENT), page=12)
    assert attribution(paged) == "a.b · page 12, paragraph 4"


def test_the_link_and_the_repeats_are_shown() -> None:
    """The article's link and other articles with the same passage are printed."""
    output = printed(answered(quote("Words.", metadata=META, also_in=("b", "c"))))
    assert "https://example.org/a" in output
    assert "also in b, c" in output


@pytest.mark.parametrize(
    ("outcome", "words"), [(Outcome.NOTHING, "No article answers this."), (Outcome.NOT_SURE, "Not sure.")]
)
def test_no_answer_says_so(outcome: Outcome, words: str) -> None:
    """Without an answer the output begins with that, and marks the closest passages as no answer."""
    output = printed(Answer("Who?", outcome, 0.1, (), (), (quote("Something else."),)))
    assert words in output
    assert output.index("closest") < output.index("Something else.")
    assert "closest" not in printed(Answer("Who?", Outcome.NOTHING, 0.0, (), (), ()))


def test_explain_shows_the_numbers() -> None:
    """Each quote has its evidence, and the answer its confidence."""
    output = printed(answered(quote("Words.")), explain=True)
    assert "vector 0.50" in output
    assert "confidence 0.90" in output
    assert "vector" not in printed(answered(quote("Words.")))


def test_findings_say_how_many_there_are() -> None:
    """The heading counts one, several, and more passages than are shown."""

    def shown(total: int, hits: int) -> str:
        console = Console(file=io.StringIO(), width=60)
        show_findings(console, Findings("peace", total, (quote("peace"),) * hits))
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()

    assert "1 passage with peace\n" in shown(1, 1)
    assert "12 passages with peace, the first 2\n" in shown(12, 2)
    assert "0 passages with peace\n" in shown(0, 0)


@pytest.mark.parametrize("sign", [*"\u2028\u2029\u200b\u200c\u200d\u2060\ufeff\ud800\uffff"])
def test_what_breaks_lines_or_hides_is_shown(sign: str) -> None:
    """Line breaks and invisible characters are replaced one for one, so that highlights stay in place."""
    shown = sanitise(f"a{sign}b")
    assert shown == "a\ufffdb"


def test_a_long_text_is_cut_with_a_mark() -> None:
    """A long text becomes one line with a mark where it is cut."""
    assert shortened("a\n\n b\tc") == "a b c"
    cut = shortened("x" * 500)
    assert len(cut) == 200
    assert cut.endswith("[…]")
