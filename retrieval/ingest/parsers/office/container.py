"""Archive of a document: its members, read within bounds of number, size and ratio."""

from __future__ import annotations

import io
import zipfile
import zlib
from types import TracebackType

from lxml import etree

from retrieval.core.errors import CorpusFileError

_MAX_MEMBERS = 20_000
_MAX_TOTAL = 200_000_000  # bytes, unpacked
_MAX_RATIO = 300  # unpacked to packed, of all members; what repeats itself without end is packed a thousandfold
_SMALL = 10_000_000  # bytes, unpacked, to which any ratio is allowed
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # documents of before 2007, and encrypted ones of today
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError)


class Container:
    """Archive that a document is.

    Raises:
        CorpusFileError: when it is made, if it is no archive or beyond all bounds.
    """

    def __init__(self, source: bytes, file: str) -> None:
        self.file = file
        if source.startswith(_OLE):
            problem = "it is encrypted, or in Word's format of before 2007"
            raise CorpusFileError(file, problem, "Save it without a password, in its format of today.")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(source))
        except _BROKEN as error:
            raise self.broken() from error
        members = self._archive.infolist()
        total = sum(member.file_size for member in members)
        if len(members) > _MAX_MEMBERS or total > _MAX_TOTAL or total > max(_SMALL, _MAX_RATIO * len(source)):
            problem = f"it unpacks to {len(members):,} members of {total:,} bytes"
            raise CorpusFileError(file, problem, "Remove it, or save the document once more.")
        if any(member.flag_bits & 1 for member in members):
            raise CorpusFileError(file, "it is encrypted", "Save it without a password.")
        self._sizes = {member.filename: member.file_size for member in members}

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def __contains__(self, name: str) -> bool:
        return name in self._sizes

    def names(self) -> tuple[str, ...]:
        """Names of the members, in order."""
        return tuple(self._sizes)

    def read(self, name: str, limit: int = _MAX_TOTAL) -> bytes:
        """Content of a member.

        Raises:
            CorpusFileError: if there is no such member, it is damaged, or larger than ``limit`` bytes.
        """
        if self._sizes.get(name, 0) > limit:
            problem = f"{name} in it has {self._sizes[name]:,} bytes, more than {limit:,}"
            raise CorpusFileError(self.file, problem, "Divide the document.")
        try:
            with self._archive.open(name) as member:
                return member.read(limit)  # no more than its declared size either
        except _BROKEN as error:
            raise self.broken() from error

    def xml(self, name: str, limit: int = _MAX_TOTAL) -> etree._Element:
        """Root of a member that is XML; no entity of its own, no file and no address is read.

        Raises:
            CorpusFileError: if it cannot be read, is no XML or nested too deeply.
        """
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(self.read(name, limit), parser)
        except etree.LxmlError as error:
            raise self.broken() from error
        if getattr(root.getroottree().docinfo, "doctype", ""):
            raise self.broken()
        return root

    def broken(self) -> CorpusFileError:
        """The error of a document that cannot be read."""
        ending = self.file.rpartition(".")[2].upper()
        return CorpusFileError(self.file, f"it is no {ending} document, or a damaged one", "Save it once more.")
