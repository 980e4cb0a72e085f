"""Parser for ODT: the blocks are written from the document's XML."""

from __future__ import annotations

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.office.container import Container
from retrieval.ingest.parsers.office.odf_styles import Styles
from retrieval.ingest.parsers.office.odt_writer import OFFICE, OdtWriter
from retrieval.ingest.parsers.office.properties import document_properties
from retrieval.ingest.parsers.parsed import Parsed

_MAX_PART = 60_000_000  # bytes of XML


def parse_odt(source: bytes, file: str) -> Parsed:
    """Read the text of a document with its headings, lists, tables and notes; pictures and comments are left out.

    Raises:
        CorpusFileError: if it is no such document, damaged, encrypted, too large, or holds no text.
    """
    with Container(source, file) as container:
        manifest = container.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in container else b""
        if b"encryption-data" in manifest:
            raise CorpusFileError(file, "it is encrypted", "Save it without a password.")
        content = container.xml("content.xml", _MAX_PART)
        named = [container.xml("styles.xml", _MAX_PART)] if "styles.xml" in container else []
        properties = document_properties(container.xml("meta.xml", _MAX_PART)) if "meta.xml" in container else {}
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        if body is None:
            raise container.broken()
    styles = Styles(content, *named)
    writer = OdtWriter(styles)
    writer.write(body)
    builder = writer.builder
    if not builder.blocks():
        raise CorpusFileError(file, "it holds no text", "Remove it, or save what its pictures say as text.")
    if writer.titled:  # it stands at the head of the text, where the reader sees it
        properties.pop("title", None)
    if styles.language:
        properties.setdefault("language", styles.language)
    problems = ("a table of contents or an index is left out",) if writer.indexes else ()
    return Parsed(builder.text(), builder.blocks(), builder.annotations(), properties, problems=problems)
