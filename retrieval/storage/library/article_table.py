"""Live articles of a library."""

from __future__ import annotations

import json
from typing import NamedTuple

from retrieval.core.errors import AlteredArticleError
from retrieval.core.findings import Finding, FindingKind
from retrieval.core.types import Article, ArticleSummary, Omission, Reason
from retrieval.storage.library.rows import ARTICLE_COLUMNS, article_fields, is_intact, passage_of
from retrieval.storage.sqlite.connection import Database

_COUNTS = (
    "length(a.text) AS characters, (SELECT count(*) FROM passages p WHERE p.article_key = a.key) AS passages, "
    "max(coalesce((SELECT max(last_paragraph) FROM passages p WHERE p.article_key = a.key), 0), "
    "coalesce((SELECT max(paragraph) FROM omissions o WHERE o.article_key = a.key), 0)) AS paragraphs"
)


class StoredVersion(NamedTuple):
    """What tells whether an article has changed."""

    files: tuple[str, ...]
    digest: str
    source_sha256: str


class ArticleTable:
    """Live articles, by article id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self) -> dict[str, StoredVersion]:
        """Files, digest and checksum of the original of every article, by id."""
        sql = "SELECT article_id, files, digest, source_sha256 FROM articles WHERE live = 1"
        return {
            article_id: StoredVersion(tuple(json.loads(files)), digest, sha256)
            for article_id, files, digest, sha256 in self._database.rows(sql)
        }

    def resolve(self, article_id: str) -> str | None:
        """Id of the article with this id, with it as an earlier id, or with it as the only end of its path."""
        exact = "SELECT article_id FROM articles WHERE live = 1 AND article_id = ?"
        earlier = (
            "SELECT b.article_id FROM aliases b JOIN articles a ON a.article_id = b.article_id "
            "WHERE a.live = 1 AND b.alias = ?"
        )
        for sql in (exact, earlier):
            for (found,) in self._database.rows(sql, article_id):
                return str(found)
        ending = "/" + article_id
        sql = "SELECT article_id FROM articles WHERE live = 1 AND substr(article_id, -?) = ?"
        similar = [row[0] for row in self._database.rows(sql, len(ending), ending)] if article_id else []
        return str(similar[0]) if len(similar) == 1 else None

    def findings(self) -> list[Finding]:
        """Files that the last run left out for a harmless reason."""
        rows = self._database.rows("SELECT kind, file, detail FROM findings ORDER BY kind, file")
        return [Finding(FindingKind(kind), file, detail) for kind, file, detail in rows]

    def digests(self) -> dict[str, str]:
        """Id and digest of every article."""
        return dict(map(tuple, self._database.rows("SELECT article_id, digest FROM articles WHERE live = 1")))

    def summaries(self) -> list[ArticleSummary]:
        """All articles without their texts, by id."""
        sections: dict[str, list[str]] = {}
        for article_id, section in self._database.rows(
            "SELECT a.article_id, json_extract(p.context, '$[0][#-1]') AS section "
            "FROM passages p JOIN articles a ON a.key = p.article_key "
            "WHERE a.live = 1 AND section IS NOT NULL GROUP BY a.key, section ORDER BY a.key, min(p.start)"
        ):
            sections.setdefault(article_id, []).append(section)
        sql = f"SELECT {ARTICLE_COLUMNS}, {_COUNTS}"
        return [
            ArticleSummary(
                **article_fields(row),
                **{name: row[name] for name in ("passages", "paragraphs", "characters")},
                sections=tuple(sections.get(row["article_id"], ())),
            )
            for row in self._database.rows(sql + " FROM articles a WHERE a.live = 1 ORDER BY a.article_id")
        ]

    def text(self, article_id: str) -> str | None:
        """An article's text, read from disk; ``None`` where there is no such article.

        Raises:
            AlteredArticleError: when it is not the text that was indexed.
        """
        sql = "SELECT text, text_sha256 FROM articles WHERE article_id = ? AND live = 1"
        for text, checksum in self._database.rows(sql, article_id):
            if not is_intact(text, checksum):
                raise AlteredArticleError(article_id)
            return str(text)
        return None

    def source(self, article_id: str) -> tuple[bytes, str]:
        """Original bytes of an article, and the SHA-256 recorded for them.

        Raises:
            KeyError: when there is no such article.
        """
        sql = "SELECT source, source_sha256 FROM articles WHERE article_id = ? AND live = 1"
        for source, checksum in self._database.rows(sql, article_id):
            return bytes(source), str(checksum)
        raise KeyError(article_id)

    def load(self, article_id: str, *, checked: bool = True) -> Article:
        """A whole article.

        Raises:
            KeyError: when there is no such article.
            AlteredArticleError: when its text was altered, unless not ``checked``.
        """
        if checked:
            self.text(article_id)
        for row in self._database.rows("SELECT * FROM articles WHERE article_id = ? AND live = 1", article_id):
            passages = self._database.rows("SELECT * FROM passages WHERE article_key = ? ORDER BY start", row["key"])
            return Article(
                **article_fields(row),
                text=row["text"],
                source=bytes(row["source"]),
                passages=tuple(passage_of(passage, article_id) for passage in passages),
                omissions=tuple(self.omissions(article_id)),
            )
        raise KeyError(article_id)

    def omissions(self, article_id: str) -> list[Omission]:
        """Parts of an article that are not indexed, in the order of the text."""
        rows = self._database.rows(
            "SELECT o.line, o.paragraph, o.start, o.end, o.reason, o.detail FROM omissions o "
            "JOIN articles a ON a.key = o.article_key WHERE a.live = 1 AND a.article_id = ? ORDER BY o.start",
            article_id,
        )
        return [Omission(line, n, start, end, Reason(reason), detail) for line, n, start, end, reason, detail in rows]

    def altered(self) -> list[str]:
        """Ids of the articles whose stored text is not the text that was indexed."""
        rows = self._database.rows(
            "SELECT article_id, text, text_sha256 FROM articles WHERE live = 1 ORDER BY article_id"
        )
        return [article_id for article_id, text, checksum in rows if not is_intact(text, checksum)]
