"""Names of the files, folders and collections of a data folder."""

from __future__ import annotations

from pathlib import Path

LIBRARY_FILE = "library.sqlite3"
#: The two derived indexes, within the folder of their generation.
VECTOR_FOLDER, LEXICAL_FOLDER = "chroma", "tantivy"
#: The library's state, beside the derived indexes.
STATE_FILE = "library.state"
#: Folders of files that were made of archives, repositories and pages; each is part of the corpus.
SOURCES_FOLDER = "sources"

#: Beginning of the names of the folders of derived indexes, one a generation.
GENERATION = "indexes-"
FIRST_GENERATION = f"{GENERATION}1"
_LONGEST = 9  # digits; a longer number is none of ours


def generations(home: Path) -> list[Path]:
    """Folders of derived indexes, of every generation."""
    return sorted(home.glob(f"{GENERATION}*"))


def next_generation(*names: str) -> str:
    """Name of a generation after all of ``names``."""
    numbers = [int(n) for n in map(_number, names) if n.isascii() and n.isdigit() and len(n) <= _LONGEST]
    return f"{GENERATION}{max(numbers, default=0) + 1}"


def collection_name(library_id: str | None, generation: str) -> str:
    """Collection on a server that holds a library's vectors of one generation."""
    return f"{collection_prefix(library_id)}{_number(generation)}"


def collection_prefix(library_id: str | None) -> str:
    """Beginning of the names of all collections of a library."""
    return f"pullquote-{library_id or 'unnamed'}-"


def _number(generation: str) -> str:
    return generation.rpartition("-")[2]
