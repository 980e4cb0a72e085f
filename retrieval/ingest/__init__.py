"""Documents of a folder to articles with their passages."""

from retrieval.ingest.parsers.document import parse_document
from retrieval.ingest.pipeline import (
    LoadedCorpus,
    Scan,
    SourceFile,
    article_digest,
    build_article,
    build_articles,
    load_corpus,
    partly_read,
    scan_corpus,
)

__all__ = [
    "LoadedCorpus",
    "Scan",
    "SourceFile",
    "article_digest",
    "build_article",
    "build_articles",
    "load_corpus",
    "parse_document",
    "partly_read",
    "scan_corpus",
]
