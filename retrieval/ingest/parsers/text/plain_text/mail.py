"""Marks of electronic mail in a plain text: headers and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.text.plain_text.rows import Chunk, Row

_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40}):(?:[ \t]|$)")
_READ = frozenset({"from", "to", "cc", "bcc", "date", "sent", "subject", "reply-to", "von", "an", "betreff", "datum"})
_KNOWN = _READ | {"message-id", "received", "return-path", "mime-version", "content-type", "delivered-to", "references"}
_SEPARATOR = re.compile(r"From \S+ .*\d{4}")  # between the mails of an mbox file
_MAX_SIGNATURE = 10  # lines


def part_mails(chunks: list[Chunk]) -> Iterator[Chunk]:
    """Part headers, a line a block, and signatures from the text; what only programs read is markup."""
    mails = False
    for chunk in chunks:
        headers = _headers(chunk)
        if headers:
            mails = True
            yield from headers
        else:
            yield from _signed(chunk) if mails else (chunk,)


def _headers(chunk: Chunk) -> list[Chunk]:
    """The headers of a mail, if a chunk is nothing else and has at least two that are known."""
    if chunk.kind is not BlockKind.TEXT:
        return []
    known: set[str] = set()
    parts: list[Chunk] = []
    for at, row in enumerate(chunk.rows):
        header = _HEADER.match(row.text) if row.indent == 0 else None
        if header:
            name = header[1].lower()
            known |= {name} & _KNOWN
            parts.append(Chunk([row], BlockKind.TEXT if name in _READ else BlockKind.MARKUP, alone=True))
        elif parts and row.indent and row.quotes == parts[-1].rows[0].quotes:
            parts[-1].rows.append(row)  # a header goes on in lines that are indented
        elif at == 0 and (_SEPARATOR.match(row.text) or row.text.startswith("-----")):
            parts.append(Chunk([row], BlockKind.MARKUP))
        else:
            return []
    return parts if len(known) > 1 else []


def _signed(chunk: Chunk) -> Iterator[Chunk]:
    """Part a signature, which begins with a line of two dashes and a blank."""
    at = next((at for at, row in enumerate(chunk.rows) if _is_signature(row)), None)
    if at is None or chunk.kind is not BlockKind.TEXT or len(chunk.rows) - at > _MAX_SIGNATURE:
        yield chunk
        return
    if at:
        yield Chunk(chunk.rows[:at])
    yield Chunk(chunk.rows[at:], BlockKind.MARKUP)


def _is_signature(row: Row) -> bool:
    return row.text == "--" and row.indent == 0
