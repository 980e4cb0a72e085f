"""PDF: boxes of words to lines, lines to paragraphs in reading order, each with its page."""

from __future__ import annotations

from retrieval.ingest.parsers.pdf.parser import parse_pdf

__all__ = ["parse_pdf"]
