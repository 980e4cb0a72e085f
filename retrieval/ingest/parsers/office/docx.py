"""Parser for DOCX: mammoth turns its main part into HTML, from which the blocks are written."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from lxml import etree

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.builder import TextBuilder
from retrieval.ingest.parsers.markup.dom.parsing import NestingError
from retrieval.ingest.parsers.markup.html_tree import write_fragment
from retrieval.ingest.parsers.office.container import Container
from retrieval.ingest.parsers.office.properties import document_properties
from retrieval.ingest.parsers.parsed import Parsed

_MAX_PART = 100_000_000  # bytes of XML
_MAX_ELEMENTS = 300_000  # of all parts, those of about 2,000 pages; mammoth needs 50 µs and 1 kB for each
_NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
# Parts that mammoth reads; it is given no other, so that nothing unseen reaches its own XML parser.
_READ = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|word/(?:_rels/)?[^/]+\.(?:xml|rels)")
_UNREAD = re.compile(r"word/(?:settings|fontTable|webSettings|stylesWithEffects|comments\w*|header\d*|footer\d*)\.xml")
# Elements that change nothing of the text: three quarters of what Word writes.
_LOOKS = (
    "proofErr bookmarkStart bookmarkEnd lastRenderedPageBreak lang rFonts sz szCs color spacing ind jc shd kern "
    "highlight bCs iCs tabs keepNext keepLines widowControl contextualSpacing rPrChange pPrChange tcBorders tblBorders "
    "tcW tblW tblLook tblGrid tblCellMar tblLayout sectPr noProof pBdr rtl cs"
).split()
_STYLES = [
    "p[style-name='Title'] => h1.document-title:fresh",
    "p[style-name='Quote'] => blockquote > p:fresh",
    "p[style-name='Intense Quote'] => blockquote > p:fresh",
    "r[style-name='Source Text'] => code",
    "r[style-name='HTML Code'] => code",
    "b => strong",
    "i => em",
    "strike => s",
    "p[style-name^='toc '] => p.table-of-contents:fresh",
    "p[style-name^='Contents '] => p.table-of-contents:fresh",
    "p[style-name='table of figures'] => p.table-of-contents:fresh",
]
_TITLE = '<h1 class="document-title">'
_CONTENTS_LINE = re.compile(r'<p class="table-of-contents">.*?</p>', re.DOTALL)


def parse_docx(source: bytes, file: str) -> Parsed:
    """Read the text of a document with its headings, lists, tables and notes; pictures and comments are left out.

    Raises:
        CorpusFileError: if it is no such document, damaged, encrypted, too large, or holds no text.
    """
    with Container(source, file) as container:
        html = _html(container)
        has_properties = "docProps/core.xml" in container
        properties = document_properties(container.xml("docProps/core.xml", _MAX_PART)) if has_properties else {}
    if _TITLE in html:  # it stands at the head of the text, where the reader sees it
        properties.pop("title", None)
    html, contents = _CONTENTS_LINE.subn("", html)
    builder = TextBuilder()
    try:
        write_fragment(builder, html)
    except NestingError as error:
        raise CorpusFileError(file, str(error), "Simplify its tables and lists.") from error
    if not builder.blocks():
        raise CorpusFileError(file, "it holds no text", "Remove it, or save what its pictures say as text.")
    problems = (f"the table of contents is left out ({contents} lines)",) if contents else ()
    return Parsed(builder.text(), builder.blocks(), builder.annotations(), properties, problems=problems)


def _html(container: Container) -> str:
    import mammoth

    styles, slim = _slim(container)
    try:
        result: Any = mammoth.convert_to_html(
            slim, style_map="\n".join([*styles, *_STYLES]), include_embedded_style_map=False,
            convert_image=_no_image, external_file_access=False,
        )  # fmt: skip
    # mammoth checks nothing of what it reads: a damaged document ends in whatever error its code meets.
    except Exception as error:
        raise container.broken() from error
    return str(result.value)


def _no_image(_image: object) -> list[object]:
    return []


def _slim(container: Container) -> tuple[list[str], io.BytesIO]:
    """The parts that mammoth reads, checked, without what it ignores; and the headings among the styles."""
    tags = [f"{{{namespace}}}{name}" for namespace in _NAMESPACES for name in _LOOKS]
    slim = io.BytesIO()
    styles: list[str] = []
    elements = 0
    with zipfile.ZipFile(slim, "w") as archive:
        for name in container.names():
            if not _READ.fullmatch(name) or _UNREAD.fullmatch(name):
                continue
            root = container.xml(name, _MAX_PART)
            if name == "word/styles.xml":
                styles = _heading_styles(root)
            _mark_headers(root)
            etree.strip_elements(root, *tags, with_tail=False)
            elements += sum(1 for _ in root.iter())
            if elements > _MAX_ELEMENTS:
                problem = f"it is too large (over {_MAX_ELEMENTS:,} elements)"
                raise CorpusFileError(container.file, problem, "Divide the document, or save it as HTML.")
            archive.writestr(name, etree.tostring(root, encoding="UTF-8", xml_declaration=True))
    slim.seek(0)
    return styles, slim


def _heading_styles(root: etree._Element) -> list[str]:
    """Rules for styles that are headings by their level in the outline, whatever they are called."""
    rules: list[str] = []
    for namespace in _NAMESPACES:
        for style in root.iter(f"{{{namespace}}}style"):
            style_id = style.get(f"{{{namespace}}}styleId", "")
            level = style.find(f"{{{namespace}}}pPr/{{{namespace}}}outlineLvl")
            value = "" if level is None else level.get(f"{{{namespace}}}val", "")
            if value in {"0", "1", "2", "3", "4", "5"} and re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,60}", style_id):
                rules.append(f"p.{style_id} => h{int(value) + 1}:fresh")
    return rules[:100]


def _mark_headers(root: etree._Element) -> None:
    """Mark the first row as a header where only the table's look says so, as Word does."""
    for namespace in _NAMESPACES:
        word = f"{{{namespace}}}"
        for table in root.iter(f"{word}tbl"):
            look = table.find(f"{word}tblPr/{word}tblLook")
            rows = [child for child in table if child.tag == f"{word}tr"]
            if look is None or len(rows) < 2 or not _first_row_differs(look, word):
                continue
            if rows[0].find(f"{word}trPr/{word}tblHeader") is None:
                properties = rows[0].find(f"{word}trPr")
                if properties is None:
                    properties = etree.Element(f"{word}trPr")
                    rows[0].insert(0, properties)
                etree.SubElement(properties, f"{word}tblHeader")


def _first_row_differs(look: etree._Element, word: str) -> bool:
    """Tell whether a table's look sets its first row apart, by a name or by a bit of the older form."""
    value = look.get(f"{word}val", "")
    bits = int(value, 16) if re.fullmatch(r"[0-9A-Fa-f]{4}", value) else 0
    return look.get(f"{word}firstRow", "") in {"1", "true", "on"} or bool(bits & 0x20)
