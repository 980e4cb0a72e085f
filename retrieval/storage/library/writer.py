"""Changes to the library. An article becomes visible in one step, after the indexes know its passages.

The order that makes a kill at any moment harmless: ``stage`` (rows that no search sees), then the derived indexes
learn the new keys, then ``publish`` (old version out, new one in, one transaction), then the indexes forget what
``retired`` lists. So every passage that a search can see is always in both indexes.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from retrieval.core.display import display, within
from retrieval.core.findings import Finding
from retrieval.core.types import Article, PassageWords
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.library import rows
from retrieval.storage.library.property_table import LIBRARY_ID, set_properties
from retrieval.storage.library.reader import Library
from retrieval.storage.library.schema import MIGRATIONS
from retrieval.storage.library.vocabulary_table import WordCounts, add_acronyms
from retrieval.storage.sqlite.connection import Database
from retrieval.storage.sqlite.migrations import migrate

#: Counts the words of a passage's text, exactly as those of ``StagedPassage`` were counted.
CountWords = Callable[[str], PassageWords]


@dataclass(frozen=True, slots=True)
class StagedPassage:
    """Analysis of one passage: folded terms of its sentences and its context, its counted words, packed vectors."""

    terms: rows.Terms
    context_terms: tuple[str, ...]
    words: PassageWords
    vectors: bytes


class LibraryWriter(Library):
    """The library of the process that owns the data folder. Use as a context manager."""

    def __init__(self, home: Path) -> None:
        """Open the library in ``home``, made or migrated where needed.

        Raises:
            SchemaVersionError: when it is of a newer program.
            StorageError: when it cannot be written.
        """
        super().__init__(home)
        self._staged = WordCounts()  # of the staged versions

    @staticmethod
    def _open(home: Path) -> Database:
        database = Database(home / LIBRARY_FILE, write=True)
        with database.opening() as connection:
            migrate(connection, database.path, MIGRATIONS)
        return database

    def stage(self, article: Article, digest: str, additions: Sequence[StagedPassage]) -> list[int]:
        """Store a version of an article that no search sees yet; the keys of its passages, in order."""
        words = [added.words for added in additions]
        with self._database.transaction() as connection:
            article_key = rows.insert(connection, "articles", rows.article_row(article, digest))
            keys = [
                rows.insert(
                    connection,
                    "passages",
                    rows.passage_row(article_key, passage, added.terms, added.context_terms, added.vectors),
                )
                for passage, added in zip(article.passages, additions, strict=True)
            ]
            add_acronyms(connection, article_key, words)
            for omission in article.omissions:
                rows.insert(connection, "omissions", (article_key, *astuple(omission)))
        self._staged.add(words)
        return keys

    def publish(
        self, *, count: CountWords, removed: Iterable[str] = (), properties: dict[str, str] | None = None
    ) -> None:
        """Replace live versions by staged ones, take ``removed`` out; ``count`` counts what the vocabulary loses."""
        with self._database.transaction() as connection:
            staged = _staged_ids(connection)
            gone = [*staged, *removed]
            outdated = WordCounts()
            for _, words in _words_of(connection, gone, count):
                outdated.add(words)
            outdated.apply(connection, sign=-1)
            _delete(connection, gone, live=1)
            self._staged.apply(connection)
            connection.execute("UPDATE articles SET live = 1 WHERE live = 0")
            generation = str(self.properties.generation() + 1)
            set_properties(connection, {**(properties or {}), "generation": generation})
        self._staged = WordCounts()

    def discard_staged(self) -> None:
        """Drop versions that an interrupted run left behind; their keys are retired."""
        with self._database.transaction() as connection:
            _delete(connection, _staged_ids(connection), live=0)
        self._staged = WordCounts()

    def forget_retired(self) -> None:
        """Clear the list of retired keys: the derived indexes hold none of them any more."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM retired")

    def set_findings(self, findings: Iterable[Finding]) -> None:
        """Replace the list of files that were left out."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM findings")
            connection.executemany("INSERT INTO findings VALUES (?, ?, ?)", [tuple(each) for each in findings])

    def add_aliases(self, aliases: Mapping[str, str]) -> None:
        """Record earlier ids of articles; an alias of an alias leads to the article itself."""
        with self._database.transaction() as connection:
            for alias, article_id in aliases.items():
                connection.execute("UPDATE aliases SET article_id = ? WHERE article_id = ?", (article_id, alias))
                connection.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", (alias, article_id))

    def identify(self, name: str | None = None) -> str:
        """This library's own name among others: where it has none it gets ``name``, or a random one."""
        known = self.properties.library_id()
        if known is None:
            known = name or secrets.token_hex(8)
            self.set_properties({LIBRARY_ID: known})
        return known

    def recount(self, count: CountWords, *, analysis: str) -> None:
        """Count the words of all live passages again; ``analysis`` names how words are folded now."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM vocabulary")
            connection.execute("DELETE FROM acronyms")
            live = [row[0] for row in connection.execute("SELECT article_id FROM articles WHERE live = 1")]
            counts = WordCounts()
            for key, words in _words_of(connection, live, count):
                counts.add(words)
                add_acronyms(connection, key, words)
            counts.apply(connection)
            generation = str(self.properties.generation() + 1)
            set_properties(connection, {"analysis": analysis, "generation": generation})

    def forget_properties(self, names: Iterable[str]) -> None:
        """Delete these properties."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM properties WHERE name = ?", [(name,) for name in names])

    def set_properties(self, properties: dict[str, str]) -> None:
        """Set these properties; the others stay."""
        with self._database.transaction() as connection:
            set_properties(connection, properties)


def _staged_ids(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT article_id FROM articles WHERE live = 0")]


def _delete(connection: sqlite3.Connection, article_ids: Iterable[str], *, live: int) -> None:
    """Delete article versions; the keys of their passages are retired."""
    for article_id in article_ids:
        connection.execute(
            "INSERT OR IGNORE INTO retired SELECT p.key FROM passages p JOIN articles a ON a.key = p.article_key "
            "WHERE a.article_id = ? AND a.live = ?",
            (article_id, live),
        )
        connection.execute("DELETE FROM articles WHERE article_id = ? AND live = ?", (article_id, live))


def _words_of(
    connection: sqlite3.Connection, article_ids: Iterable[str], count: CountWords
) -> Iterator[tuple[int, list[PassageWords]]]:
    """Key of each live article, with the words of its passages, counted again."""
    for article_id in article_ids:
        sql = "SELECT key, text FROM articles WHERE article_id = ? AND live = 1"
        for key, text in connection.execute(sql, (article_id,)).fetchall():
            sql = "SELECT start, end, annotations FROM passages WHERE article_key = ? ORDER BY key"
            spans = connection.execute(sql, (key,)).fetchall()
            yield key, [count(_shown(text, start, end, marks)) for start, end, marks in spans]


def _shown(text: str, start: int, end: int, annotations: str) -> str:
    marks = rows.unpacked_annotations(annotations)
    return display(text[start:end], within(marks, start, end)).text
