"""ODT: structure and properties come out, and a hostile document is refused with one line."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest

from retrieval.core.display import AnnotationKind
from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.office.odt import parse_odt
from tests.support.growth import assert_linear
from tests.unit.retrieval.ingest.parsers.office.reading import DOCUMENTS, of_kind, styled

HANDBOOK = (DOCUMENTS / "handbook.odt").read_bytes()
NS = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = (
    f'xmlns:office="{NS}:office:1.0" xmlns:text="{NS}:text:1.0" xmlns:table="{NS}:table:1.0" '
    f'xmlns:style="{NS}:style:1.0" xmlns:draw="{NS}:drawing:1.0"'
)

MANY = ' table:number-columns-repeated="999999"'


def document(body: str, styles: str = "", before: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """An ODT with the given body."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "content.xml",
            f"{before}<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return target.getvalue()


def p(text: str) -> str:
    """A paragraph."""
    return f"<text:p>{text}</text:p>"


def items(*texts: str, attributes: str = 'text:style-name="L"') -> str:
    """A list with one item a text."""
    return (
        f"<text:list {attributes}>{''.join(f'<text:list-item>{each}</text:list-item>' for each in texts)}</text:list>"
    )


def row(content: str, attributes: str = "") -> str:
    """A table's row of one cell."""
    return f"<table:table-row><table:table-cell{attributes}>{content}</table:table-cell></table:table-row>"


def test_a_document_of_libreoffice_keeps_its_structure() -> None:
    """Headings, nested and numbered lists, a table with its header, a footnote and styles of words come out."""
    parsed = parse_odt(HANDBOOK, "handbook.odt")

    assert of_kind(parsed, BlockKind.HEADING)[1:] == ["Lamps", "Spare parts", "Watches"]
    assert [each.level for each in parsed.blocks if each.kind is BlockKind.HEADING] == [1, 2, 3, 2]
    found = [each for each in parsed.blocks if each.kind is BlockKind.ITEM]
    assert [each.level for each in found] == [0, 0, 1, 1, 0, 0, 0]
    assert len({each.list_id for each in found}) == 2
    assert of_kind(parsed, BlockKind.ITEM)[4] == "3. Fill the tank with paraffin."
    assert of_kind(parsed, BlockKind.TABLE) == ["Watch\tHours\nFirst\t18:00 to 22:00\nMiddle\t22:00 to 04:00"]
    assert [text for text, value in styled(parsed, AnnotationKind.CELL) if value == "header"] == ["Watch", "Hours"]
    assert of_kind(parsed, BlockKind.FOOTNOTE) == ["The rota is renewed each Monday."]
    assert styled(parsed, AnnotationKind.BOLD) == [("tended", "")]
    assert styled(parsed, AnnotationKind.CODE) == [("north", "")]
    assert styled(parsed, AnnotationKind.LINK) == [("rota", "https://example.org/rota")]
    assert parsed.properties == {
        "title": "Handbook of the Lighthouse Society", "author": "Mara Quill", "language": "en-GB",
    }  # fmt: skip


def test_numbers_are_those_that_the_document_shows() -> None:
    """Formats, levels within a number, a list that goes on behind a paragraph, and a start of its own."""
    styles = (
        '<text:list-style style:name="L">'
        '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
        '<text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/>'
        '<text:list-level-style-number text:level="3" style:num-format="a" style:num-suffix=")"/></text:list-style>'
    )
    body = (
        items(p("One"), p("Two") + items(p("Nested") + items(p("Deep"), attributes=""), attributes=""))
        + p("Between")
        + items(p("Three"), p("Four") + p("goes on"), attributes='text:style-name="L" text:continue-numbering="true"')
        + '<text:list text:style-name="L"><text:list-item text:start-value="9"><text:p>Nine</text:p></text:list-item>'
        "<text:list-header><text:p>No number</text:p></text:list-header></text:list>"
    )

    parsed = parse_odt(document(body, styles), "a.odt")

    assert parsed.text.split("\n\n") == [
        "1. One\n2. Two\n2.1. Nested\na) Deep", "Between", "3. Three\n4. Four\ngoes on", "9. Nine\nNo number",
    ]  # fmt: skip


def test_what_is_no_text_of_the_document_is_left_out() -> None:
    """Comments, deleted words and tables of contents are no text; text boxes, code and white space are."""
    styles = '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Preformatted_20_Text"/>'
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        "<text:table-of-content><text:index-body><text:p>Lamps 3</text:p></text:index-body></text:table-of-content>"
        + p("A<text:s text:c='3'/>word<office:annotation><text:p>really?</text:p></office:annotation>.<draw:frame>"
            "<draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>")
        + '<text:p text:style-name="P1">if x:</text:p><text:p text:style-name="P1"><text:s text:c="4"/>y()</text:p>'
        + "<table:table><table:table-row><table:table-cell><text:p>In a frame.</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )  # fmt: skip

    parsed = parse_odt(document(body, styles), "a.odt")

    assert parsed.text == "A word.\n\nIn a box.\n\nif x:\n    y()\n\nIn a frame."
    assert of_kind(parsed, BlockKind.CODE) == ["if x:\n    y()"]
    assert parsed.problems == ("a table of contents or an index is left out",)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: b"no archive", "no ODT document"),
        (lambda: HANDBOOK[:9_000], "no ODT document"),
        (lambda: document("<text:p>&a;</text:p>", before='<!DOCTYPE x [<!ENTITY a "b">]>'), "no ODT document"),
        (lambda: document("<text:list>" * 100_000 + "</text:list>" * 100_000), "no ODT document"),
        (lambda: document(p("a" * 11_000_000)), "no ODT document|unpacks to"),
        (lambda: document("", more={"META-INF/manifest.xml": b"<x><encryption-data/></x>"}), "encrypted"),
        (lambda: document(p(" ")), "no text"),
    ],
)
def test_a_hostile_document_is_refused(make: Callable[[], bytes], problem: str) -> None:
    """Entities, endless nesting, encryption and damage give one line with the reason."""
    with pytest.raises(CorpusFileError, match=f"^a.odt: .*(?:{problem})") as caught:
        parse_odt(make(), "a.odt")

    assert "\n" not in str(caught.value)


def test_damaged_content_is_read_or_refused() -> None:
    """Bytes changed anywhere in the parts never end in another error, and no word is outside of the blocks."""
    chance = random.Random(7)  # noqa: S311 - damage, not secrets
    with zipfile.ZipFile(io.BytesIO(HANDBOOK)) as source:
        parts = {name: source.read(name) for name in ("content.xml", "styles.xml", "meta.xml")}
    for _ in range(200):
        part = chance.choice(sorted(parts))
        content = parts[part]
        words = sorted({content[at : at + 12] for at in (chance.randrange(len(content)) for _ in range(2))})
        content = content.replace(words[0], chance.choice([words[-1], b"", b'0"', b"-1", b"99999999999"]), 3)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, original in parts.items():
                archive.writestr(name, content if name == part else original)
        try:
            parsed = parse_odt(target.getvalue(), "a.odt")
        except CorpusFileError:
            continue
        covered = "".join(parsed.text[each.start : each.end] for each in parsed.blocks)
        assert "".join(covered.split()) == "".join(parsed.text.split())


@pytest.mark.parametrize(
    "unit",
    [
        p("a"),
        items(p("a")),
        f"<table:table>{row(p('a'))}{row(p('b'))}</table:table>",
        p(f"a<text:note><text:note-body>{p('b')}</text:note-body></text:note>"),
        f"<table:table>{row('', MANY) * 9}</table:table>",
        "<text:list>" * 200 + p("a") + "</text:list>" * 200,
    ],
    ids=["paragraphs", "lists", "tables", "notes", "repeated cells", "nested lists"],
)
def test_time_is_linear(unit: str) -> None:
    """A document of twice the length takes about twice the time."""

    def read(source: bytes) -> None:
        try:
            parse_odt(source, "a.odt")
        except CorpusFileError:
            return

    assert_linear(read, lambda n: document(unit * n + p("end")), start=100, largest=800)
