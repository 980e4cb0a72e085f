"""Checks that a Chroma collection matches the library, on open and at every health check."""

from __future__ import annotations

import numpy as np

from retrieval.core.chroma_endpoint import ChromaServer
from retrieval.core.errors import VectorsUnavailableError
from retrieval.core.health import VectorHealth, VectorState
from retrieval.index.vector import ServerVectorIndex
from retrieval.storage.home.index_state import is_current
from retrieval.storage.home.layout import collection_name
from retrieval.storage.library import Library

_PROBE_PASSAGES = 10  # searched for: a server that counts well may still search slowly


def open_consistent(server: ChromaServer, library: Library, folder: str) -> ServerVectorIndex:
    """Open the collection for the indexes in ``folder``.

    Raises:
        VectorsUnavailableError: when the server is out of order, or the collection does not match the library.
    """
    index = ServerVectorIndex(server, collection_name(library.properties.library_id(), folder))
    try:
        check_consistency(server, index, library)
    except BaseException:
        index.close()
        raise
    return index


def check_consistency(server: ChromaServer, index: ServerVectorIndex, library: Library) -> None:
    """Check that the collection holds the library's passages and answers a search in time.

    Raises:
        VectorsUnavailableError: when it does not.
    """
    identity = library.properties.model()
    while True:
        generation = library.properties.generation()
        stored, found = library.passages.count(), index.count()
        if identity is not None and found:
            index.nearest(np.ones(identity.dimensions, dtype=np.float32), min(found, _PROBE_PASSAGES))
        if found >= stored and is_current(index, library.properties.state):
            return
        if library.properties.generation() == generation:  # else an indexing run has changed both meanwhile
            break
    problem = f"holds {found} of {stored} passages" if found < stored else "holds another state of the library"
    detail = f"{server.place} {problem}. Run: pullquote index (a running bot does it by itself)"
    raise VectorsUnavailableError(server.place, VectorHealth(VectorState.INCOMPLETE, detail))
