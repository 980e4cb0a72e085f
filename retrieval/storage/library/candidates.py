"""Candidate passages in the form that ranking reads: a hundred at a time, in well under 2 ms."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from retrieval.core.vectors import Matrix, unpack
from retrieval.storage.library.rows import AND_KEY_IN, LIVE_PASSAGES, Terms, unpacked_terms

_COLUMNS = "p.key, p.article_key, p.passage_id, a.article_id, p.lead_start, p.lead_end, p.sentences, p.terms, p.vectors"
SELECT_CANDIDATES = f"SELECT {_COLUMNS} {LIVE_PASSAGES} {AND_KEY_IN}"


class CandidateRow(NamedTuple):
    """A passage that may answer. ``first`` is the row of its vector; those of its sentences follow."""

    key: int
    passage_id: str
    article_id: str
    sentences: tuple[str, ...]
    terms: Terms
    lead_in: str
    first: int


def candidates_from(
    rows: Sequence[sqlite3.Row], texts: Mapping[int, str | None], dimensions: int
) -> tuple[list[CandidateRow], Matrix]:
    """Candidates and their vectors, shape (rows, dimensions).

    Raises:
        ValueError: when the vectors have another length.
    """
    if not rows:
        return [], np.empty((0, dimensions), dtype=np.float32)
    matrix = unpack(b"".join(row[8] for row in rows), dimensions)
    found = []
    first = 0
    for key, article_key, passage_id, article_id, lead_start, lead_end, sentences, terms, _ in rows:
        text = texts[article_key] or ""
        slices = tuple(text[start:end] for start, end in json.loads(sentences))
        lead = "" if lead_start is None else text[lead_start:lead_end]
        found.append(CandidateRow(key, passage_id, article_id, slices, unpacked_terms(terms), lead, first))
        first += 1 + len(slices)
    if first != len(matrix):
        raise ValueError(f"{len(matrix)} rows where {first} were stored")
    return found, matrix
