"""Embedded Chroma: the collection in the data folder."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import chromadb
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from retrieval.core.errors import DamagedIndexError, IndexesReplacedError, RetrievalError, StorageError, one_line
from retrieval.core.system import is_disk_full
from retrieval.index.vector.base import COSINE, CollectionIndex

COLLECTION = "passages"
_PAGE = 5000  # Chroma refuses more than 5,461 records, and far more ids, in one call


class ChromaVectorIndex(CollectionIndex):
    """A collection in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Open or make the collection in ``folder``.

        Raises:
            StorageError: when it cannot be read or written; DamagedIndexError, when it is corrupt.
        """
        self._folder = folder
        self._client: Client | None = None
        logging.getLogger("chromadb").setLevel(logging.CRITICAL)  # its errors reach the user through ours
        try:
            with self._translated():
                super().__init__(self._open(), _PAGE)
        except BaseException:
            self._forget()
            raise

    def _open(self) -> Collection:
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = ChromaSettings(anonymized_telemetry=False, is_persistent=True)
        client = chromadb.PersistentClient(str(self._folder), settings=settings)
        assert isinstance(client, Client)  # noqa: S101 - narrows the library's declared type
        self._client = client
        return client.get_or_create_collection(COLLECTION, configuration=COSINE, embedding_function=None)

    def _forget(self) -> None:
        """Delete a failed client from Chroma's registry, which would return it to the next attempt."""
        with contextlib.suppress(Exception):
            self.close()
        name = str(self._folder)
        # There is no public way; a version of Chroma that keeps them elsewhere says why it fails once more.
        counts, systems = (
            getattr(SharedSystemClient, kept, None) for kept in ("_identifier_to_refcount", "_identifier_to_system")
        )
        if isinstance(counts, dict) and isinstance(systems, dict) and not counts.get(name):
            systems.pop(name, None)

    def close(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            client.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except RetrievalError:
            raise
        except OSError as error:
            remedy = "Check the disk and the folder's rights, then run: pullquote index"
            raise StorageError(self._folder, error.strerror or str(error), remedy) from error
        # Chroma's Rust core panics with a BaseException on some damaged files.
        except (ChromaError, ValueError, RuntimeError, KeyError) as error:
            raise self._as_ours(error) from error
        except BaseException as error:
            if type(error).__name__ == "PanicException":
                raise self._as_ours(error) from error
            raise

    def _as_ours(self, error: BaseException) -> StorageError:
        if not self._folder.is_dir():
            return IndexesReplacedError(self._folder)
        problem = one_line(error)[:160] or type(error).__name__
        signs = ("disk is full", "no space", "os error 28", "i/o error")
        if any(sign in problem.lower() for sign in signs) or is_disk_full(self._folder):
            return StorageError(self._folder, problem, "Make room on the disk, then run: pullquote index")
        if "readonly" in problem.lower() or "permission denied" in problem.lower():
            return StorageError(self._folder, problem, "Check the folder's rights.")
        return DamagedIndexError(self._folder, problem)

    def _lost_vectors(self, problem: str) -> StorageError:
        return DamagedIndexError(self._folder, problem)
