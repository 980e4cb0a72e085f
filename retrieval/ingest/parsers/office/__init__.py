"""Parsers of documents that are archives: EPUB, DOCX, ODT."""
