"""Rows of the library to values and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence

from retrieval.core.types import Article, Metadata, Passage, Repair, Span, TitleSource

ARTICLE_COLUMNS = "a.article_id, a.title, a.title_source, a.publisher, a.author, a.published, a.url, a.language"
PASSAGE_COLUMNS = (
    "p.key, p.article_key, p.passage_id, p.paragraph, p.last_paragraph, p.section, p.start, p.end, p.lead_start, "
    "p.lead_end, p.sentences, p.terms"
)

Terms = tuple[tuple[str, ...], ...]


def sha256(data: bytes) -> str:
    """The checksum under which texts and sources are kept."""
    return hashlib.sha256(data).hexdigest()


def article_row(article: Article, digest: str) -> tuple[object, ...]:
    """The values of a row of ``articles``, without its key, not live yet."""
    meta = article.metadata
    return (
        article.article_id, 0, digest, json.dumps(article.files), meta.title, meta.title_source.value,
        meta.publisher, meta.author, meta.published, meta.url, meta.language,
        article.text, sha256(article.text.encode()), article.source, sha256(article.source), article.encoding,
        json.dumps([[r.line, r.start, r.before, r.after] for r in article.repairs]),
    )  # fmt: skip


def passage_row(article_key: int, passage: Passage, terms: Terms, vectors: bytes) -> tuple[object, ...]:
    """The values of a row of ``passages``, without its key."""
    lead = passage.lead_in or (None, None)
    return (
        article_key, passage.passage_id, passage.paragraph, passage.last_paragraph, passage.section, passage.start,
        passage.end, lead[0], lead[1], json.dumps(passage.sentences), packed_terms(terms),
        sum(map(len, terms)), vectors,
    )  # fmt: skip


def metadata_of(row: sqlite3.Row) -> Metadata:
    """Metadata from a row that has ARTICLE_COLUMNS."""
    return Metadata(
        row["title"], TitleSource(row["title_source"]), row["publisher"], row["author"], row["published"], row["url"],
        row["language"],
    )  # fmt: skip


def passage_of(row: sqlite3.Row, article_id: str) -> Passage:
    """A passage from a row that has PASSAGE_COLUMNS."""
    lead = None if row["lead_start"] is None else Span(row["lead_start"], row["lead_end"])
    sentences = tuple(Span(start, end) for start, end in json.loads(row["sentences"]))
    return Passage(
        row["passage_id"], article_id, row["paragraph"], row["last_paragraph"], row["section"], row["start"],
        row["end"], sentences, lead,
    )  # fmt: skip


def repairs_of(text: str) -> tuple[Repair, ...]:
    """The repairs kept with an article."""
    return tuple(Repair(*values) for values in json.loads(text))


def packed_terms(terms: Sequence[Iterable[str]]) -> str:
    """Sentences a line, terms divided by spaces: terms hold neither."""
    return "\n".join(" ".join(sentence) for sentence in terms)


def unpacked_terms(text: str) -> Terms:
    """What ``packed_terms`` made."""
    return tuple(tuple(line.split()) for line in text.split("\n"))
