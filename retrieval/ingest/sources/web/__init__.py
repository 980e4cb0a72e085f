"""Pages, sitemaps and feeds: fetched politely and within bounds, into a folder."""

from retrieval.ingest.sources.web.client import WebClient, WebError
from retrieval.ingest.sources.web.fetching import fetch_source

__all__ = ["WebClient", "WebError", "fetch_source"]
