"""Bytes of a file to a document: decoded, repaired, its front matter apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Repair
from retrieval.ingest.parsers.decoding import Decoded, decode
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
    _check_lines(source, file)
    decoded = decode(source)
    if decoded is None:
        raise CorpusFileError(
            file, "it is no text (binary, or in an unknown encoding)", "Save it as UTF-8 text or remove it."
        )
    text, repairs = _with_lf(decoded)
    if not text.strip():
        raise CorpusFileError(file, "it is empty", "Write the article into it or delete it.")
    _check_paragraphs(text, file)
    if mend:
        text, mended = repair(text)
        repairs = _merged(repairs, mended)
    markup: Literal["plain", "markdown"] = "markdown" if file.lower().endswith(".md") else "plain"
    front_matter = read_front_matter(text, file, markup)
    if not text[front_matter.body_start :].strip():
        raise CorpusFileError(file, "it has front matter but no text", "Write the article below it.")
    return Document(file, Path(file).stem, source, decoded.encoding, text, repairs, *front_matter, markup)


def _with_lf(decoded: Decoded) -> tuple[str, tuple[Repair, ...]]:
    """Change line ends to LF, and turn the stray bytes into repairs at their place in the result."""
    text = decoded.text
    repairs: list[Repair] = []
    line, lost, last = 1, 0, 0
    for at, byte in decoded.strays:
        between = text[last:at]
        lost += between.count("\r\n")
        line += between.count("\n") + between.count("\r") - between.count("\r\n")
        repairs.append(Repair(line, at - lost, f"\\x{byte:02x}", text[at]))
        last = at
    return text.replace("\r\n", "\n").replace("\r", "\n"), tuple(repairs)


def _check_lines(source: bytes, file: str) -> None:
    """Refuse lines that no encoding makes short enough, before seconds go into finding a code page for them."""
    if len(source) > 4 * MAX_PARAGRAPH and b"\0" not in source:
        longest = max(len(line) for line in source.splitlines())
        if longest > 4 * MAX_PARAGRAPH:
            raise CorpusFileError(
                file,
                f"a paragraph of {longest:,} bytes is none that can be quoted",
                f"Break it into lines of at most {MAX_PARAGRAPH:,} characters.",
            )


def _check_paragraphs(text: str, file: str) -> None:
    if len(text) <= MAX_PARAGRAPH:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_PARAGRAPH:
            raise CorpusFileError(
                file,
                f"a paragraph of {len(line):,} characters is none that can be quoted",
                f"Break it into lines of at most {MAX_PARAGRAPH:,}.",
                number,
            )


def _merged(strays: tuple[Repair, ...], mended: tuple[Repair, ...]) -> tuple[Repair, ...]:
    """Merge both kinds of repair in order, the earlier kind moved by what the later one shortened before it."""
    if not strays or not mended:
        return strays or mended
    moved: list[Repair] = []
    shift, rest = 0, list(reversed(mended))
    for stray in strays:
        while rest and rest[-1].start - shift + len(rest[-1].before) <= stray.start:
            done = rest.pop()
            shift += len(done.after) - len(done.before)
        if not rest or rest[-1].start - shift > stray.start:  # else that repair already covers this byte
            moved.append(Repair(stray.line, stray.start + shift, stray.before, stray.after))
    return tuple(sorted([*moved, *mended], key=lambda each: each.start))
