"""Mutants of the samples, the same for the same seed, and bombs of every format."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.support.hostile.samples import docx_entries, epub_entries, odt_entries, pdf, samples, zipped

_ARCHIVES: dict[str, Callable[[], dict[str, bytes | str]]] = {
    ".docx": docx_entries,
    ".odt": odt_entries,
    ".epub": epub_entries,
}
_TOKENS = [
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", "\u2028\u202e".encode(), b"9" * 5_000, b"-1", b"1e999",
    b"4294967296", b"<", b">" * 50, b"<![CDATA[", b"]]>", b"&#1114112;", b"&#xD800;", b"&a;", b"<!--", b"{" * 300,
    b"[" * 300, b"(" * 300, b"*" * 300, b"|" * 300, b"`" * 301, b"\n" * 300, b">" * 300, b"- " * 300,
    b"\"", b"'", b"\\", b"\r", b"\t" * 100, b".. include:: /etc/passwd\n", b".. raw:: html\n\n   <p>\n", b"%s%n",
    b"endstream", b"endobj", b"stream\n", b"<</Length 99999999999>>", b"0 0 R", b"/Kids [3 0 R 2 0 R]", b"PK\x03\x04",
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', b"---\n", b"+++\n", b"```\n", b"::: x\n", b"<script>",
]  # fmt: skip


class HostileFile(NamedTuple):
    """A file and the ending that says what it claims to be."""

    name: str
    source: bytes


def mutants(count: int, seed: int) -> Iterator[HostileFile]:
    """``count`` mutants, of each format as many."""
    chance = random.Random(seed)  # noqa: S311 - the same files each time are the purpose
    originals = list(samples().items())
    for number in range(count):
        ending, source = originals[number % len(originals)]
        if ending in _ARCHIVES and chance.random() < 0.7:
            source = _mutated_entry(_ARCHIVES[ending](), chance)
        else:
            source = _mutated(source, chance, [other for _, other in originals])
        if chance.random() < 0.05:
            ending = chance.choice(originals)[0]
        yield HostileFile(f"mutant-{number}{ending}", source)


def _mutated(source: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    data = bytearray(source)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 8, 100)))
        piece = bytes(data[start:end])
        noise = bytes(chance.randrange(256) for _ in range(len(piece) or 1))
        token, other = chance.choice(_TOKENS), chance.choice(others)[start : end + 200]
        data[start:end] = chance.choice(
            [b"", piece + piece, piece * 200, piece[::-1], noise, token, token + piece, other]
        )
    if chance.random() < 0.1:
        del data[chance.randrange(len(data) + 1) :]
    return bytes(data)


def _mutated_entry(entries: dict[str, bytes | str], chance: random.Random) -> bytes:
    """An archive that is whole, with one part of it changed, left out or called otherwise."""
    name = chance.choice(list(entries))
    content = entries.pop(name)
    raw = content.encode() if isinstance(content, str) else content
    if chance.random() < 0.9:
        entries[chance.choice((name, name, name, name, f"../{name}", f"/{name}"))] = _mutated(raw, chance, [raw])
    return zipped(entries)


def bombs(size: int = 50_000_000) -> Iterator[HostileFile]:
    """Small files that claim much: what each would be unpacked has at least ``size`` bytes."""
    zeros = b" " * size
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    laugh = f'<!DOCTYPE x [<!ENTITY a0 "laugh">{entities}]>'
    deep = 100_000
    yield HostileFile("space.docx", zipped(docx_entries() | {"word/document.xml": zeros}))
    yield HostileFile("space.odt", zipped(odt_entries() | {"content.xml": zeros}))
    yield HostileFile("space.epub", zipped(epub_entries() | {"c.xhtml": zeros}))
    yield HostileFile("laugh.docx", zipped(docx_entries("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", laugh)))
    yield HostileFile("laugh.odt", zipped(odt_entries("<text:p>&a9;</text:p>", laugh)))
    yield HostileFile("laugh.epub", zipped(epub_entries(f"{laugh}<html><body><p>&a9;</p></body></html>")))
    yield HostileFile("laugh.html", f"{laugh}<html><body><p>&a9;</p></body></html>".encode())
    yield HostileFile("deep.docx", zipped(docx_entries("<w:tbl><w:tr><w:tc>" * deep)))
    yield HostileFile("deep.odt", zipped(odt_entries("<text:list><text:list-item>" * deep)))
    yield HostileFile("deep.epub", zipped(epub_entries(f"<html><body>{'<div>' * deep}</body></html>")))
    yield HostileFile("deep.html", b"<div>" * deep + b"text")
    yield HostileFile("flate.pdf", pdf(zeros))
    twice = zlib.compress(zeros)
    yield HostileFile("flate-twice.pdf", pdf(twice, extra=b"/Filter [/FlateDecode /FlateDecode] "))
    yield HostileFile("text.pdf", pdf(b"BT /F1 12 Tf " + b"1 0 Td (a) Tj " * 300_000 + b"ET"))
    yield HostileFile("deep.jsonl", b'{"text":' + b"[" * deep)
    yield HostileFile("number.jsonl", b'{"text": "a", "n": ' + b"9" * 1_000_000 + b"}")
    yield HostileFile("columns.csv", b"," * 1_000_000 + b"\n" + b"a," * 1_000_000)
    yield HostileFile("rows.csv", b"text\n" + b"The pier is open.\n" * 10_000)
    yield HostileFile("open.csv", b'text\n"' + b"a\n" * 100_000)
    yield HostileFile("deep.md", b"> " * deep + b"text")
    yield HostileFile("list.md", b"".join(b" " * n + b"- a\n" for n in range(1_000)))
    yield HostileFile("brackets.md", b"[" * 100_000)
    yield HostileFile("table.md", b"|a" * 20_000 + b"\n" + b"|-" * 20_000 + b"\n" + b"|b\n" * 1_000)
    yield HostileFile("merge.md", b"---\na: &a [x]\nb: [" + b"*a, " * 10_000 + b"]\n---\nText.")
    yield HostileFile("number.md", b"---\ntitle: " + b"9" * 5_000 + b"\n---\nText.")
    yield HostileFile("deep.rst", b"".join(b" " * n + b"* a\n\n" for n in range(1_000)))
    yield HostileFile("include.rst", b"Text.\n\n.. include:: /dev/zero\n\n.. csv-table::\n   :file: /etc/passwd\n")
    yield HostileFile("lines.txt", b"a\n\n" * 100_000)
    yield HostileFile("nothing.txt", b"\x00" * 1_000_000)
