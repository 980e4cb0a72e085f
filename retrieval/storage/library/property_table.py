"""Named facts about a library as a whole."""

from __future__ import annotations

import json
import sqlite3

from retrieval.core.types import ModelIdentity
from retrieval.storage.home.layout import FIRST_GENERATION
from retrieval.storage.sqlite.connection import Database

#: This library's own random name, by which a server knows its vectors. A copy that shall live beside the original must
#: not have it: the next writer makes another.
LIBRARY_ID = "library_id"


class PropertyTable:
    """Properties of a library, read from disk on each call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """A property's value; ``None`` where it is not set."""
        value: str | None = self._database.value("SELECT value FROM properties WHERE name = ?", name)
        return value

    def model(self) -> ModelIdentity | None:
        """Model that made the vectors; ``None`` while nothing is indexed."""
        stored = self.get("model")
        return ModelIdentity(*json.loads(stored)) if stored else None

    def generation(self) -> int:
        """Number that grows by one with every change that a search could see."""
        return int(self.get("generation") or 0)

    def state(self) -> str:
        """Random name that every change of the passages replaces; empty before the first."""
        return self.get("state") or ""

    def indexes_folder(self) -> str:
        """Name, within the data folder, of the folder with the derived indexes that belong to this library."""
        return self.get("indexes") or FIRST_GENERATION

    def library_id(self) -> str | None:
        """This library's own name among others; ``None`` until the writer makes one."""
        return self.get(LIBRARY_ID)


def model_property(identity: ModelIdentity) -> dict[str, str]:
    """The property that names a model."""
    return {"model": json.dumps(identity)}


def set_properties(connection: sqlite3.Connection, properties: dict[str, str]) -> None:
    """Set these properties."""
    connection.executemany("INSERT OR REPLACE INTO properties VALUES (?, ?)", list(properties.items()))
