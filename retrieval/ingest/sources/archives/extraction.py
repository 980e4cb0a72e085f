"""Extraction of ``.zip``, ``.tar``, ``.tar.gz`` and ``.tgz`` files into an empty folder."""

from __future__ import annotations

import gzip
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.sources.archives.tar import ReadsBytes, TarError, TarMember, read_tar

ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
_MAX_MEMBERS = 100_000
_MAX_BYTES = 2 << 30
_MAX_RATIO, _RATIO_COUNTS_FROM = 200, 64 << 20  # text is packed to a tenth; bytes
_MAX_DIRECTORY = 32 << 20  # bytes of a zip file's list of members, each of which takes ten times as much in memory
_TAIL = 66_000  # bytes at the end of a zip file that hold its end record
_CHUNK = 1 << 20
_MAX_PATH, _MAX_NAME = 1_000, 255  # bytes
_MAX_SKIPPED = 1_000
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\\\:]")


@dataclass(slots=True)
class Extracted:
    """What was written: the number of files and of bytes, and members that were left out, with the reason."""

    files: int = 0
    size: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def skip(self, name: str, reason: str) -> None:
        """Record a member that was left out; only the first thousand are kept."""
        if len(self.skipped) < _MAX_SKIPPED:
            self.skipped.append((ascii(name[:200])[1:-1] if _UNSHOWABLE.search(name) else name[:200], reason))


class _Limit:
    """Counts unpacked bytes, and ends the work on an archive that has too many."""

    def __init__(self, archive: Path, packed: int) -> None:
        self._archive = archive
        self._most = min(_MAX_BYTES, max(_RATIO_COUNTS_FROM, packed * _MAX_RATIO))
        self._size = 0
        self._members = 0

    def add(self, size: int) -> None:
        """Count unpacked bytes."""
        self._size += size
        if self._size > self._most:
            raise self._too_large(f"it unpacks to more than {self._most >> 20} MB")

    def add_member(self) -> None:
        """Count a member."""
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise self._too_large(f"it holds more than {_MAX_MEMBERS:,} files")

    def _too_large(self, problem: str) -> CorpusFileError:
        return CorpusFileError(self._archive, problem, "Unpack it yourself and index the folder.")


@dataclass(frozen=True, slots=True)
class _LimitedStream:
    """A stream whose bytes are counted when they are read."""

    stream: ReadsBytes
    limit: _Limit

    def read(self, size: int, /) -> bytes:
        """Read up to ``size`` bytes."""
        data = self.stream.read(size)
        self.limit.add(len(data))
        return data


def extract_archive(archive: Path, folder: Path) -> Extracted:
    """Write the regular files of an archive into ``folder``, which exists and is empty. Links are left out.

    Raises:
        CorpusFileError: when it cannot be read, or is too large when unpacked; what was written until then stays.
    """
    result = Extracted()
    try:
        with archive.open("rb") as file:
            limit = _Limit(archive, archive.stat().st_size)
            for member in _members(archive.name, file, limit):
                limit.add_member()
                _write(member, folder, result)
    except (TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error) as error:
        problem = f"it is no archive that can be read ({' '.join(str(error).split())[:100] or type(error).__name__})"
        raise CorpusFileError(archive, problem, "Download or pack it again.") from error
    except OSError as error:
        problem = f"it cannot be unpacked ({error.strerror or error})"
        raise CorpusFileError(archive, problem, "Check the file and the space on the disk.") from error
    return result


def _members(name: str, file: BinaryIO, limit: _Limit) -> Iterator[TarMember]:
    if name.lower().endswith(".zip"):
        return _zip_members(file, limit)
    packed = not name.lower().endswith(".tar")
    return read_tar(_LimitedStream(gzip.GzipFile(fileobj=file) if packed else file, limit))


def _write(member: TarMember, folder: Path, result: Extracted) -> None:
    """Write one member, or record why not."""
    name = member.name.removeprefix("./")
    reason = member.refused or unsafe_path(name)
    if is_hidden(name):
        return
    if reason:
        result.skip(name, reason)
        return
    try:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("xb") as file:
            for chunk in member.chunks:
                file.write(chunk)
                result.size += len(chunk)
        result.files += 1
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        result.skip(name, "another file of that name came before it")


def _zip_members(file: BinaryIO, limit: _Limit) -> Iterator[TarMember]:
    _refuse_large_directory(file)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}:
                yield TarMember(info.filename, iter(()), "it is no regular file")
            elif info.flag_bits & 0x1:
                yield TarMember(info.filename, iter(()), "it is encrypted")
            elif info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                yield TarMember(info.filename, iter(()), "it is packed in an unusual way")
            else:
                with archive.open(info) as member:
                    yield TarMember(info.filename, _chunks(_LimitedStream(member, limit)))


def _chunks(stream: ReadsBytes) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _refuse_large_directory(file: BinaryIO) -> None:
    """Refuse a zip file whose list of members would fill the memory, before it is read."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL))
    tail = file.read()
    for signature, offset, form in ((b"PK\x05\x06", 12, "<I"), (b"PK\x06\x06", 40, "<Q")):
        position = tail.find(signature)
        while position >= 0:
            value = tail[position + offset : position + offset + struct.calcsize(form)]
            if len(value) == struct.calcsize(form):
                (size,) = struct.unpack(form, value)
                if size > _MAX_DIRECTORY and size != 0xFFFFFFFF:
                    raise ValueError("it lists too many files")
            position = tail.find(signature, position + 1)
    file.seek(0)


def is_hidden(path: str) -> bool:
    """True for a path with a part that begins with a dot: it would not be listed, and ``.git`` is never made."""
    return any(part.startswith(".") and part.strip(".") for part in path.split("/"))


def unsafe_path(name: str) -> str:
    """The reason why a path of an archive is not written; empty if it stays below the folder and can be shown."""
    parts = name.split("/")
    if _UNSHOWABLE.search(name):
        return "its name cannot be used"
    if any(part in {"", ".", ".."} for part in parts):
        return "its path leads out of the archive"
    encoded = [len(part.encode()) for part in parts]
    return "its name is too long" if max(encoded) > _MAX_NAME or sum(encoded) + len(parts) > _MAX_PATH else ""
