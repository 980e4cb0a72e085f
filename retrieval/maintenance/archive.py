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
#: Names that a backup may contain: the databases and keys of a data folder.
MEMBER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:sqlite3|key)")
_LARGEST_MANIFEST, _LARGEST_KEY, _LARGEST_TAIL = 1 << 16, 1 << 16, 1 << 16  # bytes
_MOST_MEMBERS = 20
_BLOCK, _CHUNK = 512, 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LEVEL = 3  # vectors hardly compress: a higher level takes longer and saves nothing


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup. ``schema`` is the schema version of a database, ``None`` for a key."""

    name: str
    size: int
    sha256: str
    schema: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Description of a backup. ``created`` is in UTC; the counts are ``None`` for an outdated library."""

    version: str
    created: str
    articles: int | None
    passages: int | None
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """Total bytes of all members."""
        return sum(member.size for member in self.members)


def describe_member(path: Path, schema: int | None) -> Member:
    """Describe a file for the manifest.

    Raises:
        OSError: The file cannot be read.
    """
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
        header = _header(MANIFEST, len(document))
        archive.addfile(header, BytesIO(document))
        for member in manifest.members:
            with (folder / member.name).open("rb") as file:
                archive.addfile(_header(member.name, member.size), file)


def unpack(source: BinaryIO, name: str, folder: Path, accept: Callable[[Manifest], None]) -> Manifest:
    """Extract a backup into ``folder``. ``accept`` gets the manifest before any file is written, and may raise.

    ``name`` stands for the backup in error messages.

    Raises:
        BackupError: It is no backup, damaged, or of a newer format.
        OSError: A file cannot be written.
    """
    with gzip.GzipFile(mode="rb", fileobj=source) as packed:
        stream = _TarStream(packed, name)
        manifest = _manifest(stream)
        accept(manifest)
        for member in manifest.members:
            _read_member(stream, member, folder / member.name)
        stream.end()
    return manifest


class _TarStream:
    """Sequential reader of tar blocks."""

    def __init__(self, packed: gzip.GzipFile, name: str) -> None:
        self._packed = packed
        self.name = name

    def refuse(self, problem: str) -> BackupError:
        """Build the error that refuses the whole backup."""
        remedy = "Use another copy of it, or another backup"
        return BackupError(self.name, problem, remedy)

    def read(self, size: int) -> bytes:
        """Read exactly ``size`` bytes.

        Raises:
            BackupError: The file ends before, or is damaged.
        """
        with self._errors_as_refusal():
            data = self._packed.read(size)
            while len(data) < size:
                if not (more := self._packed.read(size - len(data))):
                    raise self.refuse("it ends too early")
                data += more
        return data

    def header(self, name: str, largest: int) -> int:
        """Read the header of the next member, a plain file called ``name``, and return its size.

        Raises:
            BackupError: Another member follows, or its size exceeds ``largest``.
        """
        with self._errors_as_refusal():
            info = tarfile.TarInfo.frombuf(self.read(_BLOCK), "ascii", "strict")
            if info.name != name or info.type != tarfile.REGTYPE or not 0 <= info.size <= largest:
                raise self.refuse(f"{name} is not where a backup has it")
            return info.size

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the content of a member of ``size`` bytes."""
        for first in range(0, size, _CHUNK):
            yield self.read(min(_CHUNK, size - first))
        self.read(-size % _BLOCK)

    def end(self) -> None:
        """Check that only the empty end blocks follow; reading to the end also verifies the gzip checksum."""
        with self._errors_as_refusal():
            tail = self._packed.read(_LARGEST_TAIL)
            if len(tail) < 2 * _BLOCK or len(tail) == _LARGEST_TAIL or any(tail) or self._packed.read(1):
                raise self.refuse("something other than its end follows its files")

    @contextmanager
    def _errors_as_refusal(self) -> Iterator[None]:
        try:
            yield
        except (gzip.BadGzipFile, zlib.error, EOFError, tarfile.TarError, ValueError) as error:
            raise self.refuse(f"it is no backup, or damaged ({one_line(error)[:80]})") from error


def _manifest(stream: _TarStream) -> Manifest:
    data = b"".join(stream.chunks(stream.header(MANIFEST, _LARGEST_MANIFEST)))
    try:
        document = json.loads(data)
        found = _field(document, "format", int)
        if found > FORMAT:
            problem = f"it has format {found}, this program knows up to {FORMAT}"
            raise BackupError(stream.name, problem, "Upgrade pullquote")
        members = tuple(map(_member, _field(document, "members", list)))
        created = _field(document, "created", str)
        time.strptime(created, "%Y-%m-%dT%H:%M:%SZ")
        version = re.fullmatch(r"[\w.+-]{1,40}", _field(document, "version", str), re.ASCII)
        counts = [None if document[name] is None else _field(document, name, int) for name in ("articles", "passages")]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise stream.refuse("its manifest is invalid") from error
    names = {member.name for member in members}
    if len(names) != len(members) or len(names) > _MOST_MEMBERS or version is None:
        raise stream.refuse("its manifest is invalid")
    return Manifest(version.group(), created, counts[0], counts[1], members)


def _field(document: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """The value ``name`` of a JSON object, which must be of type ``kind``. Raises KeyError, TypeError, ValueError."""
    value = document[name]
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value < 1 << 62):
        raise ValueError(name)
    return value


def _member(document: Mapping[str, Any]) -> Member:
    name, digest = _field(document, "name", str), _field(document, "sha256", str)
    size = _field(document, "size", int)
    schema = None if document["schema"] is None else _field(document, "schema", int)
    if not MEMBER_NAME.fullmatch(name) or not _SHA256.fullmatch(digest):
        raise ValueError(name)
    if name.endswith(".key") and size > _LARGEST_KEY:
        raise ValueError(name)
    return Member(name, size, digest, schema)


def _read_member(stream: _TarStream, member: Member, path: Path) -> None:
    if stream.header(member.name, member.size) != member.size:
        raise stream.refuse(f"{member.name} has another size than its manifest says")
    digest = hashlib.sha256()
    with path.open("xb") as file:
        path.chmod(0o600)
        for chunk in stream.chunks(member.size):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != member.sha256:
        raise stream.refuse(f"{member.name} has another checksum than its manifest says")


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, int(time.time())
    return header
