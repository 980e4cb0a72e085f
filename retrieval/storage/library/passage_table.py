"""Passages of a library, for searches and for filling the derived indexes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache

from retrieval.core.display import shown_line
from retrieval.core.display.span import Span
from retrieval.core.errors import DamagedStoreError
from retrieval.core.types import StoredPassage
from retrieval.core.vectors import Matrix, unpack
from retrieval.storage.library.article_table import ArticleTable
from retrieval.storage.library.rows import (
    AND_KEY_IN,
    ARTICLE_COLUMNS,
    LIVE_PASSAGES,
    Terms,
    is_intact,
    metadata_of,
    passage_of,
    unpacked_annotations,
    unpacked_terms,
)
from retrieval.storage.sqlite.connection import Database

_CACHED_CHARACTERS = 100_000_000  # of article texts kept in memory
# Read in well under 2 ms a hundred; each text only once.
_CANDIDATE = (
    "p.key, p.article_key, p.passage_id, a.article_id, p.lead_start, p.lead_end, p.sentences, p.terms, p.vectors, "
    "p.context_terms, p.annotations"
)


class CandidateRow(NamedTuple):
    """A passage that may answer: sentences without marks, the terms of these and of its context.

    ``first`` is the row of its vector; those of its sentences follow.
    """

    key: int
    passage_id: str
    article_id: str
    sentences: tuple[str, ...]
    terms: Terms
    context: tuple[str, ...]
    lead_in: str
    first: int


class PassageTable:
    """Live passages, by key."""

    def __init__(self, database: Database, articles: ArticleTable, cached_characters: int = _CACHED_CHARACTERS) -> None:
        self._database = database
        self._articles = articles
        # By article key, which stands for one version for ever: nothing has to be invalidated. None: altered.
        self._texts: LRUCache[int, str | None] = LRUCache(cached_characters, getsizeof=lambda text: len(text or ""))
        self._guard = threading.Lock()

    def keys(self) -> list[int]:
        """All keys, ascending."""
        return [row[0] for row in self._database.rows("SELECT p.key " + LIVE_PASSAGES + " ORDER BY p.key")]

    def keys_of(self, article_id: str) -> dict[str, int]:
        """Keys of an article's passages, by passage id."""
        sql = "SELECT p.passage_id, p.key " + LIVE_PASSAGES + " AND a.article_id = ?"
        return dict(map(tuple, self._database.rows(sql, article_id)))

    def count(self) -> int:
        """Number of passages."""
        return int(self._database.value("SELECT count(*) " + LIVE_PASSAGES))

    def average_length(self) -> float:
        """Content words a passage, on average; 0.0 for an empty library."""
        return float(self._database.value("SELECT avg(p.length) " + LIVE_PASSAGES) or 0.0)

    def retired(self) -> list[int]:
        """Keys that the derived indexes may still hold although their passages are gone."""
        return [row[0] for row in self._database.rows("SELECT passage_key FROM retired ORDER BY passage_key")]

    def get(self, keys: Sequence[int]) -> dict[int, StoredPassage]:
        """Live passages by key; unknown keys, and passages of an altered text, are left out."""
        return {stored.key: stored for stored in self._select(AND_KEY_IN, json.dumps(list(keys)))}

    def of_article(self, article_id: str) -> list[StoredPassage]:
        """All passages of an article, in order.

        Raises:
            AlteredArticleError: when the article's text was altered.
        """
        self._articles.text(article_id)
        return list(self._select("AND a.article_id = ?", article_id))

    def _select(self, condition: str, value: str) -> Iterator[StoredPassage]:
        sql = f"SELECT p.*, {ARTICLE_COLUMNS} {LIVE_PASSAGES} {condition} ORDER BY p.article_key, p.start"
        rows = self._database.rows(sql, value)
        texts = self._texts_of({row["article_key"] for row in rows})
        for row in rows:
            text = texts.get(row["article_key"])
            if text is None:  # altered: searches leave it out, reading it says why
                continue
            passage = passage_of(row, row["article_id"])
            span = passage.lead_in
            yield StoredPassage(
                key=row["key"],
                passage=passage,
                metadata=metadata_of(row),
                text=text[passage.start : passage.end],
                lead_in=None if span is None else shown_line(text, span, passage.annotations),
                lead_in_adjacent=span is None or not text[span.end : passage.start].strip(),
                terms=unpacked_terms(row["terms"]),
            )

    def candidates(self, keys: Sequence[int], dimensions: int) -> tuple[list[CandidateRow], Matrix, frozenset[str]]:
        """Live passages by key in the form that ranking reads, in one query.

        The matrix, shape (rows, dimensions), holds the vectors of all; each candidate says which rows are its own.
        Passages of an article whose text was altered are left out; the ids of these articles come last.
        """
        sql = f"SELECT {_CANDIDATE} {LIVE_PASSAGES} {AND_KEY_IN}"
        rows = self._database.rows(sql, json.dumps(list(keys)))
        texts = self._texts_of({row[1] for row in rows})
        # A text that is not there at all belongs to a version that has been replaced since the rows were read.
        altered = frozenset(row[3] for row in rows if row[1] in texts and texts[row[1]] is None)
        rows = [row for row in rows if texts.get(row[1]) is not None]
        try:
            return *_candidates(rows, texts, dimensions), altered
        except ValueError as error:
            raise DamagedStoreError(self._database.path, f"vectors of a passage: {error}") from error

    def _texts_of(self, article_keys: Iterable[int]) -> dict[int, str | None]:
        """Texts of article versions by key: ``None`` for an altered one, nothing for one that is gone."""
        with self._guard:
            found = {key: self._texts[key] for key in article_keys if key in self._texts}
        missing = [key for key in article_keys if key not in found]
        if missing:
            sql = "SELECT key, text, text_sha256 FROM articles WHERE key IN (SELECT value FROM json_each(?))"
            for key, text, checksum in self._database.rows(sql, json.dumps(missing)):
                found[key] = text if is_intact(text, checksum) else None
                with self._guard, contextlib.suppress(ValueError):  # longer than the whole cache
                    self._texts[key] = found[key]
        return found

    def vectors(self, keys: Sequence[int], dimensions: int) -> Iterator[tuple[int, Matrix]]:
        """Key and vectors of passages, live or not; row 0 is the passage's, the others are its sentences'."""
        sql = "SELECT key, vectors FROM passages WHERE key IN (SELECT value FROM json_each(?))"
        for key, vectors in self._database.rows(sql, json.dumps(list(keys))):
            try:
                yield key, unpack(vectors, dimensions)
            except ValueError as error:
                raise DamagedStoreError(self._database.path, f"vectors of passage {key}: {error}") from error


def _candidates(
    rows: Sequence[sqlite3.Row], texts: Mapping[int, str | None], dimensions: int
) -> tuple[list[CandidateRow], Matrix]:
    """Candidates and their vectors, shape (rows, dimensions). Raises ValueError where the vectors do not fit."""
    if not rows:
        return [], np.empty((0, dimensions), dtype=np.float32)
    matrix = unpack(b"".join(row[8] for row in rows), dimensions)
    found = []
    first = 0
    for key, article_key, passage_id, article_id, start, end, sentences, terms, _, context, marked in rows:
        text = texts[article_key] or ""
        marks = unpacked_annotations(marked)
        slices = tuple(shown_line(text, Span(*span), marks) for span in json.loads(sentences))
        lead = "" if start is None else shown_line(text, Span(start, end), marks)
        row = CandidateRow(
            key, passage_id, article_id, slices, unpacked_terms(terms), tuple(context.split()), lead, first
        )
        found.append(row)
        first += 1 + len(slices)
    if first != len(matrix):
        raise ValueError(f"{len(matrix)} rows where {first} were stored")
    return found, matrix
