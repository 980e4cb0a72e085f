"""Parsing of text: encodings, front matter, and paragraphs of plain text."""
