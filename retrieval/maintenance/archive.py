"""Backup format: a gzipped tar of plain files that begins with a manifest. Reading treats it as hostile input.

``tarfile`` writes it and ``tar xzf`` unpacks it. It is not read with ``tarfile``, which obeys headers: unbounded sizes,
links, names with folders. Here every header must match the manifest.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import AfterValidator, Field, TypeAdapter

from retrieval.core.errors import BackupError, one_line

FORMAT = 1
MANIFEST = "manifest.json"
#: Names that a backup may contain: the databases and keys of a data folder.
MEMBER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:sqlite3|key)")
_LARGEST_MANIFEST, _LARGEST_KEY, _LARGEST_TAIL = 1 << 16, 1 << 16, 1 << 16  # bytes
_MOST_MEMBERS = 20
_BLOCK, _CHUNK = 512, 1 << 20
_LEVEL = 3  # vectors hardly compress: a higher level takes longer and saves nothing
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

_Count = Annotated[int, Field(ge=0, lt=1 << 62)]


def _time(text: str) -> str:
    time.strptime(text, TIME_FORMAT)
    return text


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup. ``schema`` is the schema version of a database, ``None`` for a key."""

    name: Annotated[str, Field(pattern=f"^{MEMBER_NAME.pattern}$")]
    size: _Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    schema: _Count | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Description of a backup. ``created`` is in UTC; the counts are ``None`` for an outdated library."""

    version: Annotated[str, Field(pattern="^[A-Za-z0-9_.+-]{1,40}$")]
    created: Annotated[str, AfterValidator(_time)]
    articles: _Count | None
    passages: _Count | None
    members: Annotated[tuple[Member, ...], Field(max_length=_MOST_MEMBERS)]


def describe_member(path: Path, schema: int | None) -> Member:
    """Describe a file for the manifest."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Member(path.name, path.stat().st_size, digest, schema)


def write(target: BinaryIO, manifest: Manifest, folder: Path) -> None:
    """Write the members of ``manifest``, read from ``folder``, as a backup.

    Raises:
        OSError: A file cannot be read, or ``target`` not written.
    """
    document = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2).encode()
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=target) as packed,
        tarfile.open(mode="w|", fileobj=packed, format=tarfile.GNU_FORMAT) as archive,
    ):
        archive.addfile(_header(MANIFEST, len(document)), BytesIO(document))
        for member in manifest.members:
            with (folder / member.name).open("rb") as file:
                archive.addfile(_header(member.name, member.size), file)


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, int(time.time())
    return header


class _InvalidBackupError(Exception):
    """The backup is not what ``write`` makes; the message says why."""


def unpack(source: BinaryIO, name: str, folder: Path, accept: Callable[[Manifest], None]) -> Manifest:
    """Extract a backup into ``folder``. ``accept`` gets the manifest before any file is written, and may raise.

    ``name`` stands for the backup in error messages.

    Raises:
        BackupError: It is no backup, damaged, or of a newer format.
        OSError: A file cannot be written.
    """
    remedy = "Use another copy of it, or another backup"
    try:
        with gzip.GzipFile(mode="rb", fileobj=source) as packed:
            manifest = _read_manifest(packed, name)
            accept(manifest)
            for member in manifest.members:
                _read_member(packed, member, folder / member.name)
            _read_end(packed)
    except _InvalidBackupError as error:
        raise BackupError(name, str(error), remedy) from error
    except (gzip.BadGzipFile, zlib.error, EOFError, tarfile.TarError, ValueError) as error:
        raise BackupError(name, f"it is no backup, or damaged ({one_line(error)[:80]})", remedy) from error
    return manifest


def _read(packed: gzip.GzipFile, size: int) -> bytes:
    """Read exactly ``size`` bytes."""
    data = packed.read(size)
    if len(data) < size:
        raise _InvalidBackupError("it ends too early")
    return data


def _read_header(packed: gzip.GzipFile, name: str, largest: int) -> int:
    """Read the header of the next member, a plain file called ``name`` of ``largest`` bytes at most; its size."""
    info = tarfile.TarInfo.frombuf(_read(packed, _BLOCK), "ascii", "strict")
    if info.name != name or info.type != tarfile.REGTYPE or not 0 <= info.size <= largest:
        raise _InvalidBackupError(f"{name} is not where a backup has it")
    return info.size


def _read_chunks(packed: gzip.GzipFile, size: int) -> Iterator[bytes]:
    """Yield the content of a member of ``size`` bytes."""
    for first in range(0, size, _CHUNK):
        yield _read(packed, min(_CHUNK, size - first))
    _read(packed, -size % _BLOCK)


def _read_manifest(packed: gzip.GzipFile, name: str) -> Manifest:
    data = b"".join(_read_chunks(packed, _read_header(packed, MANIFEST, _LARGEST_MANIFEST)))
    try:
        number = json.loads(data)["format"]
        if type(number) is int and number > FORMAT:
            raise BackupError(name, f"it has format {number}, this program knows up to {FORMAT}", "Upgrade pullquote")
        manifest = TypeAdapter(Manifest).validate_json(data, strict=True)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _InvalidBackupError("its manifest is invalid") from error
    names = {member.name for member in manifest.members}
    large_key = any(member.name.endswith(".key") and member.size > _LARGEST_KEY for member in manifest.members)
    if type(number) is not int or number < 0 or len(names) < len(manifest.members) or large_key:
        raise _InvalidBackupError("its manifest is invalid")
    return manifest


def _read_member(packed: gzip.GzipFile, member: Member, path: Path) -> None:
    if _read_header(packed, member.name, member.size) != member.size:
        raise _InvalidBackupError(f"{member.name} has another size than its manifest says")
    digest = hashlib.sha256()
    with path.open("xb") as file:
        path.chmod(0o600)
        for chunk in _read_chunks(packed, member.size):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != member.sha256:
        raise _InvalidBackupError(f"{member.name} has another checksum than its manifest says")


def _read_end(packed: gzip.GzipFile) -> None:
    """Check that only the empty end blocks follow; reading to the end also verifies the checksum of gzip."""
    tail = packed.read(_LARGEST_TAIL)
    if len(tail) < 2 * _BLOCK or len(tail) == _LARGEST_TAIL or any(tail) or packed.read(1):
        raise _InvalidBackupError("something other than its end follows its files")
