"""Files, archives and repositories as folders below the data folder, where an indexing run finds them.

Each is a folder of its own, replaced as a whole, so that a failed run leaves what was there before.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from retrieval.core.errors import CorpusFileError, StorageError
from retrieval.ingest.sources.archives import ARCHIVE_ENDINGS, export_head, extract_archive, is_bare_repository
from retrieval.ingest.sources.folder import MAX_FILE_BYTES, read_bytes

#: Folder of single files.
SINGLE_FILES = "files"
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Materialised:
    """A folder that was written: its name, the number of files, and members that were left out with the reason."""

    name: str
    files: int
    skipped: tuple[tuple[str, str], ...] = ()


def is_folder_source(location: Path) -> bool:
    """True for a folder that is indexed where it is."""
    return location.is_dir() and not is_bare_repository(location)


def materialise(location: Path, sources: Path) -> Materialised:
    """Write a file, the files of an archive or of a bare repository's HEAD into a folder in ``sources``.

    Raises:
        CorpusFileError: when it does not exist, cannot be read, or is too large.
        StorageError: when the folder cannot be written.
    """
    if not location.exists():
        raise CorpusFileError(location, "there is no such file or folder", "Correct the name.")
    ending = next((each for each in ARCHIVE_ENDINGS if location.name.lower().endswith(each)), None)
    try:
        sources.mkdir(parents=True, exist_ok=True)
        if location.is_dir():
            name = safe_name(location.resolve().name.removesuffix(".git"))
            with _replacing(sources, name) as folder:
                result = export_head(location, folder)
        elif ending:
            name = safe_name(location.name[: -len(ending)])
            with _replacing(sources, name) as folder:
                result = extract_archive(location, folder)
                _drop_single_folder(folder)
        else:
            return _copy(location, sources)
    except OSError as error:
        raise StorageError(
            sources, error.strerror or str(error), "Check the disk and the folder's permissions."
        ) from error
    if not result.files:
        raise CorpusFileError(location, "it holds no file", "Name another one.")
    return Materialised(name, result.files, tuple(result.skipped))


def _copy(file: Path, sources: Path) -> Materialised:
    data = read_bytes(file, str(file), MAX_FILE_BYTES)
    target = sources / SINGLE_FILES
    target.mkdir(exist_ok=True)
    path = target / f"{safe_name(file.stem)}{_UNSAFE.sub('-', file.suffix)}"
    with tempfile.NamedTemporaryFile(dir=target, prefix=".", delete=False) as written:
        written.write(data)
    Path(written.name).replace(path)
    return Materialised(SINGLE_FILES, 1)


@contextmanager
def _replacing(sources: Path, name: str) -> Iterator[Path]:
    """An empty folder that takes the place of ``name`` when all went well."""
    new = Path(tempfile.mkdtemp(dir=sources, prefix=".new-"))
    old = Path(tempfile.mkdtemp(dir=sources, prefix=".old-"))
    try:
        (new / name).mkdir()
        yield new / name
        if any((new / name).iterdir()):
            if (sources / name).exists():
                (sources / name).rename(old / name)
            (new / name).rename(sources / name)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _drop_single_folder(folder: Path) -> None:
    """Take the files out of the one folder that many archives hold: its name changes with each version."""
    entries = list(folder.iterdir())
    if len(entries) == 1 and entries[0].is_dir():
        inner = entries[0].rename(folder.with_name(f"{folder.name}.inner"))
        folder.rmdir()
        inner.rename(folder)


def safe_name(text: str) -> str:
    """A name for a folder or file: letters, digits, ``.``, ``_`` and ``-``, not hidden, at most 80 characters."""
    return _UNSAFE.sub("-", text).strip("-.")[:_LONGEST].strip("-.") or "source"
