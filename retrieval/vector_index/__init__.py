"""Paragraph embeddings in a Chroma collection, in the data folder or on a server. The only importer of chromadb."""

from retrieval.vector_index.embedded import ChromaVectorIndex
from retrieval.vector_index.greeting import greet
from retrieval.vector_index.patience import WRITING
from retrieval.vector_index.server import LostCollectionError, ServerVectorIndex, forget_collections

__all__ = ["WRITING", "ChromaVectorIndex", "LostCollectionError", "ServerVectorIndex", "forget_collections", "greet"]
