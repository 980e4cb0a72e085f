"""Settings: of the search, of a Chroma server, and how variables are read."""

from retrieval.core.settings.settings import DEFAULT_CORPUS, DEFAULT_HOME, DEFAULT_MODEL, Settings, home_in

__all__ = ["DEFAULT_CORPUS", "DEFAULT_HOME", "DEFAULT_MODEL", "Settings", "home_in"]
