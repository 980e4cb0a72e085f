"""Indexes articles in a temporary folder, the way the product does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from retrieval.core.settings import Settings
from retrieval.core.timing import Progress
from retrieval.evaluation.systems import IndexedCorpus
from retrieval.index.sync import run_indexing
from retrieval.search.session import open_session


@contextmanager
def temporary_corpus(articles: Mapping[str, str], settings: Settings, progress: Progress) -> Iterator[IndexedCorpus]:
    """Index ``articles`` (id → text, one paragraph a line); delete the index afterwards."""
    with tempfile.TemporaryDirectory(prefix="pullquote-") as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for name, text in articles.items():
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        there = settings.model_copy(update={"home": Path(folder) / "home", "corpus": corpus, "chroma": None})
        run_indexing(there, progress=progress)
        with open_session(there) as session:
            yield IndexedCorpus.of(session)
