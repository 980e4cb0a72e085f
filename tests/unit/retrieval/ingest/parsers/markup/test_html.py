"""Pages and pieces of HTML: main text, furniture, properties, encodings, and what no page may cost."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.markup.html import parse_html
from retrieval.ingest.parsers.parsed import Parsed
from tests.support.growth import assert_linear
from tests.unit.retrieval.ingest.parsers.markup.reading import assert_divided, pairs

_PROSE = [
    "The council approved the new bridge on Monday after a debate of four hours, and work starts in the autumn.",
    "The bridge replaces a ferry that has crossed the river since the war and carries about 900 people a day.",
    "Mayor Ines Falk said that the town would pay a third of the cost, the county the rest, over eight years.",
]
_LINKS = "".join(f'<li><a href="/news/{number}">Another story, number {number}</a>' for number in range(12))
_PAGE = f"""<!doctype html><html lang="en-GB"><head><title>Council approves bridge - River Post</title>
<meta property="og:site_name" content="River Post"><meta name="author" content="Jo Marsh">
<meta property="article:published_time" content="2021-03-04T08:00:00Z">
<link rel="canonical" href="https://river.example/bridge"></head><body>
<header><p>River Post, your paper</p></header><nav><ul>{_LINKS}</ul></nav>
<article><h1>Council approves bridge</h1><p>{_PROSE[0]}</p><h2>What it replaces</h2><p>{_PROSE[1]}</p>
<p>{_PROSE[2]} <a href="more">More</a></p></article>
<div class="related"><h3>Read on</h3><ul>{_LINKS}</ul></div><footer>All rights reserved</footer></body></html>"""
_DOCUMENTATION = """<html><head><title>Fields - Guide</title></head><body><nav>Home Guide</nav><main><h1>Fields</h1>
<p>Each field takes options.</p><dl><dt>default</dt><dd>The value of a field that is not given.</dd>
<dt>alias</dt><dd>The name by which it is read.</dd></dl>
<pre><code class="language-python">Field(default=1)</code></pre>
<table><tr><th>Option<th>Since</tr><tr><td>alias<td>1.2</tr></table></main></body></html>"""


def text_of(parsed: Parsed) -> str:
    return "\n".join(text for kind, text in pairs(parsed.text, parsed.blocks) if kind is not BlockKind.FURNITURE)


def test_a_page_is_its_main_text_and_what_stands_around_is_furniture_or_left_out() -> None:
    parsed = parse_html(_PAGE.encode(), "page.html")
    assert text_of(parsed) == "\n".join(
        ["Council approves bridge", _PROSE[0], "What it replaces", _PROSE[1], f"{_PROSE[2]} More"]
    )
    assert "All rights reserved" not in parsed.text


def test_properties_are_those_that_the_page_states() -> None:
    assert parse_html(_PAGE.encode(), "page.html").properties == {
        "title": "Council approves bridge",
        "publisher": "River Post",
        "author": "Jo Marsh",
        "published": "2021-03-04",
        "url": "https://river.example/bridge",
        "language": "en-GB",
    }


def test_a_date_in_the_words_is_not_the_pages_own() -> None:
    page = f"<html><body><h1>History 1999-01-02</h1><p>{_PROSE[0]} Seen on 2020-05-06.</p></body></html>"
    assert "published" not in parse_html(page.encode(), "page.html").properties


def test_links_start_from_the_canonical_address() -> None:
    links = [each.value for each in parse_html(_PAGE.encode(), "page.html").annotations if each.kind == "link"]
    assert "https://river.example/more" in links


def test_a_page_of_documentation_keeps_its_definitions_code_and_tables() -> None:
    parsed = parse_html(_DOCUMENTATION.encode(), "page.html")
    assert [kind for kind, _ in pairs(parsed.text, parsed.blocks)] == [
        BlockKind.HEADING,
        BlockKind.TEXT,
        BlockKind.TERM,
        BlockKind.DEFINITION,
        BlockKind.TERM,
        BlockKind.DEFINITION,
        BlockKind.CODE,
        BlockKind.TABLE,
    ]


def test_the_title_is_the_heading_of_the_main_text_not_that_of_a_box_before_it() -> None:
    around = "<html><head><title>Bridges - Guide</title></head><body><div><h1>Keys</h1><p>Press ?</p></div>"
    page = f"{around}<main><h1>Bridges</h1><p>{_PROSE[0]}</p><p>{_PROSE[1]}</p></main></body></html>"
    assert parse_html(page.encode(), "page.html").properties["title"] == "Bridges"


def test_a_piece_is_read_whole() -> None:
    parsed = parse_html(b"<nav>Menu</nav><p>Short.</p><form>Fill in</form>", "piece.html")
    assert (text_of(parsed), parsed.properties) == ("Menu\nShort.\nFill in", {})


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        ('<meta charset="windows-1251"><p>Привет, мир'.encode("cp1251"), "cp1251"),
        ("<meta charset=iso-8859-1><p>“Привет” – no".encode("cp1252", "ignore"), "cp1252"),
        ("<meta charset=utf-16><p>naïve".encode(), "utf-8"),
        ("<meta charset=nonsense><p>naïve".encode(), "utf-8"),
        ("<p>naïve".encode("utf-16"), "utf-16-le"),
    ],
)
def test_the_encoding_is_the_marks_then_the_named_one_then_that_of_the_bytes(source: bytes, encoding: str) -> None:
    assert parse_html(source, "page.html").encoding == encoding


@pytest.mark.parametrize("source", [b"", b"<html><body></body></html>", b"<!-- a -->", b"\x00\x01\x02\xff" * 20])
def test_a_page_without_text_is_refused_in_one_line(source: bytes) -> None:
    with pytest.raises(CorpusFileError, match=r"^page\.html: it [^\n]+$"):
        parse_html(source, "page.html")


_PIECES = [
    "<html>",
    "<body>",
    "<main>",
    "<p>",
    "</p>",
    "<table><tr><td>",
    "<h1>",
    "<pre>",
    "<aside>",
    "<title>",
    "é",
    " ",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=20)), max_size=20), st.binary(max_size=8))
def test_arbitrary_bytes_are_divided_into_blocks_or_refused(pieces: list[str], end: bytes) -> None:
    try:
        parsed = parse_html("".join(pieces).encode("utf-8", "surrogatepass") + end, "page.html")
    except CorpusFileError:
        return
    assert_divided(parsed.text, parsed.blocks, parsed.annotations)


@pytest.mark.parametrize(
    "unit", ["<", '<p title="', "&", "<table><tr><td>a<td>b</table>", "<!--", "<a href=x>t", "<h2>a</h2>b"]
)
def test_time_grows_with_the_length_of_a_page(unit: str) -> None:
    def parse(page: str) -> None:
        with suppress(CorpusFileError):
            parse_html(page.encode(), "page.html")

    assert_linear(parse, lambda n: "<html><body>" + unit * n, start=6_000, largest=24_000)
