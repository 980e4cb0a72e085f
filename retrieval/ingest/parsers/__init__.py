"""Parsers: bytes to text, front matter and blocks, one module a format."""
