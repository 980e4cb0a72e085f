"""Lines become paragraphs, lists and headings, and none is lost on the way."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.pdf.layout.footnotes import footnotes_of
from retrieval.ingest.parsers.pdf.layout.paragraphs import Draft, Marked, drafts_of
from retrieval.ingest.parsers.pdf.layout.styles import Body
from retrieval.ingest.parsers.pdf.page.boxes import Cell, Line, Style
from tests.support.growth import assert_linear

BODY = Body(Style(10.0), {10.0: 12.0})
FULL = 400.0


def marked(
    text: str, y: float, *, x: float = 72.0, width: float = FULL, page: int = 1, kind: BlockKind = BlockKind.TEXT
) -> Marked:
    """A line of the body's style."""
    cell = Cell(text, x, x + width, y, Style(10.0), 5.0 * len(text.partition(" ")[0]))
    return Marked(Line((cell,), page), kind)


def texts(lines: list[Marked]) -> list[str]:
    """The blocks, their lines joined with a slash."""
    return ["/".join(draft.lines) for draft in drafts_of(lines, BODY)]


@given(
    st.lists(
        st.builds(
            marked, st.text("ab1.(-•) ", min_size=1, max_size=9).filter(str.strip), st.floats(0, 800),
            x=st.sampled_from([72.0, 84.0, 300.0]), width=st.floats(0, FULL), page=st.integers(1, 3),
            kind=st.sampled_from([BlockKind.TEXT, BlockKind.FURNITURE, BlockKind.FOOTNOTE, BlockKind.HEADING]),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_every_character_is_in_exactly_one_block(lines: list[Marked]) -> None:
    """Whatever the lines, their characters are those of the blocks: text, or a list item's marker."""

    def of(draft: Draft) -> str:
        marker = draft.marker.ordinal or "•" if draft.marker else ""
        return marker + "".join(draft.lines)

    expected = Counter("".join(each.line.text for each in lines))
    found = Counter("".join(map(of, drafts_of(lines, BODY))))
    for counts in (expected, found):  # a bullet may be a dash as well
        counts["•"] += counts.pop("-", 0)
        del counts[" "]
    assert found == expected


def test_a_gap_an_indent_or_a_short_line_ends_a_paragraph() -> None:
    """These are the three ways in which texts show where a paragraph ends."""
    lines = [
        marked("It starts", 700), marked("and ends.", 688),
        marked("After a gap", 664), marked("it ends.", 652),
        marked("Indented, it starts", 640, x=86), marked("and is short.", 628, width=90),
        marked("So this one is new.", 616),
    ]  # fmt: skip
    assert texts(lines) == ["It starts/and ends.", "After a gap/it ends.", "Indented, it starts/and is short.",
                            "So this one is new."]  # fmt: skip


def test_a_paragraph_goes_on_across_notes_and_furniture() -> None:
    """What stands at the foot of one page and the head of the next comes after the paragraph, not within it."""
    lines = [
        marked("It starts here and", 100),
        marked("1 A note.", 80, kind=BlockKind.FOOTNOTE),
        marked("12", 40, kind=BlockKind.FURNITURE),
        marked("The title", 780, page=2, kind=BlockKind.FURNITURE),
        marked("goes on here.", 700, page=2),
    ]
    drafts = list(drafts_of(lines, BODY))
    assert [(draft.lines, draft.page) for draft in drafts] == [
        (["It starts here and", "goes on here."], 1), (["1 A note."], 1), (["12"], 1), (["The title"], 2)
    ]  # fmt: skip
    assert drafts[0].breaks == [(1, 2)]


def test_a_footnote_goes_on_at_the_foot_of_the_next_page() -> None:
    """Small lines without a number are the rest of a note that the page before left unfinished, else they are text."""
    small = Style(8.0)
    lines = [Line((Cell(text, 72, 400, y, style, 20.0),), 2) for text, y, style in (
        ("The body of the page", 700, BODY.style), ("goes on for", 688, BODY.style),
        ("and the rest of the note.", 80, small),
    )]  # fmt: skip
    assert footnotes_of(lines, BODY, unfinished=True) == {2: False}
    assert footnotes_of(lines, BODY) == {}


def test_a_number_within_a_sentence_begins_no_item() -> None:
    """A line may begin with "12." by chance; an item is the first one or follows the one before."""
    lines = [marked("It happened on May", 700), marked("12. That was late.", 688), marked("1. First", 664),
             marked("2. Second", 652)]  # fmt: skip
    assert texts(lines) == ["It happened on May/12. That was late.", "First", "Second"]


def test_paragraphs_take_linear_time() -> None:
    """Many lines cost no more than their number."""
    assert_linear(lambda lines: list(drafts_of(lines, BODY)), lambda n: [marked("a b", 700 - at) for at in range(n)])
