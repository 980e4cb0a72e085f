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
    "scan_corpus",
]
