"""Paragraph embeddings in a Chroma collection, in the data folder or on a server. The only importer of chromadb."""

from retrieval.index.vector.local import ChromaVectorIndex
from retrieval.index.vector.probe import greet
from retrieval.index.vector.server import LostCollectionError, ServerVectorIndex, forget_collections
from retrieval.index.vector.timeouts import WRITING

__all__ = ["WRITING", "ChromaVectorIndex", "LostCollectionError", "ServerVectorIndex", "forget_collections", "greet"]
