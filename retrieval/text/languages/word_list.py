"""Reads word lists that are written as running text."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """Split a list written as running text."""
    return frozenset(text.split())
