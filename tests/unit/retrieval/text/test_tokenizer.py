"""Spellings of one word share a term; different words do not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.stemmer import fold
from retrieval.text.tokenizer import content_terms, name_terms, plain_words, term_of, tokenize


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Élysée", "Elysee"),
        ("Zelensky", "Zelenskyy"),
        ("Zelenskiy", "Zelensky"),
        ("defence", "defense"),
        ("organisation", "organization"),
        ("programme", "program"),
        ("centre", "center"),
        ("neighbour", "neighbor"),
        ("Kiev", "Kyiv"),
        ("Estonian", "Estonia"),
        ("French", "France"),
        ("Ukrainians", "Ukraine"),
        ("U.S.", "American"),
        ("UK", "British"),
        ("four", "4"),
        ("600,000", "600000"),
        ("agreement", "agreed"),
        ("countries", "country’s"),
        ("captured", "capture"),
        ("delivery", "deliver"),
        ("came", "come"),
        ("Nausėda", "NAUSEDA"),
    ],
)
def test_spellings_of_one_word_share_a_term(one: str, other: str) -> None:
    """Spelling, diacritics, inflection and nationality do not tell words apart."""
    assert term_of(one) == term_of(other)


@pytest.mark.parametrize(("one", "other"), [("US", "us"), ("polish", "Polish"), ("process", "produce"), ("3.5", "35")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    """Folding does not merge words of different meaning."""
    assert term_of(one) != term_of(other)


def test_offsets_point_at_the_words() -> None:
    """Every token can be sliced out of the text it came from."""
    text = "The United\u00a0States’ “NB8” met O’Brien in 2024, at 3.5%."
    found = [text[token.start : token.end] for token in tokenize(text)]
    assert found[:3] == ["The", "United\u00a0States", "NB8"]
    assert "O’Brien" in found
    assert "2024" in found
    assert "3.5" in found


def test_two_word_countries_are_one_term() -> None:
    """ "United States" has the term of "US", and none of "states"."""
    assert content_terms("the United States and the US") == ("usa", "usa")


def test_names_are_the_capitalised_words_inside_a_sentence() -> None:
    """A capital at the start of a sentence is no sign of a name."""
    assert name_terms(tokenize("Leaders met Macron. Talks went on.")) == {"macron"}


def test_function_words_are_not_content_but_the_country_us_is() -> None:
    """The pronoun "us" is dropped, the country "US" kept."""
    assert content_terms("They told us that it is so") == (term_of("told"),)
    assert content_terms("the US") == ("usa",)


@pytest.mark.parametrize("text", ["", " \n", "…—", "😀", "\u202e", "''''"])
def test_text_without_words_has_no_tokens(text: str) -> None:
    """Text without words gives an empty list."""
    assert tokenize(text) == []


def test_folding_is_idempotent() -> None:
    """Folding a folded word changes nothing."""
    for word in ("Élysée", "STRASSE", "Łódź", "ﬁnance", "İstanbul"):
        assert fold(fold(word)) == fold(word)


def test_accents_written_apart_make_no_difference() -> None:
    """A word in decomposed form is one token, found like the composed one, with offsets into its own text."""
    composed, apart = "im Élysée-Palast von Nausėda", unicodedata.normalize("NFD", "im Élysée-Palast von Nausėda")
    assert content_terms(apart) == content_terms(composed)
    assert [apart[t.start : t.end] for t in tokenize(apart)][-1] == unicodedata.normalize("NFD", "Nausėda")


@given(st.text(alphabet=st.characters(categories=["L", "M", "N", "Zs", "P"]), max_size=40))
def test_no_term_is_empty_or_holds_a_space(text: str) -> None:
    """Terms can be stored divided by spaces, whatever letters a text is made of."""
    for token in tokenize(text):
        assert token.word
        assert token.term
        assert not any(map(str.isspace, token.word + token.term))


def test_an_exact_word_stays_what_is_written() -> None:
    """The words of an exact search are neither stemmed nor joined."""
    found = [word.word for word in plain_words("The Czech Republic’s minister, the United States and the US")]
    assert found == ["the", "czech", "republic", "minister", "the", "united", "states", "and", "the", "us"]


def test_a_country_of_two_words_is_known_in_the_genitive() -> None:
    """A possessive ending does not hide a name of two words."""
    assert content_terms("the Czech Republic’s minister")[0] == content_terms("the Czech Republic")[0]
