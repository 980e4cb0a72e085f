"""Search for exact words: what of a search is a phrase, and what must stand as written."""

from __future__ import annotations

import pytest

from retrieval.search.query.exact_words import exact_words_in


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("harbour, pier", [["harbour"], ["pier"]]),
        ('"northern pier" harbour', [["northern", "pier"], ["harbour"]]),
        ("snake_case of a.dotted.name()", [["snake", "case"], ["a", "dotted", "name"], ["of"]]),
        ("U.S. troops, 600,000 of 3.1.2", [["u.s."], ["troops"], ["600,000"], ["of"], ["3.1.2"]]),
    ],
)
def test_words_phrases_and_code_are_told_apart(text: str, phrases: list[list[str]]) -> None:
    """The words of code are one after the other in a passage, those of a sentence anywhere."""
    assert sorted(exact_words_in(text).phrases) == sorted(phrases)


@pytest.mark.parametrize(
    ("text", "holding", "others"),
    [
        ("§ 3", ["as § 3 says", "§3 Abs. 2", "§§ 3 and 4", "§\xa03"], ["page 3", "§ 31", "§ 3.1", "§ 13"]),
        ('"§ 3 Abs. 2"', ["§ 3 Abs. 2"], ["§ 31 Abs. 2", "3 Abs. 2"]),
        ("--limit", ["use --limit 3", "--LIMIT=3"], ["the limit", "--limits", "--no-limit", "--limit-rate"]),
        ("snake_case", ["snake_case, `snake_case()`"], ["snake case", "my_snake_case", "snake_cases"]),
        ("os.path", ["os.path.join", "import os.path."], ["os path", "macos.path"]),
        ("v3.1.2", ["since v3.1.2."], ["v3.1.20", "v3.1.2.4", "v3 1.2"]),
    ],
)
def test_code_and_signs_count_as_written(text: str, holding: list[str], others: list[str]) -> None:
    """A literal is found in any case and with any space after a section sign, never as part of another one."""
    (literal,) = exact_words_in(text).literals
    assert [each for each in (*holding, *others) if literal.search(each)] == holding


@pytest.mark.parametrize("text", ["U.S. troops", "600,000", "3.1.2", "well-known", "50.5%", '"the pier" is open.'])
def test_words_and_numbers_are_no_literals(text: str) -> None:
    assert exact_words_in(text).literals == []
