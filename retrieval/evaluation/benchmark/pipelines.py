"""The two pipelines of the benchmark; each is asked in a separate process, so that its memory and start count alone.

``python -m retrieval.evaluation.benchmark.pipelines SYSTEM FOLDER MODEL QUESTIONS`` prints one JSON object.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from retrieval.core.vectors import Matrix
from retrieval.index.embedding import find_model


class PlainPipeline:
    """The baseline: sentence-transformers and Chroma, as a first tutorial combines them.

    One vector a paragraph, the libraries' defaults, the text kept in Chroma. It uses the libraries directly, not
    through our adapters, as other programs do.
    """

    def __init__(self, folder: Path, model: str) -> None:
        import chromadb
        from chromadb.config import Settings as ChromaSettings
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(find_model(model)), device="cpu")
        self._client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
        self._collection = self._client.get_or_create_collection("paragraphs", embedding_function=None)

    def index(self, texts: Sequence[str]) -> None:
        """Encode and store paragraphs, on all cores as PyTorch does by default."""
        import torch

        threads = torch.get_num_threads()
        torch.set_num_threads(os.cpu_count() or 1)
        try:
            vectors = self._model.encode(list(texts), show_progress_bar=False)
        finally:
            torch.set_num_threads(threads)
        self.store(texts, vectors)

    def store(self, texts: Sequence[str], vectors: Matrix) -> None:
        """Store paragraphs with given vectors, shape (paragraphs, dimensions)."""
        batch = self._client.get_max_batch_size()
        for first in range(0, len(texts), batch):
            some = slice(first, first + batch)
            ids = [str(number) for number in range(len(texts))[some]]
            self._collection.add(ids=ids, documents=list(texts[some]), embeddings=vectors[some])

    def ask(self, question: str) -> list[str]:
        """Return the nearest three paragraphs."""
        vector = self._model.encode([question], show_progress_bar=False)
        found = self._collection.query(query_embeddings=vector, n_results=3, include=["documents", "distances"])
        return list((found["documents"] or [[]])[0])


def main(arguments: list[str]) -> None:
    """Open a pipeline, warm it up, time every question."""
    started = time.perf_counter()
    system, folder, model, file = arguments
    questions: list[str] = json.loads(Path(file).read_text(encoding="utf-8"))
    with ExitStack() as stack:
        ask: Callable[[str], object]
        if system == "plain":
            ask = PlainPipeline(Path(folder), model).ask
        else:  # imported here: the plain pipeline must not pay for it
            from retrieval.core.settings import Settings
            from retrieval.search.session import open_searcher

            ask = stack.enter_context(open_searcher(Settings(home=Path(folder), embedding_model=model))).ask
        ask(questions[0])
        first = time.perf_counter() - started
        for question in questions[:20]:  # warm up
            ask(question)
        times = []
        for question in questions:
            begun = time.perf_counter()
            ask(question)
            times.append(time.perf_counter() - begun)
    sys.stdout.write(json.dumps({"seconds": times, "first_answer": first, "peak_bytes": _peak_bytes()}) + "\n")


def _peak_bytes() -> int:
    """Return the peak memory of this process. On Linux from /proc: the figure of getrusage includes the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(sys.argv[1:])
