"""Corpus folder: lists its files and reads their bytes."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.document import Document, format_of, parse_document

MAX_FILE_BYTES = 64 * 1024 * 1024
CONFIGURATION_FILES = frozenset({"pullquote.toml", "catalog.toml"})
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Listing(NamedTuple):
    """Files of a folder by name: ``documents`` in a known format, ``others``, and folders that could not be listed.

    Names are relative to the folder, with slashes.
    """

    documents: list[Path]
    others: list[Path]
    unlisted: list[tuple[Path, str]]


def list_files(folder: Path) -> Listing:
    """List the files in and below the folder, nothing hidden."""
    found: list[Path] = []
    others: list[Path] = []
    unlisted: list[tuple[Path, str]] = []
    seen: set[tuple[int, int]] = set()

    def refused(error: OSError) -> None:
        unlisted.append((Path(error.filename or folder), error.strerror or str(error)))

    for here, folders, files in os.walk(folder, onerror=refused, followlinks=True):
        try:
            entry = Path(here).stat()
        except OSError as error:
            refused(error)
            continue
        if (entry.st_dev, entry.st_ino) in seen:  # a link back to a folder above it
            folders.clear()
            continue
        seen.add((entry.st_dev, entry.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        top = Path(here) == folder
        for name in files:
            if not name.startswith(".") and not (top and name.lower() in CONFIGURATION_FILES):
                (others if format_of(name) is None else found).append(Path(here, name))
    for paths in (found, others):
        paths.sort(key=lambda path: path.relative_to(folder).as_posix())
    return Listing(found, others, unlisted)


def relative_name(path: Path, folder: Path) -> str:
    """Name of a file relative to the folder.

    Raises:
        CorpusFileError: if it holds bytes that are no UTF-8, or a line break: neither can be shown or stored.
    """
    file = path.relative_to(folder).as_posix()
    if _UNSHOWABLE.search(file):
        raise CorpusFileError(ascii(file), "its name cannot be shown", "Rename it in plain characters.")
    return file


def read_document(path: Path, folder: Path, *, mend: bool = True) -> Document:
    """Read one document; ``mend=False`` leaves wrongly decoded characters as they are.

    Raises:
        CorpusFileError: if the file cannot be read, is too large, or cannot be parsed.
    """
    file = relative_name(path, folder)
    return parse_document(read_bytes(path, file, MAX_FILE_BYTES), file, mend=mend)


def read_bytes(path: Path, file: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read a regular file of at most ``limit`` bytes; errors name it ``file``.

    Raises:
        CorpusFileError: if it is none, or cannot be read.
    """
    try:
        entry = path.stat()
        if not stat.S_ISREG(entry.st_mode):  # opening a pipe would wait for ever
            raise CorpusFileError(file, "it is no regular file", "Move it out of the corpus folder.")
        if entry.st_size > limit:
            problem = f"it is too large ({entry.st_size / 2**20:.0f} MB)"
            raise CorpusFileError(file, problem, f"Split it; {limit // 2**20} MB is the limit.")
        return path.read_bytes()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror or type(error).__name__})"
        raise CorpusFileError(file, problem, "Check that it exists and that this user may read it.") from error
