"""Opens the derived indexes for writing: both in the data folder, or the vectors on a Chroma server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.core.errors import StorageError
from retrieval.core.settings import Settings
from retrieval.index.indexer import Stores
from retrieval.index.lexical import TantivyLexicalIndex
from retrieval.index.vector import WRITE_TIMEOUTS, ChromaVectorIndex, ServerVectorIndex, delete_collections
from retrieval.storage.home.index_state import StateFile
from retrieval.storage.home.layout import (
    LEXICAL_FOLDER,
    VECTOR_FOLDER,
    collection_name,
    collection_prefix,
    generations,
)
from retrieval.storage.library import LibraryWriter

_DROPPED = f"{VECTOR_FOLDER}.dropped"


@contextmanager
def open_indexes(home: Path, name: str) -> Iterator[tuple[ChromaVectorIndex, TantivyLexicalIndex]]:
    """Open both derived indexes in the folder ``name``, made where they do not exist."""
    folder = home / name
    with ChromaVectorIndex(folder / VECTOR_FOLDER) as vectors, TantivyLexicalIndex(folder / LEXICAL_FOLDER) as words:
        yield vectors, words


@contextmanager
def open_embedded_stores(home: Path, name: str) -> Iterator[Stores]:
    """Open both derived indexes in the folder ``name`` for writing, with the marker beside them."""
    with open_indexes(home, name) as indexes:
        yield Stores(*indexes, ((StateFile(home / name), indexes),))


@contextmanager
def open_stores(
    settings: Settings, library: LibraryWriter, name: str, ended: Callable[[], bool] = lambda: False
) -> Iterator[Stores]:
    """Open the derived indexes of the generation ``name``, made where they do not exist.

    Where ``ended`` returns true, a server gets no further request.

    Raises:
        StorageError: when an index cannot be written.
        VectorsUnavailableError: when the server does not do its part.
    """
    folder = settings.home / name
    if settings.chroma is None:
        with open_embedded_stores(settings.home, name) as stores:
            yield stores
        return
    collection = collection_name(library.identify(), name)
    with (
        ServerVectorIndex(settings.chroma, collection, make=True, timeouts=WRITE_TIMEOUTS, ended=ended) as vectors,
        TantivyLexicalIndex(folder / LEXICAL_FOLDER) as words,
    ):
        _drop_embedded(folder)
        yield Stores(vectors, words, ((vectors, (vectors,)), (StateFile(folder), (words,))))


def delete_stale(settings: Settings, library: LibraryWriter) -> None:
    """Delete the derived indexes of this library's other generations."""
    current = library.properties.indexes_folder()
    for folder in generations(settings.home):
        if folder.name != current:
            shutil.rmtree(folder, ignore_errors=True)
    if settings.chroma is not None:
        library_id = library.identify()
        delete_collections(settings.chroma, collection_prefix(library_id), collection_name(library_id, current))


def _drop_embedded(folder: Path) -> None:
    """Delete embedded vectors once a server has them: they would go out of date and must never be searched again."""
    embedded, dropped = folder / VECTOR_FOLDER, folder / _DROPPED
    try:
        if embedded.exists():
            shutil.rmtree(dropped, ignore_errors=True)
            embedded.rename(dropped)  # in one step, so that a kill leaves no half of it
        shutil.rmtree(dropped, ignore_errors=True)
    except OSError as error:
        remedy = "Check the folder's rights, then run: pullquote index"
        raise StorageError(embedded, error.strerror or str(error), remedy) from error
