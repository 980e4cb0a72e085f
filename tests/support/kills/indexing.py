"""Indexing runs that end by SIGKILL at a chosen step: what a child process of the kill tests does.

A step is the start or the end of any function of ours that has to do with storing, and of any call from there, or from
Chroma's Python side, into SQLite, Tantivy and Chroma's core. A profiling hook counts them, so that nothing of the
program is replaced.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import chromadb.api.rust

import retrieval
from retrieval.core.errors import RetrievalError
from retrieval.core.settings import Settings
from retrieval.index.sync import run_indexing
from retrieval.ingest.isolation import InlineParser
from tests.support.doubles.fakes import WordEmbedder

_PACKAGE = Path(retrieval.__file__).parent
#: Modules that compute and store nothing: their steps would outnumber all others.
_PURE = {"analysis.py", "embedding.py"}
_OURS = frozenset(
    str(path) for folder in ("storage", "index") for path in (_PACKAGE / folder).rglob("*.py") if path.name not in _PURE
)
_CALLERS = _OURS | {chromadb.api.rust.__file__}
_CALLS = frozenset(
    "execute executemany executescript fetchall commit reload writer add_document delete_documents_by_term rename "
    "upsert delete get create_collection get_or_create_collection wait_merging_threads flock pwrite rmdir mkdir".split()
)


#: Our functions at whose start and end what is stored changes hands.
_TURNS = frozenset("stage publish discard_staged forget_retired set_properties add remove write delete_stale".split())


class Steps:
    """Counts steps, and kills this process before the one numbered ``fatal``, from 1; 0 kills nothing.

    ``turns`` are the numbers of the steps at which something is about to be changed, or has just been.
    """

    def __init__(self, fatal: int) -> None:
        self.count = 0
        self.turns: list[int] = []
        self._fatal = fatal

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        """The hook for ``sys.setprofile``."""
        file = frame.f_code.co_filename
        if event in {"call", "return"}:
            if file not in _OURS or frame.f_code.co_name.startswith("<"):
                return
        elif file not in _CALLERS or getattr(argument, "__name__", "") not in _CALLS:
            return
        self.count += 1
        name = frame.f_code.co_name if event in {"call", "return"} else argument.__name__
        if name in _TURNS or name in {"commit", "upsert", "delete"}:
            self.turns.append(self.count)
        if self.count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def run(settings: Settings, model: str, *, rebuild: bool, fatal: int, counted: Path | None) -> None:
    """One indexing run; the number of its steps, and its turns, are written to ``counted``."""
    steps = Steps(fatal)
    if fatal or counted is not None:
        sys.setprofile(steps)  # a long run takes three times as long with it
    try:
        run_indexing(
            settings,
            open_embedder=WordEmbedder(model).opened,
            open_parser=InlineParser,
            rebuild=rebuild,
            allow_removal=True,
        )
    except RetrievalError as error:
        sys.exit(str(error))
    finally:
        sys.setprofile(None)
    if counted is not None:
        counted.write_text(" ".join(map(str, [steps.count, *steps.turns])))
