"""Words become cells, cells become rows in reading order, and none is lost on the way."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from retrieval.ingest.parsers.pdf.page.boxes import Cell, Style, Word, cells_of
from retrieval.ingest.parsers.pdf.page.columns import reading_order
from tests.support.growth import assert_linear

STYLES = st.builds(Style, st.sampled_from([8.0, 10.0, 14.0]), st.booleans())
WORDS = st.builds(
    lambda text, x, width, y, style, glued: Word(text, x, x + width, y, style, glued),
    st.text("abc\u05d0\u05d1.", min_size=1, max_size=8), st.floats(0, 600), st.floats(0, 80), st.floats(0, 800), STYLES,
    st.booleans(),
)  # fmt: skip


def line(text: str, x: float, y: float, *, width: float | None = None, size: float = 10.0) -> Cell:
    """A cell whose letters are half as wide as high."""
    width = 0.5 * size * len(text) if width is None else width
    return Cell(text, x, x + width, y, Style(size), 0.5 * size * len(text.split(maxsplit=1)[0]), 0.25 * size)


def texts(cells: list[Cell]) -> list[str]:
    """Rows of the page in reading order, a bar between cells."""
    return [" | ".join(cell.text for cell in row.cells) for row in reading_order(cells)]


def column(name: str, x: float, count: int, *, top: float = 700.0) -> list[Cell]:
    """Lines of a column of text, 12 points apart."""
    return [line(f"{name}{at} runs on as text in its column", x, top - 12 * at, width=200) for at in range(count)]


@given(st.lists(WORDS, max_size=60))
def test_every_word_is_in_exactly_one_row(words: list[Word]) -> None:
    """Whatever the boxes, the characters of a page are those of its rows."""
    rows = reading_order(cells_of(words))
    read = Counter("".join(cell.text for row in rows for cell in row.cells))
    del read[" "]
    assert read == Counter("".join(word.text for word in words))


def test_columns_are_read_one_after_the_other_below_their_title() -> None:
    """A title across two columns comes first, then the left column, then the right one."""
    left, right = column("L", 72, 5), column("R", 300, 5)
    title = line("A title that stands across both of the columns", 130, 724, width=300, size=16)
    order = texts([*right, title, *left])
    assert [each.split()[0] for each in order] == ["A", *(f"L{at}" for at in range(5)), *(f"R{at}" for at in range(5))]


def test_a_running_head_with_parts_at_both_sides_is_one_row() -> None:
    """Its parts are not read as the first lines of the two columns below it."""
    head = [line("Chapter", 72, 760), line("17", 480, 760)]
    assert texts([*head, *column("L", 72, 5), *column("R", 300, 5)])[0] == "Chapter | 17"


def test_rows_of_short_cells_are_no_columns() -> None:
    """A table is read row by row."""
    cells = [line(f"{name}{at}", x, 700 - 14 * at) for at in range(5) for name, x in (("a", 72), ("b", 250))]
    assert texts(cells) == [f"a{at} | b{at}" for at in range(5)]


def test_lines_of_a_centred_cell_are_one_row_with_its_neighbours() -> None:
    """The base lines of a cell of two lines lie above and below that of the cell beside it."""
    cells = [line("Portugal", 72, 694), line("ninety euros in winter,", 250, 700), line("more in June", 250, 688)]
    assert texts(cells) == ["Portugal | ninety euros in winter, more in June"]


def test_words_of_a_stretched_line_are_one_cell() -> None:
    """Wide blanks of the same width are those of a justified line, not of a table."""
    assert texts([line("few", 72, 700), line("wide", 95, 700), line("words", 123, 700)]) == ["few wide words"]


def test_reading_order_takes_linear_time() -> None:
    """Many cells at the same place, on one line or scattered cost no more than their number."""
    assert_linear(reading_order, lambda n: [line("x", at * 7.0, 700) for at in range(n)])
    assert_linear(reading_order, lambda n: [line("x", at * 37.0 % 500, at * 11.0 % 800) for at in range(n)])
