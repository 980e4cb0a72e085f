"""Elements of a quote: blocks with their styled words."""

from __future__ import annotations

from hypothesis import given

from retrieval.core.display import Annotation, AnnotationKind, display
from retrieval.core.display.elements import Element, ElementKind, elements
from retrieval.core.display.span import Span
from tests.support.annotated import EVERYTHING, annotated
from tests.support.growth import assert_linear
from tests.unit.retrieval.core.test_display import slices


def found(source: str) -> tuple[Element, ...]:
    """The elements of an annotated text."""
    return elements(*annotated(source))


def words(element: Element) -> list[str]:
    """All words of an element."""
    cells = " ".join(cell.text for row in element.rows for cell in row)
    return f"{element.words.text} {cells}".split()


def test_every_construct_becomes_its_element() -> None:
    """Kinds, bullets, depths, languages and quotations are those of the passage, in its order."""
    made = found(EVERYTHING)
    assert [(each.kind.value, each.bullet, each.depth, each.spaced) for each in made] == [
        ("prose", "", 0, False),
        ("item", "•", 0, True),
        ("item", "•", 1, False),
        ("item", "", 0, False),
        ("item", "☐", 0, False),
        ("item", "☑", 0, False),
        ("code", "", 0, True),
        ("prose", "", 0, True),
        ("table", "", 0, True),
        ("prose", "", 0, True),
    ]
    code, quoted, table = made[6:9]
    assert (code.language, code.words.text) == ("python", "def go(*, x):\n    return x")
    assert [each.quoted for each in made] == [False] * 7 + [True, False, False]
    assert quoted.words.text == "Said in a quotation."
    assert table.headers == 1
    assert [[cell.text for cell in row] for row in table.rows] == [["Name", "Days"], ["leave", "30"]]
    assert [each.kind for each in table.rows[1][0].styles] == [AnnotationKind.CODE]


def test_styles_lie_on_the_words_as_shown() -> None:
    """Each style covers its words where they stand once the marks are gone."""
    (prose, *_) = found(EVERYTHING)
    text, styles = prose.words
    assert [(each.kind.value, text[each.start : each.end], each.value) for each in styles] == [
        ("bold", "bold", ""),
        ("italic", "italic", ""),
        ("strike", "gone", ""),
        ("code", "a_code**", ""),
        ("link", "the docs", "https://docs.example/a_b"),
        ("link", "the other", "../other.md"),
    ]


def test_highlights_are_styles_too() -> None:
    """A highlight of the slice lies on the words that it shows, over as many elements as it touches."""
    text, annotations = annotated("⟨li=0⟩⟨-⟩- ⟨/-⟩⟨-⟩**⟨/-⟩one⟨-⟩**⟨/-⟩\n⟨/li⟩⟨li=0⟩⟨-⟩- ⟨/-⟩two three⟨/li⟩")
    first, second = elements(text, annotations, [Span(0, text.index(" three"))])
    assert [(each.start, each.end) for each in (*first.words.styles, *second.words.styles)] == [(0, 3), (0, 3)]


def test_an_empty_cell_keeps_its_column() -> None:
    """Cells stand under their header, whether tabs or bars divide them."""
    for cut, edge in (("\t", ""), ("⟨-⟩|⟨/-⟩", "⟨-⟩|⟨/-⟩")):
        rows = [["⟨td=header⟩a⟨/td⟩", "⟨td=header⟩b⟨/td⟩"], ["", "⟨td⟩1⟨/td⟩"], ["⟨td⟩2⟨/td⟩", ""]]
        (table,) = found("⟨table⟩" + "\n".join(edge + cut.join(row) + edge for row in rows) + "⟨/table⟩")
        assert [[cell.text for cell in row] for row in table.rows] == [["a", "b"], ["", "1"], ["2"]]


def test_a_nested_block_divides_the_one_around_it() -> None:
    """An item goes on without a second bullet after code within it; a list that was cut begins at the edge."""
    made = found("⟨li=2⟩⟨-⟩- ⟨/-⟩Run\n⟨pre=sh⟩go\n⟨/pre⟩and wait⟨/li⟩")
    assert [(each.kind.value, each.bullet, each.depth, each.words.text) for each in made] == [
        ("item", "•", 0, "Run"),
        ("code", "", 0, "go"),
        ("item", "", 0, "and wait"),
    ]


@given(slices())
def test_no_word_is_lost_or_moved(case: tuple[str, list[Annotation]]) -> None:
    """For any annotations, the words of all elements are those of the display, in order."""
    text, annotations = case
    annotations = [each for each in annotations if each.kind not in {AnnotationKind.CELL, AnnotationKind.TABLE}]
    shown = "".join(display(text, annotations).text.split())
    made = elements(text, annotations)
    assert "".join("".join(words(each)) for each in made) == shown
    for each in made:
        assert all(0 <= style.start < style.end <= len(each.words.text) for style in each.words.styles)


@given(slices())
def test_any_annotations_make_elements(case: tuple[str, list[Annotation]]) -> None:
    """Tables whose cells make no sense do no harm: words are shown, styles lie within them."""
    text, annotations = case
    for each in elements(text, annotations):
        assert each.kind in ElementKind
        assert each.rows or each.words.text


def test_time_is_linear() -> None:
    """A table of twice as many cells, each of them bold, takes about twice the time."""

    def lay_out(text: str) -> None:
        cells = [Annotation(at, at + 3, AnnotationKind.CELL) for at in range(0, len(text), 4)]
        bold = [Annotation(at, at + 2, AnnotationKind.BOLD) for at in range(0, len(text), 4)]
        items = [Annotation(at, at + 3, AnnotationKind.BULLET, "0") for at in range(0, len(text), 4)]
        elements(text, sorted([Annotation(0, len(text), AnnotationKind.TABLE), *cells, *bold]))
        elements(text, sorted([*items, *bold]))

    assert_linear(lay_out, lambda size: "abc\n" * (size // 4), start=4_000, largest=32_000)
