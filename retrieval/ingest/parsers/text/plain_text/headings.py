"""Headings of a plain text that are sure: underlined, or numbered one after the other."""

from __future__ import annotations

import re
from itertools import pairwise

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.text.plain_text.rows import Chunk, Row

_UNDERLINE = re.compile(r"(=|-|~|\^)\1{2,}")
_NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,5})\.?[ \t]+(?=[^\W\d_])")
_NAMED = re.compile(
    r"(?:(part|title|teil|titre)|(chapter|kapitel|chapitre)|(section|abschnitt)|(article|artikel|art\.|annexe?|appendix))"
    r"[ \t]+(?:\d{1,4}(?:[-.]\d{1,4})?[a-z]?|[IVXLC]{1,8})(?![\w-])|§[ \t]?\d{1,4}[a-z]?(?!\w)",
    re.IGNORECASE,
)
_MAX_SIZE = 90  # columns
_SEVERAL = 3  # headings of a kind, below which a number may be a figure


def mark_headings(chunks: list[Chunk]) -> list[Chunk]:
    """Turn chunks that are headings into such, and part those that begin with an underlined one."""
    parted = [part for chunk in chunks for part in _parted(chunk)]
    _mark_numbered(parted)
    _mark_named(parted)
    return parted


def _parted(chunk: Chunk) -> list[Chunk]:
    if chunk.kind is not BlockKind.TEXT or len(chunk.rows) < 2 or not _is_underlined(*chunk.rows[:2]):
        return [chunk]
    heading, rest = chunk.rows[:2], chunk.rows[2:]
    level = 1 if heading[1].text[0] == "=" else 2
    parts = [Chunk(heading, BlockKind.HEADING, _label(heading[0]), level)]
    return [*parts, Chunk(rest, alone=chunk.alone)] if rest else parts


def _is_underlined(title: Row, line: Row) -> bool:
    size = len(title.text)
    if not _UNDERLINE.fullmatch(line.text) or title.quotes != line.quotes or size > _MAX_SIZE:
        return False
    return any(map(str.isalnum, title.text)) and abs(len(line.text) - size) <= 2 and line.indent == title.indent


def _mark_numbered(chunks: list[Chunk]) -> None:
    """Mark "3.2 Scope" where several such lines stand above text of their own, and their numbers rise."""
    numbers = [_number(chunk) for chunk in chunks]
    behind = [*numbers, ()][1:]
    found = [
        (number, chunk) for number, after, chunk in zip(numbers, behind, chunks, strict=True)
        if number and len(after) != len(number)
    ]  # fmt: skip
    rising = sum(one < two for (one, _), (two, _) in pairwise(found))
    if len(found) >= _SEVERAL and rising >= 0.8 * (len(found) - 1):
        for number, chunk in found:
            _mark(chunk, len(number))


def _mark_named(chunks: list[Chunk]) -> None:
    """Mark "Article 5", "§ 7 Leave" and "Chapter II" where there are several such lines."""
    found = [(chunk, name) for chunk in chunks if _is_title(chunk) and (name := _NAMED.match(chunk.rows[0].text))]
    if len(found) >= _SEVERAL:
        for chunk, name in found:
            _mark(chunk, name.lastindex or 4)


def _number(chunk: Chunk) -> tuple[int, ...]:
    """The number of a line that reads as a numbered title; empty for any other."""
    numbered = _NUMBERED.match(chunk.rows[0].text) if _is_title(chunk) else None
    return tuple(map(int, numbered[1].split("."))) if numbered else ()


def _is_title(chunk: Chunk) -> bool:
    """Tell whether a chunk is one short line that does not end like a sentence."""
    row = chunk.rows[0]
    single = chunk.kind is BlockKind.TEXT and len(chunk.rows) == 1 and not chunk.alone and not row.quotes
    return single and len(row.text) <= _MAX_SIZE and row.text[-1] not in ".,;:!?…" and ". . " not in row.text


def _mark(chunk: Chunk, level: int) -> None:
    chunk.kind, chunk.level, chunk.label = BlockKind.HEADING, min(level, 6), _label(chunk.rows[0])


def _label(row: Row) -> str:
    return " ".join(row.text.split())
