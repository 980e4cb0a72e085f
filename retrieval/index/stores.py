"""Where the derived indexes are: both in the data folder, or the vectors on a Chroma server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.core.errors import StorageError
from retrieval.core.settings import Settings
from retrieval.index.indexer import Stores, remove_stale_indexes
from retrieval.index.lexical import TantivyLexicalIndex
from retrieval.index.vector import WRITING, ChromaVectorIndex, ServerVectorIndex, forget_collections
from retrieval.storage.home.index_state import Stamp
from retrieval.storage.library import LibraryWriter

EMBEDDED, WORDS = "chroma", "tantivy"
_DROPPED = "chroma.dropped"


@contextmanager
def open_indexes(home: Path, name: str) -> Iterator[tuple[ChromaVectorIndex, TantivyLexicalIndex]]:
    """Both derived indexes in the folder ``name``, made where they do not exist."""
    with ChromaVectorIndex(home / name / EMBEDDED) as vectors, TantivyLexicalIndex(home / name / WORDS) as words:
        yield vectors, words


@contextmanager
def open_stores(
    settings: Settings, library: LibraryWriter, name: str, ended: Callable[[], bool] = lambda: False
) -> Iterator[Stores]:
    """The derived indexes to write, made where they do not exist; the caller owns the data folder.

    Where ``ended`` says so, a server is not asked for more. Raises StorageError, VectorsUnavailableError.
    """
    folder = settings.home / name
    if settings.chroma is None:
        with open_indexes(settings.home, name) as indexes:
            yield Stores(*indexes, Stamp(folder))
        return
    collection = collection_name(library.identify(), name)
    with (
        ServerVectorIndex(settings.chroma, collection, make=True, patience=WRITING, ended=ended) as vectors,
        TantivyLexicalIndex(folder / WORDS) as words,
    ):
        _drop_embedded(folder)
        yield Stores(vectors, words, Stamp(folder), vectors)


def forget_stale(settings: Settings, library: LibraryWriter, current: str) -> None:
    """Delete the derived indexes of this library's other generations."""
    remove_stale_indexes(settings.home, current)
    if settings.chroma is not None:
        library_id = library.identify()
        forget_collections(settings.chroma, _prefix(library_id), collection_name(library_id, current))


def collection_name(library_id: str, indexes: str) -> str:
    """The collection that holds a library's vectors; ``indexes`` is the name of the folder of its indexes."""
    return f"{_prefix(library_id)}{indexes.rpartition('-')[2]}"


def _prefix(library_id: str) -> str:
    return f"pullquote-{library_id}-"


def _drop_embedded(folder: Path) -> None:
    """Take away vectors that will be out of date: what is in the folder must never be served once it is not kept."""
    dropped = folder / _DROPPED
    try:
        if (folder / EMBEDDED).exists():
            shutil.rmtree(dropped, ignore_errors=True)
            (folder / EMBEDDED).rename(dropped)  # in one step, so that a kill leaves no half of it
        shutil.rmtree(dropped, ignore_errors=True)
    except OSError as error:
        remedy = "Check the folder's rights, then run: pullquote index"
        raise StorageError(folder / EMBEDDED, error.strerror or str(error), remedy) from error
