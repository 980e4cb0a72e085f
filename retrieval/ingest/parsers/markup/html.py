"""Parser for HTML: the main text of whole pages by trafilatura, of pieces and documentation pages by their elements."""

from __future__ import annotations

import re

from retrieval.core.errors import CorpusFileError, NoTextError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import TextBuilder
from retrieval.ingest.parsers.markup.dom.encoding import decode_html
from retrieval.ingest.parsers.markup.dom.main_text import main_text, without_furniture
from retrieval.ingest.parsers.markup.dom.metadata import base_of, properties_of
from retrieval.ingest.parsers.markup.dom.parsing import NestingError, html_tree
from retrieval.ingest.parsers.markup.html_tree import write_tree
from retrieval.ingest.parsers.parsed import Parsed

_PAGE = re.compile(r"<(?:html|body|head|!doctype\s+html)\b", re.IGNORECASE)


def parse_html(source: bytes, file: str) -> Parsed:
    """Parse a page or a piece of HTML.

    Raises:
        CorpusFileError: if it is no text, holds no words, or is nested too deeply.
    """
    decoded = decode_html(source)
    if decoded is None:
        raise CorpusFileError(
            file, "it is no text (binary, or in an unknown encoding)", "Save it as UTF-8 text or remove it."
        )
    try:
        root = html_tree(decoded.text)
    except NestingError as error:
        raise CorpusFileError(file, str(error), "Save the page as text or remove it.") from error
    page = _PAGE.search(decoded.text) is not None
    builder = TextBuilder()
    blocks = builder.blocks()
    properties: dict[str, str] = {}
    if root is not None:
        central = write_tree(builder, root, page=page, base=base_of(root))
        blocks = builder.blocks()
        if page:
            main = main_text(decoded.text)
            blocks = without_furniture(builder.text(), blocks, builder.annotations(), main, central)
            headings = [block.label for block in blocks if block.kind is BlockKind.HEADING]
            properties = properties_of(decoded.text, root, headings)
    if all(block.kind in {BlockKind.FURNITURE, BlockKind.HEADING} for block in blocks):
        raise NoTextError(file, "it holds no text", "Write the article into it or delete it.")
    return Parsed(builder.text(), blocks, builder.annotations(), properties, encoding=decoded.encoding)
