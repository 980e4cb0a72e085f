"""Inline Markdown with exact offsets."""
