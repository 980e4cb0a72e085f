"""Changes to the library. An article becomes visible in one step, after the indexes know its passages.

The order that makes a kill at any moment harmless: ``stage`` (rows that no search sees), then the derived indexes
learn the new keys, then ``publish`` (old version out, new one in, one transaction), then the indexes forget what
``retired`` lists. So every passage that a search can see is always in both indexes.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from retrieval.core.types import Article, ModelIdentity
from retrieval.storage.library import rows as records
from retrieval.storage.library.reader import LIBRARY_ID, Library
from retrieval.storage.sqlite.connection import translated
from retrieval.storage.sqlite.migrations import migrate
from retrieval.text.vocabulary import Vocabulary, acronyms, initialisms


@dataclass(frozen=True, slots=True)
class StagedPassage:
    """What indexing adds to one passage of an article: folded terms of its sentences, packed vectors."""

    terms: records.Terms
    vectors: bytes


class LibraryWriter(Library):
    """The library of the process that owns the data folder."""

    def __init__(self, home: Path) -> None:
        """Open the library for writing, made or brought up to date where needed. Raises StorageError."""
        super().__init__(home, write=True)

    def _prepare(self, home: Path) -> None:  # noqa: ARG002 - a reader has to say where it looked
        with translated(self.path):
            migrate(self._connections.get(), self.path)

    def __enter__(self) -> LibraryWriter:
        return self

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with translated(self.path):
            connection = self._connections.get()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.rollback()
                raise

    def stage(self, article: Article, digest: str, additions: Sequence[StagedPassage]) -> list[int]:
        """Store a version of an article that no search sees yet; the keys of its passages, in order."""
        marks = ",".join("?" * 17)
        columns = (
            "article_id, live, digest, files, title, title_source, publisher, author, published, url, language, "
            "text, text_sha256, source, source_sha256, encoding, repairs"
        )
        with self._transaction() as connection:
            insert = f"INSERT INTO articles ({columns}) VALUES ({marks})"  # noqa: S608 - our own column names
            article_key = int(connection.execute(insert, records.article_row(article, digest)).lastrowid or 0)
            keys = []
            for passage, added in zip(article.passages, additions, strict=True):
                row = records.passage_row(article_key, passage, added.terms, added.vectors)
                cursor = connection.execute(
                    "INSERT INTO passages (article_key, passage_id, paragraph, last_paragraph, section, start, end, "
                    "lead_start, lead_end, sentences, terms, length, vectors) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    row,
                )
                keys.append(int(cursor.lastrowid or 0))
            connection.executemany(
                "INSERT INTO omissions VALUES (?,?,?,?,?,?,?)",
                [
                    (article_key, o.line, o.paragraph, o.start, o.end, o.reason.value, o.detail)
                    for o in article.omissions
                ],
            )
        return keys

    def publish(self, *, removed: Iterable[str] = (), properties: dict[str, str] | None = None) -> None:
        """Let all staged versions take the place of the live ones, and take ``removed`` articles out."""
        with self._transaction() as connection:
            staged = [row[0] for row in connection.execute("SELECT article_id FROM articles WHERE live = 0")]
            gone = [*staged, *removed]
            self._count(connection, gone, live=1, sign=-1)
            self._delete(connection, gone, live=1)
            self._count(connection, staged, live=0, sign=1)
            connection.execute("UPDATE articles SET live = 1 WHERE live = 0")
            self._set(connection, {**(properties or {}), "generation": str(self.generation() + 1)})

    def discard_staged(self) -> None:
        """Drop versions that an interrupted run left behind; their keys are retired."""
        with self._transaction() as connection:
            staged = [row[0] for row in connection.execute("SELECT article_id FROM articles WHERE live = 0")]
            self._delete(connection, staged, live=0)

    def _delete(self, connection: sqlite3.Connection, article_ids: Sequence[str], *, live: int) -> None:
        for article_id in article_ids:
            connection.execute(
                "INSERT OR IGNORE INTO retired SELECT p.key FROM passages p JOIN articles a ON a.key = p.article_key "
                "WHERE a.article_id = ? AND a.live = ?",
                (article_id, live),
            )
            connection.execute("DELETE FROM articles WHERE article_id = ? AND live = ?", (article_id, live))

    def _count(self, connection: sqlite3.Connection, article_ids: Sequence[str], *, live: int, sign: int) -> None:
        """Add the words of articles to the vocabulary, or take them out; acronyms go with their articles."""
        words = Vocabulary()
        spelt_out: dict[tuple[int, str, int], str] = {}
        for article_id in article_ids:
            for key, text, start, end in connection.execute(
                "SELECT a.key, a.text, p.start, p.end FROM passages p JOIN articles a ON a.key = p.article_key "
                "WHERE a.article_id = ? AND a.live = ? ORDER BY p.key",
                (article_id, live),
            ):
                words.add(text[start:end])
                for certain, find in ((1, acronyms), (0, initialisms)):
                    spelt_out |= {(key, short, certain): " ".join(e) for short, e in find(text[start:end]).items()}
        connection.executemany(
            "INSERT INTO vocabulary VALUES (?, ?, ?) ON CONFLICT (term) DO UPDATE SET "
            "passages = passages + excluded.passages, capitalised = capitalised + excluded.capitalised",
            [(term, sign * n, sign * words.capitalised[term]) for term, n in words.frequencies.items()],
        )
        if sign < 0:
            connection.execute("DELETE FROM vocabulary WHERE passages <= 0")
            return
        rows = [(*place, expansion) for place, expansion in spelt_out.items()]
        connection.executemany("INSERT OR REPLACE INTO acronyms VALUES (?, ?, ?, ?)", rows)

    def forget_retired(self) -> None:
        """The derived indexes hold none of the retired keys any more."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM retired")

    def set_state(self, state: str) -> None:
        """Give the passages as they are another name."""
        with self._transaction() as connection:
            self._set(connection, {"state": state})

    def identify(self, name: str | None = None) -> str:
        """This library's own name among others: where it has none, ``name``, or one that is made now."""
        known = self.library_id()
        if known is None:
            known = name or secrets.token_hex(8)
            with self._transaction() as connection:
                self._set(connection, {LIBRARY_ID: known})
        return known

    def recount(self, *, analysis: str) -> None:
        """Count the words of all live passages anew, with ``analysis`` as the name of how words are folded now."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM vocabulary")
            connection.execute("DELETE FROM acronyms")
            live = [row[0] for row in connection.execute("SELECT article_id FROM articles WHERE live = 1")]
            self._count(connection, live, live=1, sign=1)
            self._set(connection, {"analysis": analysis, "generation": str(self.generation() + 1)})

    def forget_properties(self, names: Iterable[str]) -> None:
        """Be without these facts about the library as a whole."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM properties WHERE name = ?", [(name,) for name in names])

    def set_model(self, identity: ModelIdentity, *, analysis: str) -> None:
        """Record the model that makes the vectors, and how words are folded, of a library without articles."""
        with self._transaction() as connection:
            self._set(connection, {**model_property(identity), "analysis": analysis})

    def _set(self, connection: sqlite3.Connection, properties: dict[str, str]) -> None:
        connection.executemany("INSERT OR REPLACE INTO properties VALUES (?, ?)", list(properties.items()))


def model_property(identity: ModelIdentity) -> dict[str, str]:
    """The property that names a model."""
    return {"model": json.dumps(identity)}
