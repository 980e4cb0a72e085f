"""Documents of a folder to articles with their passages."""

from retrieval.ingest.parsers.document import Document, parse_document
from retrieval.ingest.pipeline import (
    LoadedCorpus,
    NoCorpusError,
    article_digest,
    build_article,
    load_corpus,
)
from retrieval.ingest.sources.catalog import Catalog, CatalogEntry, load_catalog
from retrieval.ingest.sources.folder import find_documents, read_document
from retrieval.text.mojibake import repair
from retrieval.text.sentences import split_sentences

__all__ = [
    "Catalog",
    "CatalogEntry",
    "Document",
    "LoadedCorpus",
    "NoCorpusError",
    "article_digest",
    "build_article",
    "find_documents",
    "load_catalog",
    "load_corpus",
    "parse_document",
    "read_document",
    "repair",
    "split_sentences",
]
