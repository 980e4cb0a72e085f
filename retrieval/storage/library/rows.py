"""Rows of the library to values and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence

from retrieval.core.types import Article, Metadata, Omission, Passage, Repair, Span, TitleSource

#: Live passages with their articles; conditions are added with AND.
LIVE_PASSAGES = "FROM passages p JOIN articles a ON a.key = p.article_key WHERE a.live = 1"
#: Restricts passages to those whose keys stand in a JSON array.
AND_KEY_IN = "AND p.key IN (SELECT value FROM json_each(?))"

_ARTICLE = (
    "a.article_id, a.files, a.title, a.title_source, a.publisher, a.author, a.published, a.url, a.language, "
    "a.encoding, a.repairs"
)
_PASSAGE = (
    "p.key, p.article_key, p.passage_id, p.paragraph, p.last_paragraph, p.section, p.start, p.end, p.lead_start, "
    "p.lead_end, p.sentences, p.terms"
)
SELECT_ARTICLE = f"SELECT {_ARTICLE}"
SELECT_PASSAGE = f"SELECT {_PASSAGE}"
SELECT_PASSAGE_WITH_ARTICLE = f"SELECT {_PASSAGE}, {_ARTICLE}"
INSERT_ARTICLE = (
    "INSERT INTO articles (article_id, live, digest, files, title, title_source, publisher, author, published, url, "
    "language, text, text_sha256, source, source_sha256, encoding, repairs) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_PASSAGE = (
    "INSERT INTO passages (article_key, passage_id, paragraph, last_paragraph, section, start, end, lead_start, "
    "lead_end, sentences, terms, length, vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_OMISSION = "INSERT INTO omissions VALUES (?, ?, ?, ?, ?, ?, ?)"

Terms = tuple[tuple[str, ...], ...]


def sha256(data: bytes) -> str:
    """Checksum under which texts and sources are kept."""
    return hashlib.sha256(data).hexdigest()


def is_intact(text: str, checksum: str) -> bool:
    """Whether a stored text is the one that was indexed."""
    return sha256(text.encode()) == checksum


def article_row(article: Article, digest: str) -> tuple[object, ...]:
    """Values for INSERT_ARTICLE, not live yet."""
    meta = article.metadata
    return (
        article.article_id, 0, digest, json.dumps(article.files), meta.title, meta.title_source.value,
        meta.publisher, meta.author, meta.published, meta.url, meta.language,
        article.text, sha256(article.text.encode()), article.source, sha256(article.source), article.encoding,
        json.dumps([[r.line, r.start, r.before, r.after] for r in article.repairs]),
    )  # fmt: skip


def passage_row(article_key: int, passage: Passage, terms: Terms, vectors: bytes) -> tuple[object, ...]:
    """Values for INSERT_PASSAGE."""
    lead = passage.lead_in or (None, None)
    return (
        article_key, passage.passage_id, passage.paragraph, passage.last_paragraph, passage.section, passage.start,
        passage.end, lead[0], lead[1], json.dumps(passage.sentences), packed_terms(terms),
        sum(map(len, terms)), vectors,
    )  # fmt: skip


def omission_row(article_key: int, omission: Omission) -> tuple[object, ...]:
    """Values for INSERT_OMISSION."""
    return (
        article_key, omission.line, omission.paragraph, omission.start, omission.end, omission.reason.value,
        omission.detail,
    )  # fmt: skip


def metadata_of(row: sqlite3.Row) -> Metadata:
    """Metadata from a row of SELECT_ARTICLE."""
    return Metadata(
        title=row["title"],
        title_source=TitleSource(row["title_source"]),
        publisher=row["publisher"],
        author=row["author"],
        published=row["published"],
        url=row["url"],
        language=row["language"],
    )


def passage_of(row: sqlite3.Row, article_id: str) -> Passage:
    """Passage from a row of SELECT_PASSAGE."""
    return Passage(
        passage_id=row["passage_id"],
        article_id=article_id,
        paragraph=row["paragraph"],
        last_paragraph=row["last_paragraph"],
        section=row["section"],
        start=row["start"],
        end=row["end"],
        sentences=tuple(Span(start, end) for start, end in json.loads(row["sentences"])),
        lead_in=None if row["lead_start"] is None else Span(row["lead_start"], row["lead_end"]),
    )


def repairs_of(text: str) -> tuple[Repair, ...]:
    """Repairs kept with an article."""
    return tuple(Repair(*values) for values in json.loads(text))


def packed_terms(terms: Sequence[Iterable[str]]) -> str:
    """Sentences a line, terms divided by spaces: terms hold neither."""
    return "\n".join(" ".join(sentence) for sentence in terms)


def unpacked_terms(text: str) -> Terms:
    """Inverse of ``packed_terms``."""
    return tuple(tuple(line.split()) for line in text.split("\n"))
