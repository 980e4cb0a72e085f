"""Documents of a folder to articles with their passages."""

from retrieval.ingest.parsers.document import parse_document
from retrieval.ingest.pipeline import LoadedCorpus, article_digest, build_article, load_corpus

__all__ = ["LoadedCorpus", "article_digest", "build_article", "load_corpus", "parse_document"]
