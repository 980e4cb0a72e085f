"""Every function of text takes time in proportion to its length, whatever the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval.core.display.span import Span
from retrieval.text.mojibake import repair
from retrieval.text.quotations import is_open_at_end, paragraphs_sharing_quotation, quoted
from retrieval.text.sentences import split_sentences
from retrieval.text.stemmer import fold
from retrieval.text.tokenizer import plain_words, term_of, tokenize
from retrieval.text.vocabulary import passage_words
from tests.support.adversarial import TEXTS
from tests.support.growth import assert_linear


def share_quotation(text: str) -> None:
    """Ask of each line how many lines its quotation runs through."""
    lines: list[Span] = []
    start = 0
    for line in text.split("\n"):
        lines += [Span(start, start + len(line))] if line else []
        start += len(line) + 1
    for first in range(len(lines)):
        paragraphs_sharing_quotation(text, lines[first : first + 8])


def tokenize_uncached(text: str) -> None:
    """Tokenize as if no word had been seen before."""
    for cached in (term_of, fold):
        cached.cache_clear()
    tokenize(text)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "repair": repair,
    "quoted": lambda text: quoted(text, 0, len(text)),
    "is_open_at_end": lambda text: is_open_at_end(text, 0, len(text)),
    "paragraphs_sharing_quotation": share_quotation,
    "split_sentences": split_sentences,
    "tokenize": tokenize_uncached,
    "plain_words": plain_words,
    "passage_words": passage_words,
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_time_is_linear(function: str, text: str) -> None:
    """A text of twice the length takes about twice the time."""
    assert_linear(FUNCTIONS[function], TEXTS[text], start=16_000, largest=16_000)
