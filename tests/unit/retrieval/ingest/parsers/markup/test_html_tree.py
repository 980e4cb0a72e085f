"""Blocks of HTML trees: kinds, lists, tables, code, notes and the styles of words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import TextBuilder
from retrieval.ingest.parsers.markup.dom.parsing import NestingError
from retrieval.ingest.parsers.markup.html_tree import write_fragment
from tests.support.growth import assert_linear
from tests.unit.retrieval.ingest.parsers.markup.reading import assert_divided, pairs, styled


def built(html: str) -> TextBuilder:
    builder = TextBuilder()
    write_fragment(builder, html)
    return builder


def read(html: str) -> list[tuple[BlockKind, str]]:
    builder = built(html)
    return pairs(builder.text(), builder.blocks())


def styles(html: str) -> list[tuple[AnnotationKind, str, str]]:
    builder = built(html)
    return styled(builder.text(), builder.annotations())


def test_words_of_one_style_are_one_annotation_without_marks_or_footnote_numbers() -> None:
    html = '<p>See <a href="/x">the <b>new</b> rules</a>, <code>a = 1</code>.<sup><a href="#n1">1</a></sup></p>'
    assert read(html) == [(BlockKind.TEXT, "See the new rules, a = 1.")]
    assert styles(html) == [
        (AnnotationKind.LINK, "/x", "the new rules"),
        (AnnotationKind.BOLD, "", "new"),
        (AnnotationKind.CODE, "", "a = 1"),
    ]


def test_an_items_number_counts_from_start_and_its_further_blocks_belong_to_the_list() -> None:
    html = "<ol start=3><li>three<ul><li>inner<p>more</p><pre>x\n y</pre></li></ul></li><li value=9><p>nine</p></ol>"
    builder = built(html)
    assert [(block.kind, block.level, block.list_id) for block in builder.blocks()] == [
        (BlockKind.ITEM, 0, 1),
        (BlockKind.ITEM, 1, 1),
        (BlockKind.TEXT, 0, 1),
        (BlockKind.CODE, 0, 1),
        (BlockKind.ITEM, 0, 1),
    ]
    assert builder.text() == "3. three\ninner\nmore\nx\n y\n9. nine"


def test_a_box_makes_an_item_a_task() -> None:
    html = "<ul><li><input type=checkbox checked> shut<li><label><input type=checkbox> open</label></ul>"
    assert [kind for kind, _, _ in styles(html)] == [AnnotationKind.DONE, AnnotationKind.TASK]


def test_a_table_keeps_its_columns_where_cells_span() -> None:
    html = (
        "<table><caption>Fees</caption><thead><tr><th>A<th>B<th>C</thead>"
        "<tr><td rowspan=2>1<td colspan=2>2<tr><td>x<td>y</table>"
    )
    builder = built(html)
    table = builder.blocks()[1]
    assert builder.text() == "Fees\n\nA\tB\tC\n1\t2\t\n\tx\ty"
    assert (table.kind, table.header_rows, len(table.rows)) == (BlockKind.TABLE, 1, 3)


def test_a_table_of_layout_is_no_table() -> None:
    html = "<table><tr><td><h2>News</h2><p>Rain.</p><td><table><tr><td>a<td>b</table></table>"
    assert read(html) == [(BlockKind.HEADING, "News"), (BlockKind.TEXT, "Rain."), (BlockKind.TABLE, "a\tb")]


def test_code_keeps_its_lines_and_its_language_but_not_its_line_numbers() -> None:
    html = '<div class="highlight-python"><pre><span class="linenos">1</span><b>def</b> f():\n    pass</pre></div>'
    assert styles(html) == [(AnnotationKind.CODE_BLOCK, "python", "def f():\n    pass")]


def test_definitions_questions_notes_and_titles_of_boxes_are_told_apart() -> None:
    html = (
        "<dl><dt>Term<dd>Meaning<p>More</dl><details><summary>Who pays?</summary>We do.</details>"
        '<div class="admonition note"><p class="admonition-title">Note</p><p>Mind it.</p></div>'
        '<section class="footnotes"><ol><li id="fn1">Aside. <a href="#r1">↩</a></ol></section>'
    )
    assert read(html) == [
        (BlockKind.TERM, "Term"),
        (BlockKind.DEFINITION, "Meaning"),
        (BlockKind.TEXT, "More"),
        (BlockKind.QUESTION, "Who pays?"),
        (BlockKind.TEXT, "We do."),
        (BlockKind.TEXT, "Note Mind it."),
        (BlockKind.FOOTNOTE, "Aside."),
    ]


def test_all_blocks_of_a_quotation_are_quoted_together() -> None:
    html = "<p>He said:</p><blockquote><p>One.</p><ul><li>Two.</ul><blockquote>Three.</blockquote></blockquote>"
    quotes = [text for kind, _, text in styles(html) if kind is AnnotationKind.QUOTE]
    assert quotes == ["One.\n\nTwo.\n\nThree."]


def test_one_line_break_stays_in_the_paragraph_and_two_end_it() -> None:
    assert read("Main Street 1<br>Springfield<br><br>Next") == [
        (BlockKind.TEXT, "Main Street 1\nSpringfield"),
        (BlockKind.TEXT, "Next"),
    ]


def test_a_heading_that_is_never_closed_ends_at_the_next_paragraph() -> None:
    assert read("<h2>Title<p>Text.") == [(BlockKind.HEADING, "Title"), (BlockKind.TEXT, "Text.")]


_TAGS = "p div b i a ul ol li dl dt dd table tr td th pre code h1 h2 blockquote br details summary sup section".split()
_PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in _TAGS] + [f"</{tag}>" for tag in _TAGS]),
    st.text(max_size=8),
    st.sampled_from(
        ['<a href="#x">', '<li id="fn1">', '<div class="footnote">', '<td rowspan="3" colspan="2">', "&lt;"]
    ),
)


@settings(max_examples=150)
@given(st.lists(_PIECES, max_size=30))
def test_whatever_the_markup_each_character_is_in_one_block(pieces: list[str]) -> None:
    builder = built("".join(pieces))
    assert_divided(builder.text(), builder.blocks(), builder.annotations())


@pytest.mark.parametrize(
    "unit", ["<ul><li>a</ul>", "<b><p>x", "<tr><td rowspan=9 colspan=99>a<td>b", "<br>x", "<li><input type=checkbox>x"]
)
def test_time_grows_with_the_length_of_any_markup(unit: str) -> None:
    assert_linear(built, lambda n: "<table>" * unit.startswith("<tr>") + unit * n, largest=1 << 14)


def test_elements_nested_beyond_reason_are_refused() -> None:
    with pytest.raises(NestingError):
        built("<div>" * 100_000 + "x")
