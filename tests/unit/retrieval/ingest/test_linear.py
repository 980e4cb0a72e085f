"""A file becomes an article in time proportional to its length, whatever it holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.chunking.packing import estimate
from retrieval.ingest.cleaning.boilerplate import (
    is_boilerplate,
    is_byline,
    is_related_links_header,
    is_section_name,
)
from retrieval.ingest.cleaning.features import block_features
from retrieval.ingest.cleaning.headings import is_kicker, is_name, is_title, states_a_fact
from retrieval.ingest.parsers.document import parse_document
from retrieval.ingest.parsers.text.decoding import decode
from retrieval.ingest.pipeline import build_article
from tests.support.adversarial import TEXTS
from tests.support.growth import assert_linear

SENTENCE = "A paragraph that ends here, and is long enough to be the body of some article."


def build(file: str, before: str = "", after: str = "") -> Callable[[str], None]:
    """Return a function that builds an article named ``file`` from a text, or sees it refused."""

    def build_or_refuse(text: str) -> None:
        try:
            build_article(parse_document(f"{before}{text}{after}".encode(), file))
        except CorpusFileError:
            return

    return build_or_refuse


def classify(text: str) -> None:
    """Ask every question that cleaning asks of one line."""
    line, body = block_features(text), [block_features(SENTENCE)] * 2
    for predicate in (
        is_boilerplate,
        is_related_links_header,
        is_byline,
        is_section_name,
    ):
        predicate(line)
    is_kicker(line, body)
    is_title(line, body)
    is_name(text, frozenset())
    states_a_fact(text)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "the middle of a Markdown file": build("a.md", f"{SENTENCE}\n\n", f"\n\n{SENTENCE}"),
    "the middle of a text file": build("a.txt", f"{SENTENCE}\n", f"\n{SENTENCE}"),
    "front matter": build("a.md", "---\ntitle: ", f"\n---\n{SENTENCE}"),
    "front matter that never closes": build("a.md", "---\n"),
    "one line": classify,
    "an estimate of tokens": estimate,
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_time_is_linear(function: str, text: str) -> None:
    """A text of twice the length takes about twice the time."""
    assert_linear(FUNCTIONS[function], TEXTS[text], start=2_000, largest=8_000)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-8"])
@pytest.mark.parametrize("stray", [b"", b"\xe9\n"])
def test_decoding_is_linear(encoding: str, stray: bytes) -> None:
    """Text in any encoding, stray bytes included, is decoded in time proportional to its length."""
    line = "Größe – “é”\n".encode(encoding) + stray
    assert_linear(decode, lambda n: line * (n // len(line)), largest=100_000)
