"""Measures both pipelines on synthetic corpora of several sizes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.core.settings import Settings
from retrieval.core.timing import Progress
from retrieval.core.types import ModelIdentity
from retrieval.core.vectors import Matrix, normalise, pool_sentences
from retrieval.evaluation.benchmark.pipelines import PlainPipeline
from retrieval.evaluation.benchmark.synthetic import PARAGRAPHS, SyntheticParagraph, paragraphs, pool, questions
from retrieval.index.embedding import Embedder, SentenceTransformerEmbedder
from retrieval.index.indexer import Indexer
from retrieval.index.stores import open_embedded_stores
from retrieval.ingest import article_digest, build_article, parse_document
from retrieval.storage.home.lock import owning
from retrieval.storage.library import LibraryWriter
from retrieval.text.sentences import split_sentences

#: Passages that are encoded for real to measure the rate of indexing; beyond that, with ``full`` only.
ENCODED = 1000
QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class PreparedEmbedder:
    """Returns for each sentence a prepared vector, near that of the real sentence it was made from.

    A large corpus is built in minutes that way, with vectors distributed as real ones are.
    """

    identity: ModelIdentity
    prepared: dict[str, Matrix]

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:  # noqa: ARG002 - the port's
        """Return the prepared vectors of ``texts``; questions have none."""
        return np.stack([self.prepared[text] for text in texts])


def measure(
    sizes: Sequence[int], settings: Settings, folder: Path, progress: Progress, *, full: bool
) -> dict[str, Any]:
    """Measure all sizes with corpora in ``folder``. Times in seconds, memory and disk in bytes."""
    embedder = SentenceTransformerEmbedder(settings.embedding_model, threads=settings.threads)
    measured: dict[str, Any] = {"model": str(embedder.identity), "sentences": len(pool()), "indexing": {}, "asking": []}
    for size in sizes:
        real = full or size <= ENCODED
        made = list(paragraphs(size))
        ours, plain = folder / f"pullquote-{size}", folder / f"plain-{size}"
        progress(f"{size:,} passages", 0, 4)
        rates = _index_both(made, ours, plain, embedder, settings.embedding_model, real=real)
        progress(f"{size:,} passages", 2, 4)
        if real:
            measured["indexing"][size] = rates
        row: dict[str, Any] = {"passages": size, "vectors": "encoded" if real else "prepared"}
        file = folder / f"questions-{size}.json"
        file.write_text(json.dumps(questions(made, QUESTIONS)), encoding="utf-8")
        for step, (name, place) in enumerate((("pullquote", ours), ("plain", plain)), start=3):
            row[name] = _ask(name, place, settings.embedding_model, file)
            row[name]["disk_bytes"] = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
            progress(f"{size:,} passages", step, 4)
        measured["asking"].append(row)
    return measured


def _index_both(
    made: list[SyntheticParagraph],
    ours: Path,
    plain: Path,
    embedder: SentenceTransformerEmbedder,
    model: str,
    *,
    real: bool,
) -> dict[str, float]:
    """Build both corpora; return passages a second for each, parsing included."""
    pipeline = PlainPipeline(plain, model)
    texts = [paragraph.text for paragraph in made]
    if not real:
        prepared, whole = _prepared(made, embedder)
        pipeline.store(texts, whole)
        _index_articles(ours, texts, PreparedEmbedder(embedder.identity, prepared))
        return {}
    embedder.encode(texts[:8])
    started = time.perf_counter()
    pipeline.index(texts)
    between = time.perf_counter()
    _index_articles(ours, texts, embedder)
    return {"plain": len(made) / (between - started), "pullquote": len(made) / (time.perf_counter() - between)}


def _index_articles(home: Path, texts: Sequence[str], embedder: Embedder) -> None:
    """Index paragraphs, some to an article, into a new data folder."""
    articles = []
    for first in range(0, len(texts), PARAGRAPHS):
        content = "\n".join(texts[first : first + PARAGRAPHS]).encode()
        article = build_article(parse_document(content, f"article-{first // PARAGRAPHS:06}.txt"))
        articles.append((article, article_digest(article)))
    with (
        owning(home),
        LibraryWriter(home) as library,
        open_embedded_stores(home, library.properties.indexes_folder()) as stores,
    ):
        Indexer(library, stores, embedder).update(articles)


def _prepared(made: list[SyntheticParagraph], embedder: Embedder) -> tuple[dict[str, Matrix], Matrix]:
    """Return vectors by sentence, and those of whole paragraphs, shape (paragraphs, dimensions)."""
    real = embedder.encode(pool())
    random = np.random.default_rng(0)
    prepared: dict[str, Matrix] = {}
    whole = []
    for text, origins in made:
        sentences = [text[start:end] for start, end in split_sentences(text)]
        noise = random.normal(size=(len(sentences), real.shape[1])).astype(np.float32) * (0.35 / real.shape[1] ** 0.5)
        nearest = [origins[min(k, len(origins) - 1)] for k in range(len(sentences))]
        vectors = normalise(real[nearest] + noise)
        prepared |= zip(sentences, vectors, strict=True)
        whole.append(pool_sentences(vectors, list(map(len, sentences))))
    return prepared, np.stack(whole)


def _ask(system: str, folder: Path, model: str, file: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "retrieval.evaluation.benchmark.pipelines", system, str(folder), model, str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own module
    found = json.loads(done.stdout.splitlines()[-1])
    seconds = np.array(found["seconds"])
    return {
        "p50": float(np.quantile(seconds, 0.5)),
        "p95": float(np.quantile(seconds, 0.95)),
        "questions_a_second": float(len(seconds) / seconds.sum()),
        "first_answer": found["first_answer"],
        "peak_bytes": found["peak_bytes"],
    }
