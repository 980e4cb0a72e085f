"""Makes a data folder out of a backup: looks at everything first, then puts it in place in one step."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from retrieval.core.errors import BackupError, DamagedStoreError, NotIndexedError, SchemaVersionError, StorageError
from retrieval.core.timing import Progress, no_progress
from retrieval.index.embedding import NoEmbedder
from retrieval.index.indexer import Indexer, Stores
from retrieval.index.stores import open_indexes
from retrieval.maintenance.archive import Manifest, unpack
from retrieval.storage.home import atomic_swap
from retrieval.storage.home.index_state import Stamp
from retrieval.storage.home.lock import owning, unused
from retrieval.storage.library import FILE_NAME, LIBRARY_ID, MIGRATIONS, Library, LibraryWriter, inspect

#: What a library knows of the one place where it lives, and a copy must not: the name of its vectors on a server.
LOCAL_PROPERTIES = (LIBRARY_ID,)

#: The migrations of databases by file name.
Schemas = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored; ``aside`` is where the stores are now that were there before."""

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
    schemas: Schemas,
    force: bool = False,
    progress: Progress = no_progress,
) -> RestoreReport:
    """Make ``home`` hold what the backup in ``source`` holds; ``name`` is what the backup is called in errors.

    Where there are stores already they are moved aside if ``force``, or else that is refused. ``schemas`` are those of
    other databases than the library. Raises HomeBusyError (somebody uses the folder), BackupError, StorageError;
    nothing has changed then.
    """
    started = time.monotonic()
    with owning(home), ExitStack() as stack:
        name_before = _name(home)  # it cannot be opened while a restore goes on
        folder = stack.enter_context(_prepared(home))
        stack.enter_context(unused(home))
        if atomic_swap.own(home) and not force:
            raise BackupError(
                home,
                "it holds a library or records already",
                "Name another folder, or add --force: they are kept aside",
            )
        progress("Reading the backup", 0, None)
        manifest = unpack(source, name, folder, lambda manifest: _accept(manifest, name, home))
        progress("Checking the databases", 0, None)
        for member in manifest.members:
            if member.name.endswith(".sqlite3"):
                _check(folder / member.name, member.schema, name, {**schemas, FILE_NAME: MIGRATIONS})
        progress("Rebuilding the indexes", 0, None)
        with _blamed(folder / FILE_NAME, name):
            articles, passages = _complete(folder, _next_indexes(home), name_before)
        aside = atomic_swap.commit(home)
    return RestoreReport(manifest, articles, passages, aside, time.monotonic() - started)


@contextmanager
def _prepared(home: Path) -> Iterator[Path]:
    """The folder in which the new stores are made; what has not been put in place in the end is deleted."""
    try:
        yield atomic_swap.begin(home)
    except OSError as error:
        remedy = "Check the folder's rights and the room on its disk"
        raise StorageError(
            error.filename or home, error.strerror or str(error), f"{remedy}; nothing changed."
        ) from error
    finally:
        atomic_swap.discard(home)


def _accept(manifest: Manifest, name: str, home: Path) -> None:
    """Refuse what cannot be restored before any of it is written."""
    if FILE_NAME not in {member.name for member in manifest.members}:
        raise BackupError(name, "it holds no library", "Use another backup")
    free = shutil.disk_usage(home).free
    if manifest.size > free:
        problem = f"its files need {manifest.size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
        raise BackupError(name, problem, "Make room on the disk of the data folder")


def _check(path: Path, schema: int | None, name: str, schemas: Schemas) -> None:
    with _blamed(path, name):
        if inspect(path, schemas.get(path.name)) != schema:
            raise BackupError(name, f"{path.name} has another version than its manifest says", "Use another backup")


def _name(home: Path) -> str | None:
    """What the library that is there now calls itself; ``None`` where it does not, or cannot be read."""
    try:
        with Library(home) as library:
            return library.library_id()
    except (NotIndexedError, StorageError, SchemaVersionError):
        return None


def _complete(folder: Path, indexes: str, name: str | None) -> tuple[int, int]:
    """Bring the library up to date, make it its place's own, and build its indexes; articles and passages.

    With the ``name`` of the library that it replaces it takes over that one's vectors on a server: the next run deletes
    what they were, which otherwise nobody would.
    """
    with LibraryWriter(folder) as library:
        library.forget_properties(LOCAL_PROPERTIES)
        if name is not None:
            library.identify(name)
        _fill_indexes(folder, library, indexes)
        counts = len(library.digests()), library.count()
    for copy in folder.glob("*.before-v*"):  # the backup is the copy of what was before
        copy.unlink()
    return counts


def _fill_indexes(folder: Path, library: LibraryWriter, name: str) -> None:
    """Make new derived indexes from the library alone: neither corpus nor model is needed."""
    identity = library.identity()
    if identity is None:  # nothing was ever indexed
        return
    library.discard_staged()
    with open_indexes(folder, name) as indexes:
        stores = Stores(*indexes, Stamp(folder / name))
        indexer = Indexer(library, stores, NoEmbedder(identity))
        indexer.fill(library.keys())
        indexer.publish(stores, properties={"indexes": name})
        library.forget_retired()


def _next_indexes(home: Path) -> str:
    """A name for the indexes' folder that nothing in ``home`` has had lately."""
    numbers = [path.name.rpartition("-")[2] for path in home.glob("indexes-*")]
    return f"indexes-{max([int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 10], default=0) + 1}"


@contextmanager
def _blamed(path: Path, name: str) -> Iterator[None]:
    """What is wrong with an unpacked file is wrong with the backup."""
    try:
        yield
    except DamagedStoreError as error:
        raise BackupError(name, f"its {path.name} is {error.problem}", "Use another backup") from error
    except SchemaVersionError as error:
        problem = f"its {path.name} has schema version {error.found}, this program knows up to {error.known}"
        raise BackupError(name, problem, "Upgrade pullquote") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        problem = f"its {path.name} holds what no library holds ({type(error).__name__})"
        raise BackupError(name, problem, "Use another backup") from error


@contextmanager
def opened(file: Path, standard_input: BinaryIO) -> Iterator[BinaryIO]:
    """A backup to read; ``-`` is standard input. Raises BackupError."""
    if file == Path("-"):
        yield standard_input
        return
    with ExitStack() as stack:
        try:
            if file.exists() and not file.is_file():
                raise BackupError(file, "it is no file", "Name a file that pullquote backup has made")
            source = stack.enter_context(file.open("rb"))
        except OSError as error:
            raise BackupError(
                file, error.strerror or str(error), "Name a file that pullquote backup has made"
            ) from error
        yield source
