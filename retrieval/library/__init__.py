"""The library: one SQLite file that holds everything worth keeping."""

from retrieval.library.candidates import CandidateRow
from retrieval.library.connection import migrate
from retrieval.library.reading import FILE_NAME, LIBRARY_ID, Library
from retrieval.library.writing import LibraryWriter, StagedPassage, model_property

__all__ = [
    "FILE_NAME",
    "LIBRARY_ID",
    "CandidateRow",
    "Library",
    "LibraryWriter",
    "StagedPassage",
    "migrate",
    "model_property",
]
