"""The library: one SQLite file that holds everything worth keeping."""

from retrieval.library.candidates import CandidateRow
from retrieval.library.migration import migrate
from retrieval.library.reading import FILE_NAME, LIBRARY_ID, Library
from retrieval.library.schema import MIGRATIONS
from retrieval.library.snapshots import inspect, snapshot, version_of
from retrieval.library.writing import LibraryWriter, StagedPassage, model_property

__all__ = [
    "FILE_NAME",
    "LIBRARY_ID",
    "MIGRATIONS",
    "CandidateRow",
    "Library",
    "LibraryWriter",
    "StagedPassage",
    "inspect",
    "migrate",
    "model_property",
    "snapshot",
    "version_of",
]
