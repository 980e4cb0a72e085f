"""Bytes to blocks: decoding, front matter, one module a format."""
