"""Rows of the library to values and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.span import Span
from retrieval.core.types import Article, Context, Format, Metadata, Passage, Repair, TitleSource

#: Live passages with their articles; conditions are added with AND.
LIVE_PASSAGES = "FROM passages p JOIN articles a ON a.key = p.article_key WHERE a.live = 1"
#: Restricts passages to those whose keys stand in a JSON array.
AND_KEY_IN = "AND p.key IN (SELECT value FROM json_each(?))"

_METADATA = tuple(field.name for field in fields(Metadata))
_PLAIN = ("passage_id", "paragraph", "last_paragraph", "start", "end")  # of a passage, stored as they are
#: Everything about an article but its text and its bytes.
ARTICLE_COLUMNS = "a.article_id, a.files, a.encoding, a.repairs, a.format, " + ", ".join(
    f"a.{name}" for name in _METADATA
)

Terms = tuple[tuple[str, ...], ...]


def sha256(data: bytes) -> str:
    """Checksum under which texts and sources are kept."""
    return hashlib.sha256(data).hexdigest()


def is_intact(text: str, checksum: str) -> bool:
    """True if a stored text is the one that was indexed."""
    return sha256(text.encode()) == checksum


def insert(connection: sqlite3.Connection, table: str, values: Sequence[object]) -> int:
    """Insert a row, its values in the order of the table's columns; its key."""
    sql = f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})"  # noqa: S608 - a table of the schema
    return int(connection.execute(sql, values).lastrowid or 0)


def article_row(article: Article, digest: str) -> tuple[object, ...]:
    """Values for a new row of ``articles``, not live yet."""
    return (
        None, article.article_id, 0, digest, json.dumps(article.files), *astuple(article.metadata),
        article.text, sha256(article.text.encode()), article.source, sha256(article.source), article.encoding,
        json.dumps([astuple(repair) for repair in article.repairs]), article.format.value,
    )  # fmt: skip


def passage_row(
    article_key: int, passage: Passage, terms: Terms, context_terms: Sequence[str], vectors: bytes
) -> tuple[object, ...]:
    """Values for a new row of ``passages``."""
    return (
        None, article_key, *(getattr(passage, name) for name in _PLAIN), *(passage.lead_in or (None, None)),
        json.dumps(passage.sentences), "\n".join(map(" ".join, terms)), sum(map(len, terms)), vectors,
        json.dumps(passage.context), " ".join(context_terms), json.dumps(passage.annotations), passage.page,
        passage.page_paragraph,
    )  # fmt: skip


def metadata_of(row: sqlite3.Row) -> Metadata:
    """Metadata from a row with ARTICLE_COLUMNS."""
    values = {name: row[name] for name in _METADATA}
    return Metadata(**values | {"title_source": TitleSource(row["title_source"])})


def article_fields(row: sqlite3.Row) -> dict[str, Any]:
    """Fields that Article and ArticleSummary share, from a row with ARTICLE_COLUMNS."""
    return {
        "article_id": row["article_id"],
        "files": tuple(json.loads(row["files"])),
        "metadata": metadata_of(row),
        "encoding": row["encoding"],
        "repairs": tuple(Repair(*values) for values in json.loads(row["repairs"])),
        "format": Format(row["format"]),
    }


def passage_of(row: sqlite3.Row, article_id: str) -> Passage:
    """Passage from a row of ``passages``."""
    sentences = tuple(Span(*span) for span in json.loads(row["sentences"]))
    lead_in = None if row["lead_start"] is None else Span(row["lead_start"], row["lead_end"])
    headings, introduction, header = json.loads(row["context"])
    return Passage(
        **{name: row[name] for name in _PLAIN}, article_id=article_id, sentences=sentences, lead_in=lead_in,
        context=Context(tuple(headings), introduction, header), annotations=unpacked_annotations(row["annotations"]),
        page=row["page"], page_paragraph=row["page_paragraph"],
    )  # fmt: skip


def unpacked_annotations(text: str) -> tuple[Annotation, ...]:
    """Annotations as stored, by their start."""
    if text == "[]":
        return ()
    return tuple(Annotation(start, end, AnnotationKind(kind), value) for start, end, kind, value in json.loads(text))


def unpacked_terms(text: str) -> Terms:
    """Terms of each sentence; stored one sentence a line, divided by spaces: terms hold neither."""
    return tuple(tuple(line.split()) for line in text.split("\n"))
