"""The library: one SQLite file that holds everything worth keeping."""

from retrieval.storage.library.article_table import ArticleTable, StoredVersion
from retrieval.storage.library.passage_table import CandidateRow, PassageTable
from retrieval.storage.library.property_table import LIBRARY_ID, model_property
from retrieval.storage.library.reader import Library
from retrieval.storage.library.schema import MIGRATIONS
from retrieval.storage.library.writer import LibraryWriter, StagedPassage
from retrieval.storage.sqlite.migrations import migrate
from retrieval.storage.sqlite.snapshots import inspect, snapshot, version_of

__all__ = [
    "LIBRARY_ID",
    "MIGRATIONS",
    "ArticleTable",
    "CandidateRow",
    "Library",
    "LibraryWriter",
    "PassageTable",
    "StagedPassage",
    "StoredVersion",
    "inspect",
    "migrate",
    "model_property",
    "snapshot",
    "version_of",
]
