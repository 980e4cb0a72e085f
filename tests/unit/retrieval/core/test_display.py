"""A display is the slice without its rendering marks, and its map leads back to the slice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.display import Annotation, AnnotationIndex, AnnotationKind, Display, display, within
from tests.support.annotated import EVERYTHING, annotated
from tests.support.growth import assert_linear

KINDS = st.sampled_from(AnnotationKind)


@st.composite
def slices(draw: st.DrawFn) -> tuple[str, list[Annotation]]:
    """A text and any annotations of it, sorted by their start."""
    text = draw(st.text(st.sampled_from("ab *`|\t\n"), min_size=1, max_size=60))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 9), KINDS), max_size=12))
    values = {AnnotationKind.REPLACED: "&x"}
    found = [Annotation(at, min(len(text), at + size), kind, values.get(kind, "")) for at, size, kind in spans]
    return text, sorted(found, key=lambda each: (each.start, -each.end))


def replaced(shown: Display, text: str) -> list[tuple[str, str]]:
    """What each piece shows, beside what stands in the text."""
    return [
        (text[start : start + length], shown.text[at : at + size]) for start, length, at, size in shown.pieces
    ]  # fmt: skip


@given(slices())
def test_pieces_are_in_order_and_show_the_slice_or_what_replaces_it(case: tuple[str, list[Annotation]]) -> None:
    """Pieces follow each other in both texts without overlap, cover the display, and equal the slice."""
    text, annotations = case
    shown = display(text, annotations)
    at = source = 0
    for piece in shown.pieces:
        assert piece.shown == at
        assert piece.start >= source
        at, source = piece.shown + piece.size, piece.start + piece.length
    assert at == len(shown.text)
    assert source <= len(text)
    assert all(before == after or "&x" in after for before, after in replaced(shown, text))


@given(slices())
def test_every_place_leads_back(case: tuple[str, list[Annotation]]) -> None:
    """What a place of the display stands for is shown at that place again."""
    text, annotations = case
    shown = display(text, annotations)
    for at, sign in enumerate(shown.text):
        start, end = shown.source(at, at + 1)
        assert start < end
        first, last = shown.shown(start, end)
        assert first <= at < last
        assert sign == text[start] or "&x" in shown.text[first:last] or shown.text[at] in "&x"


@given(slices(), st.integers(0, 60), st.integers(0, 60))
def test_a_range_is_shown_within_itself(case: tuple[str, list[Annotation]], start: int, length: int) -> None:
    """The display of a range never comes from outside of it."""
    text, annotations = case
    end = min(len(text), start + length)
    start = min(start, end)
    shown = display(text, [each for each in annotations if each.kind is not AnnotationKind.REPLACED])
    found = shown.shown(start, end)
    if found.start < found.end:
        back = shown.source(*found)
        assert start <= back.start < back.end <= end


@given(slices())
def test_without_marks_only_the_edges_go(case: tuple[str, list[Annotation]]) -> None:
    """A text without hidden marks is shown as it is."""
    text, annotations = case
    unshown = {AnnotationKind.HIDDEN, AnnotationKind.REPLACED, AnnotationKind.CODE_BLOCK}
    assert display(text, [each for each in annotations if each.kind not in unshown]).text == text.strip()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("the ⟨-⟩*⟨/-⟩new⟨-⟩*⟨/-⟩ rule", "the new rule"),
        ("⟨as=&⟩&amp;⟨/as⟩ more", "& more"),
        ("one\n⟨-⟩:::⟨/-⟩\ntwo", "one\ntwo"),
        ("one\n\n⟨-⟩:::⟨/-⟩\n\ntwo", "one\n\ntwo"),
        ("one\n\n\ntwo", "one\n\n\ntwo"),
        ("⟨-⟩# ⟨/-⟩  one  ⟨-⟩{#id}⟨/-⟩\n  ⟨-⟩- ⟨/-⟩two", "one\ntwo"),
        ("⟨-⟩```\n⟨/-⟩⟨pre⟩    deep\n\n\n  less\n⟨/pre⟩⟨-⟩```⟨/-⟩", "    deep\n\n\n  less"),
        ("one\n\n⟨-⟩```\n⟨/-⟩⟨pre⟩  deep\n⟨/pre⟩⟨-⟩```⟨/-⟩\n\ntwo", "one\n\n  deep\n\ntwo"),
        ("⟨-⟩---⟨/-⟩", ""),
        ("  ", ""),
    ],
)
def test_white_space_that_marks_leave_behind_goes(source: str, shown: str) -> None:
    """Lines of marks alone go with their break; code keeps its indentation and blank lines."""
    assert display(*annotated(source)).text == shown


def test_a_passage_of_every_construct_shows_no_mark() -> None:
    """Nothing of the markup is left in the display."""
    text, annotations = annotated(EVERYTHING)
    assert display(text, annotations).text.split("\n") == [
        "Use bold, italic, gone, a_code**, the docs and the other & so on.", "", "First point", "Nested point",
        "1. Then this", "To do", "Done", "", "def go(*, x):", "    return x", "", "Said in a quotation.", "",
        "NameDays", "leave30", "", "The end.",
    ]  # fmt: skip


@given(slices(), st.integers(0, 60), st.integers(0, 60))
def test_an_index_finds_what_a_scan_finds(case: tuple[str, list[Annotation]], start: int, length: int) -> None:
    """Asking the index for a range gives the annotations that touch it, clipped and in order."""
    _text, annotations = case
    assert AnnotationIndex(annotations).within(start, start + length) == within(annotations, start, start + length)


@pytest.mark.parametrize("unit", ["**a** ", "\n", "**\n", "- a\n\n", "a"])
def test_time_is_linear(unit: str) -> None:
    """Twice the text, all of it marked, takes about twice the time."""

    def show(text: str) -> None:
        marks = [Annotation(at, at + 1, AnnotationKind.HIDDEN) for at, sign in enumerate(text) if sign in "*-"]
        shown = display(text, marks)
        shown.source(0, len(shown.text))

    assert_linear(show, lambda size: unit * (size // len(unit)), start=4_000, largest=64_000)


def test_an_index_of_many_annotations_is_linear() -> None:
    """All ranges of a text within one long annotation together take time in proportion to it."""

    def ask(text: str) -> None:
        cells = [Annotation(at, at + 3, AnnotationKind.CELL) for at in range(0, len(text), 4)]
        index = AnnotationIndex([Annotation(0, len(text), AnnotationKind.TABLE), *cells])
        for at in range(0, len(text), 40):
            index.within(at, at + 40)

    assert_linear(ask, lambda size: "a" * size, start=8_000, largest=64_000)
