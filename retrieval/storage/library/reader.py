"""What the library tells: articles, passages, vocabulary. Reads only; any number of threads and processes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from retrieval.core.errors import (
    AlteredArticleError,
    DamagedStoreError,
    NotIndexedError,
    OutdatedLibraryError,
    SchemaVersionError,
)
from retrieval.core.types import Article, ArticleSummary, ModelIdentity, Omission, Reason, StoredPassage
from retrieval.core.vectors import Matrix, unpacked
from retrieval.storage.home.lock import settle
from retrieval.storage.library import rows as records
from retrieval.storage.library.candidates import CANDIDATE_QUERY, CandidateRow, candidates_from
from retrieval.storage.library.schema import MIGRATIONS
from retrieval.storage.library.text_cache import TextCache
from retrieval.storage.sqlite.connection import Connections, schema_version, translated
from retrieval.text.vocabulary import Vocabulary

FILE_NAME = "library.sqlite3"
#: The property with this library's own random name, by which a server knows its vectors. A copy that is to live beside
#: the original must be without it: the next writer makes another.
LIBRARY_ID = "library_id"
_IDS_A_QUERY = 500  # SQLite allows 32,766 variables; small statements stay in its cache


class Library:
    """The one truth: every article, passage, vector and omission. Use as a context manager."""

    def __init__(self, home: Path, *, write: bool = False) -> None:
        """Open the library in ``home``. Raises NotIndexedError, SchemaVersionError, StorageError, HomeBusyError."""
        settle(home)
        self.path = home / FILE_NAME
        if not write and not self.path.exists():
            raise NotIndexedError(home)
        self._connections = Connections(self.path, write=write)
        self._texts = TextCache()
        try:
            self._prepare(home)
        except BaseException:
            self.close()
            raise

    def _prepare(self, home: Path) -> None:
        with translated(self.path):
            version = schema_version(self._connections.get())
        if version > len(MIGRATIONS):
            raise SchemaVersionError(self.path, version, len(MIGRATIONS))
        if version == 0:
            raise NotIndexedError(home)
        if version < len(MIGRATIONS):
            raise OutdatedLibraryError(home, version, len(MIGRATIONS))

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the library cannot be used afterwards."""
        self._connections.close()

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        with translated(self.path):
            cursor = self._connections.get().cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(sql, values).fetchall()

    def _value(self, sql: str, values: Sequence[object] = ()) -> object:
        rows = self._rows(sql, values)
        return rows[0][0] if rows else None

    def property(self, name: str) -> str | None:
        """A named fact about the library as a whole."""
        value = self._value("SELECT value FROM properties WHERE name = ?", (name,))
        return None if value is None else str(value)

    def identity(self) -> ModelIdentity | None:
        """The model that made the vectors; ``None`` while nothing is indexed."""
        stored = self.property("model")
        return ModelIdentity(*json.loads(stored)) if stored else None

    def generation(self) -> int:
        """Grows by one with every change that a search could see."""
        return int(self.property("generation") or 0)

    def state(self) -> str:
        """A random name that every change of the passages replaces; empty before the first."""
        return self.property("state") or ""

    def indexes_folder(self) -> str:
        """The name, within the data folder, of the folder with the derived indexes that belong to this library."""
        return self.property("indexes") or "indexes-1"

    def library_id(self) -> str | None:
        """This library's own name among others; ``None`` until ``identify`` makes one."""
        return self.property(LIBRARY_ID)

    def digests(self) -> dict[str, str]:
        """Id and digest of every live article."""
        return dict(map(tuple, self._rows("SELECT article_id, digest FROM articles WHERE live = 1")))

    def keys(self) -> list[int]:
        """The keys of all live passages, ascending."""
        return [row[0] for row in self._rows(
            "SELECT p.key FROM passages p JOIN articles a ON a.key = p.article_key WHERE a.live = 1 ORDER BY p.key"
        )]  # fmt: skip

    def count(self) -> int:
        """The number of live passages."""
        sql = "SELECT count(*) FROM passages p JOIN articles a ON a.key = p.article_key WHERE a.live = 1"
        return int(str(self._value(sql)))

    def average_length(self) -> float:
        """Content words a live passage, on average; 0.0 for an empty library."""
        sql = "SELECT avg(p.length) FROM passages p JOIN articles a ON a.key = p.article_key WHERE a.live = 1"
        return float(str(self._value(sql) or 0.0))

    def vocabulary(self) -> Vocabulary:
        """The words of all live passages."""
        words = Vocabulary(n=self.count())
        for row in self._rows("SELECT term, passages, capitalised FROM vocabulary"):
            words.frequencies[row[0]] = row[1]
            if row[2]:
                words.capitalised[row[0]] = row[2]
        for row in self._rows(
            "SELECT c.acronym, c.expansion, c.certain FROM acronyms c JOIN articles a ON a.key = c.article_key "
            "WHERE a.live = 1 ORDER BY a.article_id"
        ):
            table = words.expansions if row[2] else words.guesses
            table[row[0]] = tuple(row[1].split())
        return words

    def retired(self) -> list[int]:
        """Keys that the derived indexes may still hold although their passages are gone."""
        return [row[0] for row in self._rows("SELECT passage_key FROM retired ORDER BY passage_key")]

    def articles(self) -> list[ArticleSummary]:
        """All live articles, by id."""
        sections: dict[str, list[str]] = {}
        for row in self._rows(
            "SELECT a.article_id, p.section FROM passages p JOIN articles a ON a.key = p.article_key "
            "WHERE a.live = 1 AND p.section IS NOT NULL GROUP BY a.key, p.section ORDER BY a.key, min(p.start)"
        ):
            sections.setdefault(row[0], []).append(row[1])
        return [
            ArticleSummary(
                row["article_id"], tuple(json.loads(row["files"])), records.metadata_of(row), row["encoding"],
                row["passages"], row["paragraphs"], row["characters"], tuple(sections.get(row["article_id"], ())),
                records.repairs_of(row["repairs"]),
            )
            for row in self._rows(
                f"SELECT {records.ARTICLE_COLUMNS}, a.files, a.encoding, a.repairs, length(a.text) AS characters, "  # noqa: S608 - our own column names
                "(SELECT count(*) FROM passages p WHERE p.article_key = a.key) AS passages, "
                "max(coalesce((SELECT max(last_paragraph) FROM passages p WHERE p.article_key = a.key), 0), "
                "coalesce((SELECT max(paragraph) FROM omissions o WHERE o.article_key = a.key), 0)) AS paragraphs "
                "FROM articles a WHERE a.live = 1 ORDER BY a.article_id"
            )
        ]  # fmt: skip

    def text(self, article_id: str) -> str | None:
        """The text of a live article, read anew and checked. Raises AlteredArticleError; None: no such article."""
        rows = self._rows("SELECT text, text_sha256 FROM articles WHERE article_id = ? AND live = 1", (article_id,))
        if not rows:
            return None
        if records.sha256(str(rows[0]["text"]).encode()) != rows[0]["text_sha256"]:
            raise AlteredArticleError(article_id)
        return str(rows[0]["text"])

    def source(self, article_id: str) -> tuple[bytes, str]:
        """The original bytes of a live article, and the SHA-256 recorded for them. Raises KeyError."""
        rows = self._rows("SELECT source, source_sha256 FROM articles WHERE article_id = ? AND live = 1", (article_id,))
        if not rows:
            raise KeyError(article_id)
        return bytes(rows[0][0]), str(rows[0][1])

    def passages(self, keys: Sequence[int]) -> dict[int, StoredPassage]:
        """The live ones among these passages. Those of an article whose text was altered are left out."""
        found: dict[int, StoredPassage] = {}
        for first in range(0, len(keys), _IDS_A_QUERY):
            some = keys[first : first + _IDS_A_QUERY]
            for stored in self._select(f"p.key IN ({','.join('?' * len(some))})", some):
                found[stored.key] = stored
        return found

    def passages_of(self, article_id: str) -> list[StoredPassage]:
        """All passages of a live article, in order. Raises AlteredArticleError."""
        self.text(article_id)
        return list(self._select("a.article_id = ?", (article_id,)))

    def _select(self, condition: str, values: Sequence[object]) -> Iterator[StoredPassage]:
        rows = self._rows(
            f"SELECT {records.PASSAGE_COLUMNS}, {records.ARTICLE_COLUMNS} FROM passages p "  # noqa: S608 - our own words
            "JOIN articles a ON a.key = p.article_key "
            f"WHERE a.live = 1 AND {condition} ORDER BY p.article_key, p.start",
            values,
        )
        texts = self._texts.get({row["article_key"] for row in rows}, self._read_texts)
        for row in rows:
            text = texts.get(row["article_key"])
            if text is None:  # altered: searches leave it out, reading it says why
                continue
            passage = records.passage_of(row, row["article_id"])
            span = passage.lead_in
            lead = None if span is None else text[span.start : span.end]
            adjacent = span is None or not text[span.end : passage.start].strip()
            yield StoredPassage(
                row["key"], passage, records.metadata_of(row), text[passage.start : passage.end], lead, adjacent,
                records.unpacked_terms(row["terms"]),
            )  # fmt: skip

    def candidates(self, keys: Sequence[int], dimensions: int) -> tuple[list[CandidateRow], Matrix, frozenset[str]]:
        """What ranking needs of the live ones among these passages, in one reading.

        The matrix, shape (rows, dimensions), holds the vectors of all; each candidate says which rows are its own.
        Passages of an article whose text was altered are left out; the ids of these articles come last.
        """
        marks = ",".join("?" * len(keys))
        with translated(self.path):
            rows = self._connections.get().execute(f"{CANDIDATE_QUERY} ({marks})", keys).fetchall()
        texts = self._texts.get({row[1] for row in rows}, self._read_texts)
        # A text that is not there at all belongs to a version that has been replaced since the rows were read.
        altered = frozenset(row[3] for row in rows if row[1] in texts and texts[row[1]] is None)
        rows = [row for row in rows if texts.get(row[1]) is not None]
        try:
            return *candidates_from(rows, texts, dimensions), altered
        except ValueError as error:
            raise DamagedStoreError(self.path, f"vectors of a passage: {error}") from error

    def _read_texts(self, article_keys: Sequence[int]) -> dict[int, str | None]:
        marks = ",".join("?" * len(article_keys))
        rows = self._rows(f"SELECT key, text, text_sha256 FROM articles WHERE key IN ({marks})", article_keys)  # noqa: S608
        return {
            row["key"]: row["text"] if records.sha256(row["text"].encode()) == row["text_sha256"] else None
            for row in rows
        }

    def vectors(self, keys: Sequence[int], dimensions: int) -> Iterator[tuple[int, Matrix]]:
        """Key and vectors of passages, live or not; row 0 is the passage's, the others are its sentences'."""
        for first in range(0, len(keys), _IDS_A_QUERY):
            some = keys[first : first + _IDS_A_QUERY]
            marks = ",".join("?" * len(some))
            for row in self._rows(f"SELECT key, vectors FROM passages WHERE key IN ({marks})", some):  # noqa: S608
                try:
                    yield row[0], unpacked(row[1], dimensions)
                except ValueError as error:
                    raise DamagedStoreError(self.path, f"vectors of passage {row[0]}: {error}") from error

    def check(self) -> str | None:
        """SQLite's own verdict on the file: ``None`` when all is well."""
        verdict = str(self._value("PRAGMA quick_check(1)"))
        return None if verdict == "ok" else verdict

    def altered(self) -> list[str]:
        """Ids of the live articles whose stored text is not the text that was indexed."""
        rows = self._rows("SELECT article_id, text, text_sha256 FROM articles WHERE live = 1 ORDER BY article_id")
        return [row[0] for row in rows if records.sha256(row[1].encode()) != row[2]]

    def keys_of(self, article_id: str) -> dict[str, int]:
        """The keys of a live article's passages, by passage id."""
        rows = self._rows(
            "SELECT p.passage_id, p.key FROM passages p JOIN articles a ON a.key = p.article_key "
            "WHERE a.live = 1 AND a.article_id = ?",
            (article_id,),
        )
        return {row[0]: row[1] for row in rows}

    def article(self, article_id: str, *, checked: bool = True) -> Article:
        """A whole live article. Raises KeyError, and AlteredArticleError unless not ``checked``."""
        rows = self._rows(
            f"SELECT a.key, a.text, a.source, a.files, a.encoding, a.repairs, {records.ARTICLE_COLUMNS} "  # noqa: S608
            "FROM articles a WHERE a.article_id = ? AND a.live = 1",
            (article_id,),
        )
        if not rows:
            raise KeyError(article_id)
        if checked:
            self.text(article_id)
        passages = self._rows(
            f"SELECT {records.PASSAGE_COLUMNS} FROM passages p WHERE p.article_key = ? ORDER BY p.start",  # noqa: S608
            (rows[0]["key"],),
        )
        return Article(
            article_id, tuple(json.loads(rows[0]["files"])), records.metadata_of(rows[0]), rows[0]["text"],
            bytes(rows[0]["source"]), rows[0]["encoding"], records.repairs_of(rows[0]["repairs"]),
            tuple(records.passage_of(row, article_id) for row in passages), tuple(self.omissions(article_id)),
        )  # fmt: skip

    def omissions(self, article_id: str) -> list[Omission]:
        """What of a live article is not indexed, in the order of the text."""
        rows = self._rows(
            "SELECT o.* FROM omissions o JOIN articles a ON a.key = o.article_key "
            "WHERE a.live = 1 AND a.article_id = ? ORDER BY o.start",
            (article_id,),
        )
        return [
            Omission(r["line"], r["paragraph"], r["start"], r["end"], Reason(r["reason"]), r["detail"]) for r in rows
        ]
