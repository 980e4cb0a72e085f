"""Only web addresses become links, and only under words that do not claim another one."""

from __future__ import annotations

import pytest

from retrieval.core.display.links import web_address


@pytest.mark.parametrize("target", ["https://docs.example/a_b?c=d#e", "http://docs.example:8080/"])
def test_a_web_address_is_linked(target: str) -> None:
    """An http(s) address stays as it is."""
    assert web_address(target, "the docs, e.g. version 1.2.") == target


@pytest.mark.parametrize(
    "target",
    [
        "../other.md", "#part", "javascript:alert(1)", "mailto:a@b.example", "https://a.example/)x", "https://a b",
        "https://user@host.example/", "https://localhost/", "https://bücher.example/", "https://a.example/\x1b]8;;",
        "https://a.example/" + "x" * 3000, "",
    ],
)  # fmt: skip
def test_anything_else_is_not(target: str) -> None:
    """Relative paths, other schemes, names without a dot, user names and signs that need escapes make no link."""
    assert web_address(target, "the docs") is None


@pytest.mark.parametrize("words", ["https://bank.example", "bank.example", "www.bank.example/login", "a@b", "x.io: y"])
def test_words_that_look_like_an_address_are_not_linked(words: str) -> None:
    """A reader must not take a link for another one."""
    assert web_address("https://evil.example", words) is None
