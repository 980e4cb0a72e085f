"""Articles are found by title and id, typos included, from memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.services.titles import TitleIndex, choice_value
from bot.ui.articles import choice_name
from tests.support.doubles.fake_articles import metadata, summary
from tests.support.growth import assert_linear

TITLES = {
    "000_a": "Zelenskyy seeks security guarantees",
    "001_b": "Western allies seal guarantees for Kyiv",
    "002_c": "Coalition of the Willing meets in Paris",
    "folder/" + "x" * 120: "A long name",
}
TITLE_INDEX = TitleIndex([summary(name, title) for name, title in TITLES.items()], "model")


def test_typos_are_tolerated() -> None:
    """The likeliest comes first."""
    for typed, first in (("zelensky garantees", "000_a"), ("colition wiling", "002_c"), ("001_b", "001_b")):
        assert TITLE_INDEX.suggest(typed)[0].article_id == first


def test_nothing_typed_offers_everything_and_nonsense_nothing() -> None:
    """At most as many as Discord shows."""
    assert len(TITLE_INDEX.suggest("")) == len(TITLES)
    assert TITLE_INDEX.suggest("qqqqzzzz") == []
    many = TitleIndex([summary(str(n), f"Title {n}") for n in range(100)], "model")
    assert len(many.suggest("")) == len(many.suggest("title")) == 25


@given(st.text(max_size=300), st.text(min_size=1, max_size=300))
def test_every_suggestion_is_one_that_discord_takes(title: str, article_id: str) -> None:
    """Names and values of 1 to 100 characters; what is picked is what was meant."""
    article = summary(article_id, title)
    assert 1 <= len(choice_name(article)) <= 100
    assert len(choice_value(article)) <= 100
    title_index = TitleIndex([article], "model")
    assert title_index.resolve(choice_value(article)) is article


def test_free_text_names_an_article_only_if_it_is_clear() -> None:
    """Ids and whole titles are; parts of titles are suggestions at most."""
    assert TITLE_INDEX.resolve("coalition of the willing MEETS in paris") is TITLE_INDEX.get("002_c")
    assert TITLE_INDEX.resolve("guarantees") is None
    twins = TitleIndex([summary("a", "Same"), summary("b", "Same")], "model")
    assert twins.resolve("Same") is None


def test_the_list_is_filtered_by_every_fact() -> None:
    """All words have to be there, wherever."""
    articles = [
        summary("a", metadata=metadata("Talks", publisher="The Paper", published="2026-01-06")),
        summary("b", metadata=metadata("Talks", publisher="The Post")),
    ]
    title_index = TitleIndex(articles, "model")
    assert [a.article_id for a in title_index.matching("paper 2026")] == ["a"]
    assert len(title_index.matching("talks")) == len(title_index.matching("")) == 2
    assert title_index.matching("nothing like that") == []


def titles(count: int) -> TitleIndex:
    """Return an index of ``count`` titles."""
    numbered = ((str(n), f"The {n}th report on matters of the town {n * 7}") for n in range(count))
    return TitleIndex([summary(name, title) for name, title in numbered], "model")


def test_suggesting_is_linear_in_the_titles() -> None:
    """Autocomplete shares the event loop: twice as many titles take about twice the time."""
    assert titles(100).suggest("reprt 77 twon")
    assert_linear(lambda index: index.suggest("reprt 77 twon"), titles, largest=50_000)
