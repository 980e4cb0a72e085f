"""``pullquote.toml``: what a corpus folder's owner says of it: which files, their links, defaults and corrections."""

from retrieval.ingest.sources.config.corpus_config import CONFIG_NAMES, CorpusConfig, load_config
from retrieval.ingest.sources.config.links import LinkStyle
from retrieval.ingest.sources.config.schema import CatalogEntry, DefaultMetadata

__all__ = ["CONFIG_NAMES", "CatalogEntry", "CorpusConfig", "DefaultMetadata", "LinkStyle", "load_config"]
