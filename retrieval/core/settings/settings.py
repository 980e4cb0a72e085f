"""Settings of the search: data folder, corpus, models, Chroma server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.core.settings.environment import EnvironmentSettings, UserPath, from_variable, variable

DEFAULT_HOME = ".pullquote"
DEFAULT_CORPUS = "seeds"
DEFAULT_MODEL = "all-MiniLM-L6-v2"


class Settings(EnvironmentSettings):
    """Folders and models of the search. ``threads`` encode passages while indexing; 0: one a core.

    ``corpus`` is the folder to index; without one it is the folder of the last run.
    ``chroma`` is the server that holds the vectors; without one they are in the data folder.

    Example:
        >>> Settings.from_env({"PULLQUOTE_CORPUS": "texts"}).corpus
        PosixPath('texts')
    """

    home: UserPath = from_variable("PULLQUOTE_HOME", Path(DEFAULT_HOME))
    corpus: UserPath | None = from_variable("PULLQUOTE_CORPUS", None)
    embedding_model: str = from_variable("EMBEDDING_MODEL", DEFAULT_MODEL)
    reranker_model: str | None = from_variable("RERANKER_MODEL", None)
    threads: int = from_variable("PULLQUOTE_THREADS", 0, must_be="a number of threads, 0 to 1024", ge=0, le=1024)
    chroma: ChromaServer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **values: Any) -> Self:
        """Read the settings, those of the Chroma server included; raises as the base class does."""
        server = ChromaServer.from_env(environ) if variable(environ, "CHROMA_URL") else None
        return super().from_env(environ, chroma=server, **values)


def home_in(environ: Mapping[str, str]) -> Path:
    """The data folder alone, for commands that must not fail for a setting that they do not use."""
    return Path(variable(environ, "PULLQUOTE_HOME") or DEFAULT_HOME).expanduser()
