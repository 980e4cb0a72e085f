"""Bytes of a file to a document: decoded, repaired, its front matter apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Literal

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Repair
from retrieval.ingest.parsers.decoding import decode, mend_strays
from retrieval.ingest.parsers.front_matter import read_front_matter
from retrieval.text.mojibake import repair

MAX_PARAGRAPH = 1_000_000  # characters; a longer line is an export gone wrong, and would be cut into nonsense


@dataclass(frozen=True, slots=True)
class Document:
    """One file as text. ``text`` includes the front matter, so offsets and line numbers are the file's."""

    file: str
    article_id: str
    source: bytes
    encoding: str
    text: str
    repairs: tuple[Repair, ...]
    front_matter: dict[str, str]
    body_start: int
    markup: Literal["plain", "markdown"]


def parse_document(source: bytes, file: str, *, mend: bool = True) -> Document:
    """Turn a file's bytes into a document; ``mend=False`` leaves wrongly decoded characters as they are.

    Raises:
        CorpusFileError: if the bytes are no text, hold no words, or their front matter is broken.
    """
    if not source.strip():  # before anything slower: a million empty lines are no reason to wait
        raise CorpusFileError(file, "it is empty", "Write the article into it or delete it.")
    # No encoding takes more bytes for a character; finding a code page for endless lines would take seconds.
    _check_lines(source.splitlines(), 4 * MAX_PARAGRAPH, "bytes", file)
    decoded = decode(source)
    if decoded is None:
        raise CorpusFileError(
            file, "it is no text (binary, or in an unknown encoding)", "Save it as UTF-8 text or remove it."
        )
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise CorpusFileError(file, "it is empty", "Write the article into it or delete it.")
    _check_lines(text.split("\n"), MAX_PARAGRAPH, "characters", file)
    text, repairs = repair(text) if mend else (text, ())
    text, strays = mend_strays(text)
    repairs = tuple(sorted((*repairs, *strays), key=attrgetter("start")))
    markup: Literal["plain", "markdown"] = "markdown" if file.lower().endswith(".md") else "plain"
    front_matter = read_front_matter(text, file, markup)
    if not text[front_matter.body_start :].strip():
        raise CorpusFileError(file, "it has front matter but no text", "Write the article below it.")
    return Document(file, Path(file).stem, source, decoded.encoding, text, repairs, *front_matter, markup)


def _check_lines(lines: Sequence[bytes | str], limit: int, unit: str, file: str) -> None:
    for number, line in enumerate(lines, start=1):
        if len(line) > limit:
            problem = f"a paragraph of {len(line):,} {unit} is none that can be quoted"
            remedy = f"Break it into lines of at most {MAX_PARAGRAPH:,} characters."
            raise CorpusFileError(file, problem, remedy, number)
