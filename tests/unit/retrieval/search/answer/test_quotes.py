"""From a passage to a quote: the words stay, the highlight is of whole sentences, the lead-in comes along."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.display.span import Span
from retrieval.search.answer.quotes import hit_of, quote_of
from retrieval.search.query.analysis import analyse
from retrieval.search.query.exact_words import ExactWords
from retrieval.search.ranking.scoring import rank
from retrieval.search.ranking.selection import Choice, diversify
from retrieval.text.vocabulary import Vocabulary
from tests.support.doubles.builders import candidate, stored

SENTENCES = (
    "The harbour opened in 1890.",
    "“It is ours”, said Anna Berg.",
    "Visitors pay 12 crowns!",
    "Who owns the orchard?",
    "No one knows…",
    "Élysée Palace stands in Paris.",
    "Nausėda spoke first.",
)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6), st.sampled_from(SENTENCES), st.integers(0, 9999))
def test_highlights_are_whole_sentences_within_the_text(parts: list[str], question: str, start: int) -> None:
    """Wherever the passage stands in its article, a highlight is one of its sentences, and offsets are its own."""
    found = stored(" ".join(parts), start=start)
    analysed = analyse(question, Vocabulary.of([found.text]))
    (choice, *_) = diversify(analysed, rank(analysed, [candidate(found)], 8.0), 1)
    made = quote_of(analysed, choice, found)
    whole = {Span(s.start - start, s.end - start) for s in found.passage.sentences}
    assert made.text == found.text
    assert made.highlights
    assert set(made.highlights) <= whole
    assert list(made.highlights) == sorted(made.highlights)


def test_the_answering_sentence_is_the_one_highlighted() -> None:
    """The sentence that says the question's words is marked, the others are not."""
    found = stored("The harbour opened in 1890. Visitors pay 12 crowns! No one knows…")
    analysed = analyse("How many crowns do visitors pay?", Vocabulary.of([found.text]))
    (choice,) = diversify(analysed, rank(analysed, [candidate(found)], 8.0), 1)
    made = quote_of(analysed, choice, found)
    assert [made.text[start:end] for start, end in made.highlights] == ["Visitors pay 12 crowns!"]


def test_also_in_names_other_articles_once() -> None:
    """Repeats in other articles are named, those of the quote's own article are not."""
    mine, twin, other = (stored("The harbour opened in 1890.", article_id=name) for name in ("a", "a", "b"))
    analysed = analyse("When did the harbour open?", Vocabulary.of([mine.text]))
    first, second, third = (rank(analysed, [candidate(each)], 8.0)[0] for each in (mine, twin, other))
    made = quote_of(analysed, Choice(first, (second, third, third)), mine)
    assert made.also_in == ("b",)


def test_the_lead_in_and_what_is_known_come_along() -> None:
    """A quote has the passage's lead-in, metadata and text unchanged."""
    found = stored("He stated that it is 40%.", lead_in="Mark Rutte cautioned.")
    made = hit_of(found, ExactWords([], [], []), 1.0)
    assert (made.lead_in, made.text, made.metadata) == (found.lead_in, found.text, found.metadata)
    assert made.passage is found.passage


def test_the_reasons_have_names() -> None:
    """Each number that spoke for a quote can be looked up by its name."""
    found = stored("The harbour opened in 1890.")
    analysed = analyse("When did the harbour open?", Vocabulary.of([found.text]))
    (choice,) = diversify(analysed, rank(analysed, [candidate(found, cosine=0.625)], 8.0), 1)
    made = quote_of(analysed, choice, found)
    evidence = dict(made.evidence)
    assert {"vector", "sentence", "keyword", "score"} <= evidence.keys()
    assert evidence["vector"] == 0.625
    assert made.score == evidence["score"]
