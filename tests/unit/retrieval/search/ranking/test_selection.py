"""The passages that are quoted: variety, duplicates, and what stays out."""

from __future__ import annotations

from retrieval.search.ranking.scoring import TYPED_PASSAGES, rank
from retrieval.search.ranking.selection import Choice, are_duplicates, conflicting_sources, diversify, merge_duplicates
from tests.unit.retrieval.search.building import ALASKA, SPORT, asked, passage


def test_every_article_speaks_before_one_speaks_twice() -> None:
    """Two good passages of one article do not crowd out another article."""
    first = passage("a-1", "Macron met Rutte in Paris.")
    second = passage("a-2", "Macron and Rutte were in Paris early.")
    other = passage("b-1", "In Paris Macron met leaders.")
    question = asked("Did Macron meet Rutte in Paris?", first, second, other)
    chosen = diversify(question, rank(question, [first, second, other], 5.0), 3)
    assert [c.scored.candidate.article_id for c in chosen] == ["a", "b", "a"]


def test_an_article_with_nothing_to_say_stays_silent() -> None:
    """Variety does not bring in passages that are far from the question."""
    question = asked("What came out of the Alaska summit?", ALASKA, SPORT)
    chosen = diversify(question, rank(question, [ALASKA, SPORT], 8.0), 3)
    assert [c.scored.candidate.passage_id for c in chosen] == ["a-1"]


def test_near_identical_passages_become_one_with_also_in() -> None:
    """The same text in two articles is quoted once."""
    one = passage("a-1", "The Coalition of the Willing gathered at the Élysée Palace in Paris to seek peace.")
    copy = passage("b-1", "The Coalition of the Willing recently gathered at the Elysee Palace in Paris to seek peace.")
    assert are_duplicates(one.terms.distinct(), copy.terms.distinct())
    question = asked("Where did the coalition gather?", one, copy)
    choices = merge_duplicates(rank(question, [one, copy], 9.0))
    assert len(choices) == 1
    assert len(choices[0].duplicates) == 1


def test_a_different_figure_is_never_a_repeat() -> None:
    """31 countries and 35 countries are two statements."""
    text = "The coalition comprising {} countries gathered at the palace in Paris to discuss guarantees."
    one, other = passage("a-1", text.format(31)), passage("b-1", text.format(35))
    assert not are_duplicates(one.terms.distinct(), other.terms.distinct())


def test_a_source_differs_only_by_a_figure_of_its_own() -> None:
    """A passage too far down to have its answer type checked by the ranking is a conflicting source for its figure."""
    near = [passage(f"a-{n}", f"The coalition has 31 countries, says report {n}.") for n in range(TYPED_PASSAGES)]
    without = passage("b-1", "The coalition of long ago was praised by everyone who came to the palace.", cosine=0.1)
    figure = passage("c-1", "The coalition of long ago was praised by some 30 leaders at the palace.", cosine=0.1)
    question = asked("How many countries are in the coalition?", *near, without, figure)
    ranked = rank(question, [*near, without, figure], 9.0)
    sources = conflicting_sources(question, ranked, [Choice(ranked[0])])
    assert [choice.scored.candidate.article_id for choice in sources] == ["c"]


def test_nothing_in_nothing_out() -> None:
    """No candidates, no quotes, no error."""
    question = asked("Who?", ALASKA)
    assert rank(question, [], 0.0) == []
    assert diversify(question, [], 3) == []
