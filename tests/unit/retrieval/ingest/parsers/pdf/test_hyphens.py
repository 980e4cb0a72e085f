"""Lines are joined to paragraphs, and words that a line break divided are one again."""

from __future__ import annotations

import pytest

from retrieval.ingest.parsers.pdf.layout.hyphens import join_lines, vocabulary_of


@pytest.mark.parametrize(
    ("lines", "known", "joined"),
    [
        (["the govern-", "ment pays"], "", "the government pays"),
        (["a well-", "known rule"], "this well-known rule", "a well-known rule"),
        (["a long-", "term plan"], "the long words, the term here", "a long-term plan"),
        (["a co-", "operation"], "the cooperation is long", "a cooperation"),
        (["Haus-", "und Hof"], "", "Haus- und Hof"),
        (["die EU-", "Richtlinie"], "", "die EU-Richtlinie"),
        (["COMMIT-", "TEE"], "", "COMMITTEE"),
        (["in 2019-", "2020 it"], "", "in 2019-2020 it"),
        (["soft\u00ad", "ware and hard\u00adware"], "", "software and hardware"),
        (["a pause \u2013", "then more"], "", "a pause \u2013 then more"),
        (["\u6f22\u5b57\u306e", "\u672c\u6587"], "", "\u6f22\u5b57\u306e\u672c\u6587"),
    ],
)
def test_a_divided_word_is_joined_as_the_document_writes_it(lines: list[str], known: str, joined: str) -> None:
    """The hyphen of a line break goes, that of a compound stays, by the words that the document has elsewhere."""
    assert join_lines(lines, vocabulary_of([*lines, known]))[0] == joined
