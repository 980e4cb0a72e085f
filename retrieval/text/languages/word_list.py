"""Word lists written as one string."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())
