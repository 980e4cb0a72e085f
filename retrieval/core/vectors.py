"""Arithmetic on embedding vectors: unit length, a passage's vector from those of its sentences, compact storage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

#: Stored precision. Unit vectors lose less than 0.001 of a cosine, and a library is half as large.
STORED = np.dtype("<f2")


def normalised(vectors: Matrix) -> Matrix:
    """Rows scaled to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def pooled(sentences: Matrix, lengths: npt.ArrayLike) -> Matrix:
    """The vector of a passage, shape (d,), from its sentences', shape (n, d), weighted by their lengths.

    A mean-pooling model gives nearly this for the whole text, so a passage costs no second pass through the model.
    """
    weights = np.asarray(lengths, dtype=np.float32)[:, None]
    return normalised((sentences * weights).sum(axis=0))


def packed(vectors: Matrix) -> bytes:
    """A matrix as stored: rows one after the other."""
    return vectors.astype(STORED).tobytes()


def unpacked(data: bytes, dimensions: int) -> Matrix:
    """What ``packed`` stored, shape (n, dimensions). Raises ValueError for a torn record."""
    return np.frombuffer(data, dtype=STORED).reshape(-1, dimensions).astype(np.float32)
