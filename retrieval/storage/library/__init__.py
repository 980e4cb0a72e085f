"""The library: one SQLite file that holds everything worth keeping."""

from retrieval.storage.library.candidates import CandidateRow
from retrieval.storage.library.reader import FILE_NAME, LIBRARY_ID, Library
from retrieval.storage.library.schema import MIGRATIONS
from retrieval.storage.library.writer import LibraryWriter, StagedPassage, model_property
from retrieval.storage.sqlite.migrations import migrate
from retrieval.storage.sqlite.snapshots import inspect, snapshot, version_of

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
