"""Batches of texts for an embedding model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.index.embedding import _batches


@given(st.lists(st.integers(0, 300), max_size=300))
def test_batches_hold_every_text_once_and_the_longest_together(lengths: list[int]) -> None:
    """No text is left out or encoded twice, none waits for a shorter one, and a batch's size is bounded."""
    batches = list(_batches(lengths))
    order = [index for batch in batches for index in batch]
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[index] for index in order] == sorted(lengths, reverse=True)
    assert all(len(batch) == 1 or len(batch) * lengths[batch[0]] <= 1024 for batch in batches)
    assert all(0 < len(batch) <= 64 for batch in batches)
