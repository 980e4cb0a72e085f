"""What can be set from outside. Only the command lines read the environment; everything else is handed a Settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from retrieval.core.chroma_endpoint import ChromaServer, chroma_server_from
from retrieval.core.errors import SettingsError

DEFAULT_HOME = ".pullquote"
DEFAULT_CORPUS = "seeds"
DEFAULT_MODEL = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and which models are used. ``threads`` encode while indexing; 0: one a core.

    ``chroma`` is the server that holds the vectors; without one they are in the data folder.
    """

    home: Path = Path(DEFAULT_HOME)
    corpus: Path = Path(DEFAULT_CORPUS)
    embedding_model: str = DEFAULT_MODEL
    reranker_model: str | None = None
    threads: int = 0
    chroma: ChromaServer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from variables; an empty variable counts as not set. Raises SettingsError."""

        def get(name: str) -> str | None:
            return environ.get(name, "").strip() or None

        threads = get("PULLQUOTE_THREADS") or "0"
        if not threads.isascii() or not threads.isdigit() or len(threads) > 4 or int(threads) > 1024:
            raise SettingsError("PULLQUOTE_THREADS", f"{threads[:20]!r} is not a number of threads, 0 to 1024")
        return cls(
            home=home_in(environ),
            corpus=Path(get("PULLQUOTE_CORPUS") or DEFAULT_CORPUS).expanduser(),
            embedding_model=get("EMBEDDING_MODEL") or DEFAULT_MODEL,
            reranker_model=get("RERANKER_MODEL"),
            threads=int(threads),
            chroma=chroma_server_from(get),
        )


def home_in(environ: Mapping[str, str]) -> Path:
    """The data folder; for what needs nothing else, and must not fail for a setting that it has no use for."""
    return Path(environ.get("PULLQUOTE_HOME", "").strip() or DEFAULT_HOME).expanduser()
