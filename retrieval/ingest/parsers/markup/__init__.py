"""Parsers of formats with markup: HTML and reStructuredText."""
