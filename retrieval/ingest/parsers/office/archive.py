"""Archives (ZIP) that documents are packed in, read within bounds."""

from __future__ import annotations

import io
import zipfile
import zlib

_MAX_MEMBERS = 20_000
_MAX_TOTAL = 200_000_000  # bytes of all members, unpacked
_MAX_RATIO = 200  # of a member's size to its packed size, from where it matters
_SMALL = 1_000_000  # bytes


class ArchiveError(ValueError):
    """An archive that cannot be read, or is larger than its bounds."""


class Archive:
    """A ZIP file in memory. Members are found by their names alone; nothing is written anywhere.

    Raises:
        ArchiveError: if it is no archive, or claims more than can be read.
    """

    def __init__(self, source: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise ArchiveError("it is no readable archive") from error
        self._members = {info.filename: info for info in self._zip.infolist()}
        if len(self._zip.infolist()) > _MAX_MEMBERS:
            raise ArchiveError(f"it has more than {_MAX_MEMBERS:,} members")
        self._left = _MAX_TOTAL

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The bytes of a member.

        Raises:
            ArchiveError: if there is none of that name, it is damaged, encrypted, or larger than its bounds.
        """
        info = self._members.get(name)
        if info is None:
            raise ArchiveError(f"{name!r} is missing in it")
        if info.file_size > _SMALL and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
            raise ArchiveError(f"{name!r} in it grows by more than {_MAX_RATIO} times")
        try:
            with self._zip.open(info) as member:
                content = member.read(self._left + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise ArchiveError(f"{name!r} in it is damaged or encrypted") from error
        self._left -= len(content)
        if self._left < 0:
            raise ArchiveError(f"it holds more than {_MAX_TOTAL // 1_000_000} MB")
        return content
