"""A message of any length becomes a few message_queries, and their results one list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.types import Outcome
from retrieval.search.query.message import MAX_QUERIES, message_queries, related_passages
from tests.support.doubles.fake_articles import answer, quote


@given(st.text(max_size=4000))
def test_searches_stay_within_what_can_be_searched_for(message: str) -> None:
    """For every message that Discord allows."""
    found = message_queries(message)
    assert len(found) <= MAX_QUERIES
    assert all(0 < len(text) <= 1000 and text.strip() for text in found)


def test_a_short_message_is_searched_for_as_it_stands() -> None:
    """Without mentions, addresses and formatting."""
    message = "<@123> I think **Macron** met 31 leaders, see https://a.example/b"
    assert message_queries(message) == ["I think Macron met 31 leaders, see"]


def test_of_a_long_message_the_telling_sentences_are_taken() -> None:
    """Names and numbers go before small talk, in the order of the message."""
    chat = "Well, I do not know what to say to that at all. " * 10
    message = (
        f"{chat}Emmanuel Macron met 31 leaders in Paris. {chat}Friedrich Merz asked Germany for 5 brigades. {chat}"
    )
    found = message_queries(message)
    assert "Emmanuel Macron met 31 leaders in Paris." in found
    assert found.index("Emmanuel Macron met 31 leaders in Paris.") < found.index(
        "Friedrich Merz asked Germany for 5 brigades."
    )


def test_nothing_to_search_for() -> None:
    """A sticker, a row of marks or an address has no words."""
    assert message_queries("!!! https://a.example/b <@1> ```") == []


def test_results_are_merged_without_repeats() -> None:
    """The surest search speaks first, each passage once, and what is close is not among what bears."""
    one, two, three = quote("One.", start=1), quote("Two.", start=2), quote("Three.", start=3)
    bearing, close = related_passages(
        [
            answer(two, confidence=0.6),
            answer(one, two, confidence=0.9),
            answer(three, two, outcome=Outcome.NOT_SURE, confidence=0.4),
        ]
    )
    assert bearing == [one, two]
    assert close == [three]
