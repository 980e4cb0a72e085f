"""The file that a backup is: a gzipped tar of plain files, a manifest before them. Reading it trusts nothing it says.

``tarfile`` writes it, and so does any ``tar xzf`` open it. It is not read with ``tarfile``, which follows what headers
ask for: sizes without bounds, links, names with folders. Here each block has to be the one that the manifest promised.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from retrieval.core.errors import BackupError, one_line

T = TypeVar("T")
FORMAT = 1
MANIFEST = "manifest.json"
#: What a backup may hold: the databases and the keys of a data folder.
MEMBER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:sqlite3|key)")
_LARGEST_MANIFEST, _LARGEST_KEY, _LARGEST_TAIL = 1 << 16, 1 << 16, 1 << 16  # bytes
_MOST_MEMBERS = 20
_BLOCK, _PIECE = 512, 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LEVEL = 3  # vectors hardly shrink at all: more effort takes longer and saves nothing


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a backup; ``schema`` is a database's version."""

    name: str
    size: int
    sha256: str
    schema: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; ``created`` is a time in UTC. Counts are missing where they could not be read."""

    version: str
    created: str
    articles: int | None
    passages: int | None
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """Bytes of all members together."""
        return sum(member.size for member in self.members)


def member_of(path: Path, schema: int | None) -> Member:
    """How a manifest describes a file. Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Member(path.name, path.stat().st_size, digest, schema)


def write(target: BinaryIO, manifest: Manifest, folder: Path) -> None:
    """Write a backup of the files in ``folder`` that the manifest lists. Raises OSError."""
    document = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2).encode()
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=target) as packed,
        tarfile.open(mode="w|", fileobj=packed, format=tarfile.GNU_FORMAT) as archive,
    ):
        header = _header(MANIFEST, len(document))
        archive.addfile(header, BytesIO(document))
        for member in manifest.members:
            with (folder / member.name).open("rb") as file:
                archive.addfile(_header(member.name, member.size), file)


def unpack(source: BinaryIO, name: str, folder: Path, accept: Callable[[Manifest], None]) -> Manifest:
    """Read a backup into ``folder``. ``accept`` sees the manifest before any file is written, and may raise.

    ``name`` is what the backup is called in errors. Raises BackupError, OSError.
    """
    with gzip.GzipFile(mode="rb", fileobj=source) as packed:
        stream = _Stream(packed, name)
        manifest = _manifest(stream)
        accept(manifest)
        for member in manifest.members:
            _read_member(stream, member, folder / member.name)
        stream.end()
    return manifest


class _Stream:
    """The blocks of a tar file, in order."""

    def __init__(self, packed: gzip.GzipFile, name: str) -> None:
        self._packed = packed
        self.name = name

    def refuse(self, problem: str) -> BackupError:
        """The refusal of the whole file."""
        remedy = "Use another copy of it, or another backup"
        return BackupError(self.name, problem, remedy)

    def read(self, size: int) -> bytes:
        """Exactly so many bytes. Raises BackupError."""
        with self._legible():
            data = self._packed.read(size)
            while len(data) < size:
                if not (more := self._packed.read(size - len(data))):
                    raise self.refuse("it ends too early")
                data += more
        return data

    def header(self, name: str, largest: int) -> int:
        """The size of the file that comes now, which must be a plain one of that name."""
        with self._legible():
            info = tarfile.TarInfo.frombuf(self.read(_BLOCK), "ascii", "strict")
            if info.name != name or info.type != tarfile.REGTYPE or not 0 <= info.size <= largest:
                raise self.refuse(f"{name} is not where a backup has it")
            return info.size

    def pieces(self, size: int) -> Iterator[bytes]:
        """A file of that size, piece by piece."""
        for first in range(0, size, _PIECE):
            yield self.read(min(_PIECE, size - first))
        self.read(-size % _BLOCK)

    def end(self) -> None:
        """Nothing but the empty blocks at the end may follow; reading them compares the checksum of the whole."""
        with self._legible():
            tail = self._packed.read(_LARGEST_TAIL)
            if len(tail) < 2 * _BLOCK or len(tail) == _LARGEST_TAIL or any(tail) or self._packed.read(1):
                raise self.refuse("something other than its end follows its files")

    @contextmanager
    def _legible(self) -> Iterator[None]:
        try:
            yield
        except (gzip.BadGzipFile, zlib.error, EOFError, tarfile.TarError, ValueError) as error:
            raise self.refuse(f"it is no backup, or damaged ({one_line(error)[:80]})") from error


def _manifest(stream: _Stream) -> Manifest:
    data = b"".join(stream.pieces(stream.header(MANIFEST, _LARGEST_MANIFEST)))
    try:
        document = json.loads(data)
        found = _of(document, "format", int)
        if found > FORMAT:
            problem = f"it has format {found}, this program knows up to {FORMAT}"
            raise BackupError(stream.name, problem, "Upgrade pullquote")
        members = tuple(map(_member, _of(document, "members", list)))
        created = _of(document, "created", str)
        time.strptime(created, "%Y-%m-%dT%H:%M:%SZ")
        version = re.fullmatch(r"[\w.+-]{1,40}", _of(document, "version", str), re.ASCII)
        counts = [None if document[name] is None else _of(document, name, int) for name in ("articles", "passages")]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise stream.refuse("its manifest is none") from error
    names = {member.name for member in members}
    if len(names) != len(members) or len(names) > _MOST_MEMBERS or version is None:
        raise stream.refuse("its manifest is none")
    return Manifest(version.group(), created, counts[0], counts[1], members)


def _of(document: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """A part of a JSON object. Raises KeyError, TypeError, ValueError."""
    value = document[name]
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value < 1 << 62):
        raise ValueError(name)
    return value


def _member(document: Mapping[str, Any]) -> Member:
    name, digest = _of(document, "name", str), _of(document, "sha256", str)
    size = _of(document, "size", int)
    schema = None if document["schema"] is None else _of(document, "schema", int)
    if not MEMBER_NAME.fullmatch(name) or not _SHA256.fullmatch(digest):
        raise ValueError(name)
    if name.endswith(".key") and size > _LARGEST_KEY:
        raise ValueError(name)
    return Member(name, size, digest, schema)


def _read_member(stream: _Stream, member: Member, path: Path) -> None:
    if stream.header(member.name, member.size) != member.size:
        raise stream.refuse(f"{member.name} has another size than its manifest says")
    digest = hashlib.sha256()
    with path.open("xb") as file:
        path.chmod(0o600)
        for piece in stream.pieces(member.size):
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != member.sha256:
        raise stream.refuse(f"{member.name} has another checksum than its manifest says")


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, int(time.time())
    return header
