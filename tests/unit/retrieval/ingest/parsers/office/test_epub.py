"""EPUB: chapters in reading order, what the book says of itself, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.office.epub import parse_epub
from tests.unit.retrieval.ingest.parsers.markup.reading import assert_divided, pairs

_CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
_METADATA = (
    "<dc:title>The Book</dc:title><dc:creator>A One</dc:creator><dc:creator>B Two</dc:creator>"
    "<dc:publisher>House</dc:publisher><dc:date>2020-01-02</dc:date><dc:language>en</dc:language>"
)
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html [<!ENTITY boom "boom">]>'
    '<html xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head>'
)


def book(*chapters: str, **members: str) -> bytes:
    """An EPUB whose chapters stand in the reverse order in its manifest."""
    items = [
        f'<item id="c{at}" href="a%20{at}.xhtml" media-type="application/xhtml+xml"/>' for at in range(len(chapters))
    ]
    spine = "".join(f'<itemref idref="c{at}"/>' for at in range(len(chapters)))
    points = "".join(
        f'<navPoint><navLabel><text>Part {at}</text></navLabel><content src="a%20{at}.xhtml#x"/></navPoint>'
        for at in range(len(chapters))
    )
    archive = {
        "META-INF/container.xml": _CONTAINER,
        "OPS/book.opf": (
            f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{_METADATA}</metadata><manifest>'
            f"{''.join(reversed(items))}"
            '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
            f"<spine>{spine}</spine></package>"
        ),
        "OPS/toc.ncx": f"<ncx><navMap>{points}</navMap></ncx>",
        **{f"OPS/a {at}.xhtml": f"{_HEAD}<body>{chapter}</body></html>" for at, chapter in enumerate(chapters)},
        **members,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in archive.items():
            written.writestr(name, content)
    return file.getvalue()


def test_chapters_are_sections_in_reading_order_by_their_own_or_the_tables_title() -> None:
    parsed = parse_epub(
        book(
            '<header><h2>First</h2></header><p>One&nbsp;&boom;<a id="x"/>'
            '<a epub:type="noteref" href="#n">1</a></p><div/>',
            "<p>Two</p>",
            "<section><h1>Third</h1><h2>Below</h2><p>Three</p></section>",
        ),
        "book.epub",
    )
    assert pairs(parsed.text, parsed.blocks) == [
        (BlockKind.HEADING, "First"),
        (BlockKind.TEXT, "One &boom;"),
        (BlockKind.HEADING, "Part 1"),
        (BlockKind.TEXT, "Two"),
        (BlockKind.HEADING, "Third"),
        (BlockKind.HEADING, "Below"),
        (BlockKind.TEXT, "Three"),
    ]
    assert [block.level for block in parsed.blocks if block.kind is BlockKind.HEADING] == [1, 1, 1, 2]
    assert_divided(parsed.text, parsed.blocks, parsed.annotations)


def test_properties_are_those_of_the_package() -> None:
    assert parse_epub(book("<p>One</p>"), "book.epub").properties == {
        "title": "The Book",
        "author": "A One, B Two",
        "publisher": "House",
        "published": "2020-01-02",
        "language": "en",
    }


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"PK\x03\x04 no archive",
        book("<p> </p>"),
        book("<p>One</p>", **{"META-INF/container.xml": "<container/>"}),
        book("<p>One</p>", **{"OPS/book.opf": ""}),
        book("<div>" * 5_000),
        book("<p>One</p>", bomb="0" * 60_000_000),
        book("<p>One</p>" * 50)[:-40],
    ],
    ids=["empty", "no archive", "no text", "no package", "empty package", "deep", "bomb", "cut"],
)
def test_what_is_no_book_or_beyond_bounds_is_refused_in_one_line(source: bytes) -> None:
    with pytest.raises(CorpusFileError, match=r"^book\.epub: [^\n]+$"):
        parse_epub(source, "book.epub")
