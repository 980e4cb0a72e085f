"""Restore a data folder from a backup: check everything first, then swap it in at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from retrieval.core.errors import BackupError, DamagedStoreError, NotIndexedError, SchemaVersionError, StorageError
from retrieval.index.embedding import NoEmbedder
from retrieval.index.indexer import Indexer
from retrieval.index.stores import open_embedded_stores
from retrieval.maintenance.archive import Manifest, unpack
from retrieval.storage.home import atomic_swap
from retrieval.storage.home.layout import LIBRARY_FILE, generations, next_generation
from retrieval.storage.home.lock import owning, unused
from retrieval.storage.library import LIBRARY_ID, MIGRATIONS, Library, LibraryWriter, inspect


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """Result of a restore. ``aside`` is the folder that now holds the stores that were replaced."""

    manifest: Manifest
    articles: int
    passages: int
    aside: Path | None
    seconds: float


def restore(
    home: Path,
    source: BinaryIO,
    name: str,
    *,
    schemas: Mapping[str, Sequence[str]],
    force: bool = False,
    progress: Callable[[str], object] = lambda _step: None,
) -> RestoreReport:
    """Restore ``home`` from the backup in ``source``; ``name`` stands for the backup in error messages.

    With ``force`` existing stores are moved aside. ``schemas`` are the migrations of the other databases by file name.
    ``progress`` is called with the name of each step.

    Raises:
        HomeBusyError: Another process writes or uses ``home``.
        BackupError: The backup is unusable, or ``home`` holds stores and ``force`` is not set; nothing has changed.
        StorageError: ``home`` cannot be written; nothing has changed.
    """
    started = time.monotonic()
    with owning(home), ExitStack() as stack:
        previous_id = _library_id(home)  # the library cannot be opened during a restore
        folder = stack.enter_context(_restore_folder(home))
        stack.enter_context(unused(home))
        if atomic_swap.store_files(home) and not force:
            remedy = "Name another folder, or add --force: the old files are kept"
            raise BackupError(home, "it holds a library or records already", remedy)
        progress("Reading the backup")
        manifest = unpack(source, name, folder, lambda manifest: _check_manifest(manifest, name, home))
        progress("Checking the databases")
        for member in manifest.members:
            if member.name.endswith(".sqlite3"):
                migrations = MIGRATIONS if member.name == LIBRARY_FILE else schemas.get(member.name)
                _check_database(folder / member.name, member.schema, name, migrations)
        progress("Rebuilding the indexes")
        with _errors_as_backup_errors(folder / LIBRARY_FILE, name):
            indexes = next_generation(*(path.name for path in generations(home)))
            articles, passages = _finish_library(folder, indexes, previous_id)
        aside = atomic_swap.commit(home)
    return RestoreReport(manifest, articles, passages, aside, time.monotonic() - started)


@contextmanager
def _restore_folder(home: Path) -> Iterator[Path]:
    """A folder for the new stores; deleted unless they were swapped in."""
    try:
        yield atomic_swap.prepare(home)
    except OSError as error:
        remedy = "Check the folder's rights and the room on its disk; nothing changed."
        raise StorageError(error.filename or home, error.strerror or str(error), remedy) from error
    finally:
        atomic_swap.discard(home)


def _check_manifest(manifest: Manifest, name: str, home: Path) -> None:
    """Refuse a backup without a library or too large for the disk, before any file is written."""
    if LIBRARY_FILE not in {member.name for member in manifest.members}:
        raise BackupError(name, "it holds no library", "Use another backup")
    free = shutil.disk_usage(home).free
    size = sum(member.size for member in manifest.members)
    if size > free:
        problem = f"its files need {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
        raise BackupError(name, problem, "Make room on the disk of the data folder")


def _check_database(path: Path, schema: int | None, name: str, migrations: Sequence[str] | None) -> None:
    with _errors_as_backup_errors(path, name):
        if inspect(path, migrations) != schema:
            raise BackupError(name, f"{path.name} has another version than its manifest says", "Use another backup")


def _library_id(home: Path) -> str | None:
    """The id of the library now in ``home``; ``None`` where it has none or cannot be read."""
    try:
        with Library(home) as library:
            return library.properties.library_id()
    except (NotIndexedError, StorageError, SchemaVersionError):
        return None


def _finish_library(folder: Path, indexes: str, library_id: str | None) -> tuple[int, int]:
    """Migrate the library, give it an id of its own and build its indexes; return its articles and passages.

    ``library_id`` is the id of the library that it replaces. Taking it over lets the next indexing run delete the
    former vectors on a server, which would stay there for ever otherwise.
    """
    with LibraryWriter(folder) as library:
        library.forget_properties([LIBRARY_ID])  # it names the other library's vectors on a server
        if library_id is not None:
            library.identify(library_id)
        library.discard_staged()
        if (identity := library.properties.model()) is not None:  # else it is empty
            with open_embedded_stores(folder, indexes) as stores:
                indexer = Indexer(library, stores, NoEmbedder(identity))
                indexer.fill(library.passages.keys())
                indexer.publish(properties={"indexes": indexes})
            library.forget_retired()
        counts = len(library.articles.digests()), library.passages.count()
    for copy in folder.glob("*.before-v*"):  # the backup itself is the copy of the older version
        copy.unlink()
    return counts


@contextmanager
def _errors_as_backup_errors(path: Path, name: str) -> Iterator[None]:
    """Report an error in an extracted file as an error of the backup ``name``."""
    try:
        yield
    except DamagedStoreError as error:
        raise BackupError(name, f"its {path.name} is {error.problem}", "Use another backup") from error
    except SchemaVersionError as error:
        problem = f"its {path.name} has schema version {error.found}, this program knows up to {error.known}"
        raise BackupError(name, problem, "Upgrade pullquote") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        problem = f"its {path.name} is no library of pullquote ({type(error).__name__})"
        raise BackupError(name, problem, "Use another backup") from error


def open_backup(file: Path) -> BinaryIO:
    """Open a backup for reading; raise BackupError if that fails."""
    remedy = "Name a file that pullquote backup has made"
    try:
        if file.exists() and not file.is_file():
            raise BackupError(file, "it is not a file", remedy)
        return file.open("rb")
    except OSError as error:
        raise BackupError(file, error.strerror or str(error), remedy) from error
