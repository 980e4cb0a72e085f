"""Opens the library for reading. Any number of threads and processes may."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from retrieval.core.errors import NotIndexedError, OutdatedLibraryError, SchemaVersionError
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.home.lock import refuse_unfinished_restore
from retrieval.storage.library.article_table import ArticleTable
from retrieval.storage.library.passage_table import PassageTable
from retrieval.storage.library.property_table import PropertyTable
from retrieval.storage.library.schema import MIGRATIONS
from retrieval.storage.library.vocabulary_table import VocabularyTable
from retrieval.storage.sqlite.connection import Database, schema_version


class Library:
    """All articles, passages, vectors and omissions, for reading only. Use as a context manager."""

    def __init__(self, home: Path) -> None:
        """Open the library in ``home``.

        Raises:
            NotIndexedError: when there is none, or (OutdatedLibraryError) an older one.
            SchemaVersionError: when it is of a newer program.
            BeingRestoredError: while a backup is restored into ``home``.
            StorageError: when it cannot be read, or a restore into ``home`` was interrupted.
        """
        self._database = self._open(home)
        self.properties = PropertyTable(self._database)
        self.articles = ArticleTable(self._database)
        self.passages = PassageTable(self._database, self.articles)
        self.vocabulary = VocabularyTable(self._database)

    @staticmethod
    def _open(home: Path) -> Database:
        refuse_unfinished_restore(home)
        path = home / LIBRARY_FILE
        if not path.exists():
            raise NotIndexedError(home)
        database = Database(path, write=False)
        with database.opening() as connection:
            version = schema_version(connection)
            if version > len(MIGRATIONS):
                raise SchemaVersionError(path, version, len(MIGRATIONS))
            if version == 0:
                raise NotIndexedError(home)
            if version < len(MIGRATIONS):
                raise OutdatedLibraryError(home, version, len(MIGRATIONS))
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the library cannot be used afterwards."""
        self._database.close()

    def check(self) -> str | None:
        """SQLite's verdict on the file; ``None`` when all is well."""
        return self._database.check()
