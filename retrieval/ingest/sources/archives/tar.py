"""Tar reader that takes bounded memory and linear time whatever the headers say.

``tarfile`` reads an extended header of any size into memory, and its patterns take time with the square of that size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

_BLOCK, _CHUNK = 512, 1 << 20
_LARGEST_HEADER = 1 << 16  # bytes of an extended header or a long name
_EXTENDED = frozenset({b"L", b"K", b"x", b"g"})
_REGULAR = frozenset({b"0", b"\0", b"7"})
#: Kinds that have no data, whatever size their header states.
_KINDS = {b"1": "a hard link", b"2": "a link", b"3": "a device", b"4": "a device", b"6": "a pipe"}


class ReadsBytes(Protocol):
    """A stream that can be read forwards."""

    def read(self, size: int, /) -> bytes:
        """Read up to ``size`` bytes."""


class TarError(ValueError):
    """The file is no tar archive, or a damaged one."""


class TarMember(NamedTuple):
    """A file of the archive. ``chunks`` must be read before the next member; ``refused`` says why it is no file."""

    name: str
    chunks: Iterator[bytes]
    refused: str = ""


def read_tar(stream: ReadsBytes) -> Iterator[TarMember]:
    """Read the members in their order, folders left out.

    Raises:
        TarError: when a header is damaged or the archive ends within a member.
    """
    long_name: str = ""
    pax: dict[str, str] = {}
    while header := _header(stream):
        size, kind = _number(header[124:136]), header[156:157]
        if kind in _EXTENDED:
            if size > _LARGEST_HEADER:
                raise TarError("a header in it is too large")
            data = b"".join(_chunks(stream, size))
            if kind == b"L":
                long_name = data.rstrip(b"\0").decode("utf-8", "replace")
            elif kind == b"x":
                pax = _pax(data)
            continue
        if pax.get("size", "").isdecimal():
            size = int(pax["size"][:20])
        name = pax.get("path") or long_name or _name(header)
        long_name, pax = "", {}
        chunks = _chunks(stream, 0 if kind in _KINDS or kind == b"5" else size)
        if kind in _REGULAR and not name.endswith("/"):
            yield TarMember(name, chunks)
        elif kind not in _REGULAR and kind != b"5":
            yield TarMember(name, iter(()), f"it is {_KINDS.get(kind, 'no regular file')}")
        for _ in chunks:  # what the caller has not read
            pass


def _header(stream: ReadsBytes) -> bytes:
    block = stream.read(_BLOCK)
    if not block.strip(b"\0"):
        return b""
    if len(block) < _BLOCK:
        raise TarError("it ends too early")
    if _number(block[148:156]) != sum(block[:148]) + 8 * ord(" ") + sum(block[156:]):
        raise TarError("a header in it is damaged")
    return block


def _number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b"\0 ") or b"0"
    if not digits.isdigit() or set(digits) & set(b"89"):
        raise TarError("a header in it is damaged")
    return int(digits, 8)


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0")[0]
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "replace")


def _pax(data: bytes) -> dict[str, str]:
    """Records of an extended header: ``LENGTH KEY=VALUE`` and a line break, the length of all of it."""
    found: dict[str, str] = {}
    position = 0
    while position < len(data):
        length, space, _ = data[position : position + 8].partition(b" ")
        if not space or not length.isdigit() or int(length) <= len(length) + 1:
            raise TarError("a header in it is damaged")
        record = data[position + len(length) + 1 : position + int(length) - 1]
        key, _, value = record.partition(b"=")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        position += int(length)
    return found


def _chunks(stream: ReadsBytes, size: int) -> Iterator[bytes]:
    """The data of a member, and after it what fills its last block."""
    left = size
    while left:
        chunk = stream.read(min(_CHUNK, left))
        if not chunk:
            raise TarError("it ends too early")
        left -= len(chunk)
        yield chunk
    stream.read(-size % _BLOCK)
