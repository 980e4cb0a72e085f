"""Passage vectors in a Chroma collection, in the data folder or on a server. The only importer of chromadb."""

from retrieval.index.vector.local import ChromaVectorIndex
from retrieval.index.vector.probe import probe_server
from retrieval.index.vector.server import ServerVectorIndex, delete_collections
from retrieval.index.vector.timeouts import WRITE_TIMEOUTS

__all__ = [
    "WRITE_TIMEOUTS",
    "ChromaVectorIndex",
    "ServerVectorIndex",
    "delete_collections",
    "probe_server",
]
