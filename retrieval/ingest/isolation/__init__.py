"""Parsing in worker processes, so that whatever a file does, it costs that file and no other."""

from retrieval.ingest.isolation.confinement import Confinement, confinement
from retrieval.ingest.isolation.limits import Limits
from retrieval.ingest.isolation.pool import ArticleBuilder, InlineParser, Job, ParserPool

__all__ = ["ArticleBuilder", "Confinement", "InlineParser", "Job", "Limits", "ParserPool", "confinement"]
