"""Parser for plain text: paragraphs, lists, headings, pages and mails, by what the lines of each region look like."""

from retrieval.ingest.parsers.text.plain_text.parser import parse_plain_text

__all__ = ["parse_plain_text"]
