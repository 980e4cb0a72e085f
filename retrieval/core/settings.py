"""Settings of the search: data folder, corpus, models, Chroma server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field

from retrieval.core.chroma_endpoint import ChromaServer
from retrieval.core.environment import EnvironmentSettings, UserPath, variable

DEFAULT_HOME = ".pullquote"
DEFAULT_CORPUS = "seeds"
DEFAULT_MODEL = "all-MiniLM-L6-v2"


class Settings(EnvironmentSettings):
    """Folders and models of the search. ``threads`` encode passages while indexing; 0: one a core.

    ``chroma`` is the server that holds the vectors; without one they are in the data folder.

    Example:
        >>> Settings.from_env({"PULLQUOTE_CORPUS": "texts"}).corpus
        PosixPath('texts')
    """

    home: UserPath = Field(default=Path(DEFAULT_HOME), validation_alias="PULLQUOTE_HOME")
    corpus: UserPath = Field(default=Path(DEFAULT_CORPUS), validation_alias="PULLQUOTE_CORPUS")
    embedding_model: str = Field(default=DEFAULT_MODEL, validation_alias="EMBEDDING_MODEL")
    reranker_model: str | None = Field(default=None, validation_alias="RERANKER_MODEL")
    threads: int = Field(
        default=0, ge=0, le=1024, validation_alias="PULLQUOTE_THREADS", description="a number of threads, 0 to 1024"
    )
    chroma: ChromaServer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **values: Any) -> Self:
        """Read the settings, those of the Chroma server included.

        Raises:
            SettingsError: A variable cannot be used; the message names it.
        """
        server = ChromaServer.from_env(environ) if variable(environ, "CHROMA_URL") else None
        return super().from_env(environ, chroma=server, **values)


def home_in(environ: Mapping[str, str]) -> Path:
    """The data folder alone, for commands that must not fail for a setting that they do not use."""
    return Path(variable(environ, "PULLQUOTE_HOME") or DEFAULT_HOME).expanduser()
