"""Names in a data folder and on a vector server."""

from __future__ import annotations

import pytest

from retrieval.storage.home.layout import FIRST_GENERATION, collection_name, collection_prefix, next_generation


@pytest.mark.parametrize(
    ("names", "following"),
    [
        ((), FIRST_GENERATION),
        (("indexes-1",), "indexes-2"),
        (("indexes-9", "indexes-10", "indexes-2"), "indexes-11"),
        (("indexes-old", "indexes-²", "indexes-12345678901"), FIRST_GENERATION),
    ],
)
def test_the_next_generation_is_after_all_others(names: tuple[str, ...], following: str) -> None:
    """Numbers are compared as numbers; names that the program never gives count for nothing."""
    assert next_generation(*names) == following


def test_collections_of_a_library_share_a_prefix_of_their_own() -> None:
    """One collection a generation, and the prefix of no other library matches."""
    name = collection_name("ab", "indexes-3")
    assert name == "pullquote-ab-3"
    assert name.startswith(collection_prefix("ab"))
    assert not name.startswith(collection_prefix("a"))
    assert collection_name(None, "indexes-1") == "pullquote-unnamed-1"
