"""Parser for Markdown: CommonMark, GFM, and the flavours of MkDocs, Docusaurus and Obsidian."""

from retrieval.ingest.parsers.markup.markdown.parser import parse_markdown

__all__ = ["parse_markdown"]
