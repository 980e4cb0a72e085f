"""DOCX: structure and properties come out, and a hostile archive is refused with one line."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping

import pytest

from retrieval.core.display import AnnotationKind
from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.office.docx import parse_docx
from tests.support.growth import assert_linear
from tests.unit.retrieval.ingest.parsers.office.reading import DOCUMENTS, of_kind, styled

HANDBOOK = (DOCUMENTS / "handbook.docx").read_bytes()
FERRY = (DOCUMENTS / "ferry.docx").read_bytes()
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(body: str, parts: Mapping[str, bytes] | None = None) -> bytes:
    """The handbook with another body, and with further or other parts."""
    main = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode()
    replaced = {"word/document.xml": main, **(parts or {})}
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(HANDBOOK)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, replaced.pop(name) if name in replaced else source.read(name))
        for name, content in replaced.items():
            archive.writestr(name, content)
    return target.getvalue()


def paragraph(text: str) -> str:
    """A paragraph of Word's."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_document_of_libreoffice_keeps_its_structure() -> None:
    """Headings, nested and numbered lists, a table with its header, a footnote and styles of words come out."""
    parsed = parse_docx(HANDBOOK, "handbook.docx")

    assert of_kind(parsed, BlockKind.HEADING)[1:] == ["Lamps", "Spare parts", "Watches"]
    assert [each.level for each in parsed.blocks if each.kind is BlockKind.HEADING] == [1, 2, 3, 2]
    items = [each for each in parsed.blocks if each.kind is BlockKind.ITEM]
    assert [each.level for each in items] == [0, 0, 1, 1, 0, 0, 0]
    assert len({each.list_id for each in items}) == 2
    assert of_kind(parsed, BlockKind.ITEM)[4] == "3. Fill the tank with paraffin."
    assert of_kind(parsed, BlockKind.TABLE) == ["Watch\tHours\nFirst\t18:00 to 22:00\nMiddle\t22:00 to 04:00"]
    assert [text for text, value in styled(parsed, AnnotationKind.CELL) if value == "header"] == ["Watch", "Hours"]
    assert of_kind(parsed, BlockKind.FOOTNOTE) == ["The rota is renewed each Monday."]
    assert styled(parsed, AnnotationKind.BOLD) == [("tended", "")]
    assert styled(parsed, AnnotationKind.LINK) == [("rota", "https://example.org/rota")]
    assert parsed.properties == {
        "title": "Handbook of the Lighthouse Society", "author": "Mara Quill", "language": "en-US",
    }  # fmt: skip


def test_a_document_with_the_styles_of_word() -> None:
    """The style Title is the first heading, a table's look marks its header, and no program's title is taken."""
    parsed = parse_docx(FERRY, "ferry.docx")

    assert of_kind(parsed, BlockKind.HEADING) == ["Rules of the ferry", "Luggage", "Fares"]
    assert of_kind(parsed, BlockKind.ITEM)[2:] == ["1. Weigh it at the pier.", "2. Pay the clerk."]
    assert ("Trip", "header") in styled(parsed, AnnotationKind.CELL)
    assert styled(parsed, AnnotationKind.QUOTE) == [("A calm sea is a promise nobody can make.", "")]
    assert parsed.properties == {"author": "Jonas Reed", "published": "2024-03-05", "language": "en-GB"}


def test_a_heading_is_one_by_its_level_whatever_its_style_is_called() -> None:
    """A style of the document's own with a level of the outline makes headings; tables of contents are left out."""
    styles = (
        f'<w:styles xmlns:w="{WORD}"><w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/>'
        '<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="V1"><w:name w:val="toc 1"/></w:style></w:styles>'
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in (("V1", "Ferien 3"), ("Kapitel", "Ferien"), ("", "Ferien sind im Juli."))
    )

    parsed = parse_docx(document(body, {"word/styles.xml": styles.encode()}), "a.docx")

    assert parsed.text == "Ferien\n\nFerien sind im Juli."
    assert parsed.blocks[0].level == 2
    assert parsed.problems == ("the table of contents is left out (1 lines)",)


ENTITY = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<w:document xmlns:w="{WORD}"><w:body>{paragraph("&b;")}</w:body></w:document>'
)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: b"", "no DOCX document"),
        (lambda: b"no archive", "no DOCX document"),
        (lambda: HANDBOOK[:5_000], "no DOCX document"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000), "encrypted"),
        (lambda: document("", {"a": bytes(30_000_000)}), "unpacks to"),
        (lambda: document("", {f"{number}": b"" for number in range(20_001)}), "20,0.. members"),
        (lambda: document("", {"word/document.xml": ENTITY.encode()}), "no DOCX document"),
        (lambda: document("", {"word/document.xml": ENTITY.encode("utf-16")}), "no DOCX document"),
        (lambda: document("<w:p>" * 200_000 + "</w:p>" * 200_000), "no DOCX document"),
        (lambda: document("<w:p/>" * 300_001), "too large"),
        (lambda: document("<w:tbl><w:tr><w:tc>" * 80 + "</w:tc></w:tr></w:tbl>" * 80), "no DOCX document"),
        (lambda: document(""), "no text"),
    ],
)
def test_a_hostile_archive_is_refused(make: Callable[[], bytes], problem: str) -> None:
    """Bombs, entities, endless nesting and damage give one line with the reason."""
    with pytest.raises(CorpusFileError, match=f"^a.docx: .*{problem}") as caught:
        parse_docx(make(), "a.docx")

    assert "\n" not in str(caught.value)


def test_damaged_parts_are_read_or_refused() -> None:
    """Bytes changed anywhere in the parts never end in another error, and no word is outside of the blocks."""
    chance = random.Random(7)  # noqa: S311 - damage, not secrets
    with zipfile.ZipFile(io.BytesIO(HANDBOOK)) as source:
        parts = {part: source.read(part) for part in source.namelist() if part.endswith((".xml", ".rels"))}
    for _ in range(100):
        part = chance.choice(sorted(parts))
        content = bytearray(parts[part])
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(content))
            content[at : at + chance.randrange(9)] = chance.randbytes(chance.randrange(3))
        source_bytes = document("", {**parts, part: bytes(content)})
        try:
            parsed = parse_docx(source_bytes, "a.docx")
        except CorpusFileError:
            continue
        covered = "".join(parsed.text[each.start : each.end] for each in parsed.blocks)
        assert "".join(covered.split()) == "".join(parsed.text.split())


@pytest.mark.parametrize(
    "unit",
    [
        paragraph("a"),
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="4"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>',
        f"<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{paragraph('a')}</w:tc></w:tr></w:tbl>",
        '<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
    ],
    ids=["paragraphs", "items", "tables", "notes"],
)
def test_time_is_linear(unit: str) -> None:
    """A document of twice the length takes about twice the time."""

    def read(source: bytes) -> None:
        try:
            parse_docx(source, "a.docx")
        except CorpusFileError:
            return

    assert_linear(read, lambda n: document(unit * n), start=100, largest=200)
