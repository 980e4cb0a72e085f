"""Numbered paragraphs of an article: slices, with what a reader does not see."""

from __future__ import annotations

import pytest

from retrieval.core.display import display
from retrieval.core.types import ArticleSummary, Format, Metadata, Omission, Reason, TitleSource
from retrieval.storage.articles import _marks_of


def summary(kind: Format) -> ArticleSummary:
    """An article of a format."""
    return ArticleSummary("a", ("a",), Metadata("A", TitleSource.DOCUMENT), "utf-8", 1, 1, 1, (), (), kind)


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("# Deploy **with** `docker` { #deploy .x }", "Deploy with docker"),
        ("## Ask [the office](../office.md) ##", "Ask the office"),
        ("Leave\n=====", "Leave"),
        ("### C# and F#", "C# and F#"),
    ],
)
def test_a_heading_that_is_not_indexed_shows_no_mark(heading: str, shown: str) -> None:
    """A Markdown heading stands clean among the paragraphs; in plain text its signs are its own."""
    omission = Omission(1, 1, 0, len(heading), Reason.HEADING)
    assert display(heading, _marks_of(omission, heading, summary(Format.MARKDOWN))).text == shown
    assert _marks_of(omission, heading, summary(Format.TEXT)) == ()
