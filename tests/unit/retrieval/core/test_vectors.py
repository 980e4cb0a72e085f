"""Normalising, pooling and packing of vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.vectors import Matrix, normalise, pack, pool_sentences, unpack


def rows(count: int, seed: int = 0, dimensions: int = 8) -> Matrix:
    """Random unit vectors, shape (count, dimensions)."""
    return normalise(np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32))


def test_rows_get_length_one() -> None:
    """Directions stay, lengths become 1, and a row of zeros is no division by zero."""
    scaled = normalise(np.array([[3, 4], [0, 0], [1e-8, 0]], dtype=np.float32))
    assert scaled.dtype == np.float32
    assert scaled == pytest.approx(np.array([[0.6, 0.8], [0, 0], [1, 0]]))


def test_one_sentence_is_its_passage() -> None:
    """A passage of one sentence has that sentence's vector, however long it is."""
    assert pool_sentences(rows(1), [17.0]) == pytest.approx(rows(1)[0], abs=1e-6)


def test_longer_sentences_weigh_more() -> None:
    """A passage is nearer to its long sentence than to its short one."""
    sentences = np.eye(2, dtype=np.float32)
    whole = pool_sentences(sentences, [30.0, 10.0])
    assert np.linalg.norm(whole) == pytest.approx(1.0)
    assert whole[0] / whole[1] == pytest.approx(3.0)


@given(st.integers(1, 20), st.integers(0, 1000))
def test_stored_vectors_come_back(count: int, seed: int) -> None:
    """Packing keeps the number of rows, their order, and their cosines to three places."""
    before = rows(count, seed)
    after = unpack(pack(before), before.shape[1])
    assert after.shape == before.shape
    assert after.dtype == np.float32
    assert np.abs((before * after).sum(axis=1) - 1.0).max() < 1e-3


def test_a_torn_record_is_noticed() -> None:
    """Bytes that are no whole rows are refused rather than shifted."""
    data = pack(rows(2))
    with pytest.raises(ValueError, match=r"reshape|size"):
        unpack(data[:-2], 8)
