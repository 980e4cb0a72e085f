"""Embedding vectors: normalise to unit length, pool sentences into a passage, pack as float16."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

#: Stored precision: half the size of float32, at a loss of less than 0.001 of a cosine.
STORED = np.dtype("<f2")


def normalise(vectors: Matrix) -> Matrix:
    """Scale the rows of a matrix of shape (n, d), or a vector of shape (d,), to length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def pool_sentences(sentences: Matrix, lengths: npt.ArrayLike) -> Matrix:
    """Average sentence vectors, shape (n, d), by length to shape (d,): nearly what a mean-pooling model would give."""
    weights = np.asarray(lengths, dtype=np.float32)[:, None]
    return normalise((sentences * weights).sum(axis=0))


def pack(vectors: Matrix) -> bytes:
    """Serialise a matrix of shape (n, d) as float16, row by row."""
    return vectors.astype(STORED).tobytes()


def unpack(data: bytes, dimensions: int) -> Matrix:
    """Deserialise a matrix of shape (n, dimensions).

    Raises:
        ValueError: ``data`` does not consist of whole rows.
    """
    return np.frombuffer(data, dtype=STORED).reshape(-1, dimensions).astype(np.float32)
