"""Ranges of an article are shown as the whole annotations say, found without looking at all of them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.display import Annotation, AnnotationKind, display
from retrieval.core.display.span import Span
from retrieval.ingest.chunking.shown import AnnotationSweep, ShownText
from tests.support.growth import assert_linear

SIZE = 40
TEXT = "".join(chr(ord("a") + n % 26) if n % 6 else "\n" if n % 12 else " " for n in range(SIZE))
KINDS = st.sampled_from([AnnotationKind.HIDDEN, AnnotationKind.BOLD, AnnotationKind.LINK, AnnotationKind.CODE])


@st.composite
def marked(draw: st.DrawFn) -> tuple[Annotation, ...]:
    """Annotations of ``TEXT`` in order; hidden ones are disjoint, styles may lie over anything."""
    edges = sorted(draw(st.lists(st.integers(0, SIZE), max_size=16, unique=True)))
    hidden = [Annotation(a, b, AnnotationKind.HIDDEN) for a, b in list(pairwise(edges))[::2]]
    spans = draw(st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(1, SIZE), KINDS), max_size=8))
    styles = [
        Annotation(start, min(start + length, SIZE), kind)
        for start, length, kind in spans
        if kind is not AnnotationKind.HIDDEN
    ]
    return tuple(sorted([*hidden, *styles], key=lambda each: (each.start, -each.end)))


RANGE = st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)).map(lambda pair: Span(*sorted(pair)))


def clipped(every: tuple[Annotation, ...], start: int, end: int) -> list[Annotation]:
    """Annotations that touch a range, clipped to it, by looking at each."""
    return [
        each._replace(start=max(each.start, start), end=min(each.end, end))
        for each in every
        if each.start < end and each.end > start
    ]


@given(marked(), RANGE)
def test_a_range_is_shown_as_its_annotations_say(every: tuple[Annotation, ...], span: Span) -> None:
    """Bisection leaves out no mark and takes in none that does not touch the range."""
    start, end = span
    naive = display(TEXT[start:end], [each.moved(-start) for each in clipped(every, start, end)]).text
    shown = ShownText(TEXT, every)
    assert shown.of(start, end) == naive
    assert shown.line(start, end) == " ".join(naive.split())
    assert shown.size(span) == len(naive)


@given(marked(), st.lists(st.integers(0, SIZE), unique=True, max_size=10).map(sorted), st.booleans())
def test_a_sweep_hands_out_what_touches_each_range(every: tuple[Annotation, ...], edges: list[int], gaps: bool) -> None:
    """Ranges side by side or with gaps between them: each gets all that touch it, in order, clipped."""
    ranges = list(pairwise(edges))[:: 2 if gaps else 1]
    sweep = AnnotationSweep(every)
    for start, end in ranges:
        assert sorted(sweep.touching(start, end)) == sorted(clipped(every, start, end))


def test_many_ranges_with_many_marks_take_linear_time() -> None:
    """Showing each of many words costs in proportion to the words, not to the marks of the whole text."""

    def show(count: int) -> None:
        marks = [Annotation(4 * n, 4 * n + 1, AnnotationKind.HIDDEN) for n in range(count)]
        shown, sweep = ShownText("*ab " * count, marks), AnnotationSweep(marks)
        for n in range(count):
            assert shown.of(4 * n, 4 * n + 3) == "ab"
            assert len(sweep.touching(4 * n, 4 * n + 3)) == 1

    assert_linear(show, lambda n: n)
