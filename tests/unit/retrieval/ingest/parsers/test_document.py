"""Reading files: every encoding, every way in which a file can be useless, and front matter."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.document import (
    MAX_FILE_BYTES,
    find_documents,
    list_documents,
    parse_document,
    read_document,
)

FRENCH = "L’été dernier, la présidente a dit : « L’Europe doit être prête. » “C’est nécessaire – et urgent…”"
GERMAN = "Die Präsidentin erklärte, die Ukraine müsse „schnell“ unterstützt werden. Größere Lieferungen – ja."
ENGLISH = "The café’s owner said: “We don’t know.” It’s €40 – not more."
RUSSIAN = "Президент заявил, что гарантии безопасности должны быть надёжными. «Мы готовы», — сказал он."
POLISH = "Premier powiedział, że Polska będzie wspierać Ukrainę. Żołnierze są gotowi. Łódź świętuje."
CZECH = "Předseda vlády řekl, že příliš žluťoučký kůň úpěl ďábelské ódy."
NOISE = b"".join(sha256(bytes([number])).digest() for number in range(100))
JAPANESE = "大統領は、ウクライナの安全保障について記者会見で語った。「私たちは準備ができている」と述べた。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"),
        (GERMAN, "cp1252"),
        (ENGLISH, "cp1252"),
        ("The president said it’s over.", "cp1252"),
        ("Statsministern sade att Sverige måste öka stödet på grund av läget.", "cp1252"),
        (RUSSIAN, "cp1251"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (CZECH, "cp1250"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),
        (FRENCH, "utf-16-le"),
        (JAPANESE + "\nA.", "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "utf-32-be"),
    ],
)
def test_text_of_any_encoding_comes_out_as_written(text: str, encoding: str) -> None:
    """A file in an encoding that editors still write reads like the same file in UTF-8."""
    document = parse_document((text + "\r\n").encode(encoding), "a.txt")

    assert document.text == text + "\n"
    assert document.repairs == ()


def test_cp1252_is_named_and_nothing_exotic() -> None:
    """Western text in one byte a character is recorded as cp1252."""
    assert {parse_document(text.encode("cp1252"), "a.txt").encoding for text in (FRENCH, GERMAN, ENGLISH)} == {"cp1252"}


def test_stray_bytes_in_utf8_are_mended_and_recorded() -> None:
    """A few cp1252 bytes in UTF-8 become their characters, each recorded with its place and its byte."""
    source = "Élysée, naïve, café, Straße.\r\nRussia\N{RIGHT SINGLE QUOTATION MARK}s ".encode() + b"\x93no\x94."

    document = parse_document(source, "a.txt")

    assert document.text == "Élysée, naïve, café, Straße.\nRussia’s “no”."
    assert [(each.line, each.before, each.after) for each in document.repairs] == [(2, r"\x93", "“"), (2, r"\x94", "”")]
    assert all(document.text[each.start : each.start + len(each.after)] == each.after for each in document.repairs)


def test_both_kinds_of_repair_keep_their_places() -> None:
    """A stray byte before, between and behind wrongly decoded characters is still recorded where it stands."""
    source = "Élysée naïve café. ".encode() + b"\x97 Naus" + "Ä—da and Ko".encode() + "Å›ciuszko ".encode() + b"\x85"

    document = parse_document(source, "a.txt")

    assert document.text == "Élysée naïve café. — Nausėda and Kościuszko …"
    assert [each.after for each in document.repairs] == ["—", "ė", "ś", "…"]
    assert all(document.text[each.start : each.start + len(each.after)] == each.after for each in document.repairs)


def test_line_ends_become_lf_and_spaces_stay() -> None:
    """CRLF and CR become LF; no-break spaces and the rest of the text are left as they are."""
    assert parse_document("a\r\nb\rc\u00a0d \u2028e".encode(), "a.txt").text == "a\nb\nc\u00a0d \u2028e"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        ("\u00a0\n\u3000\n".encode(), "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"\n" * 1_000_000, "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1", "no text"),
        (b"hello\0world", "no text"),
        (NOISE, "no text"),
        (NOISE.replace(b"\0", b""), "no text"),
        (b"a" * 1_000_001, "paragraph of 1,000,001"),
        (b"---\ntitle: A\n---\n\n", "no text"),
    ],
)
def test_a_useless_file_is_refused_by_name(source: bytes, problem: str) -> None:
    """Empty, binary and endless files give one line that names the file, the problem and a remedy."""
    with pytest.raises(CorpusFileError, match=f"^sub/a.txt.*{problem}") as caught:
        parse_document(source, "sub/a.txt")

    assert "\n" not in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("source", [b"a" * 50_000_000, "Größe ".encode("cp1252") * 7_000_000], ids=["ascii", "cp1252"])
def test_fifty_megabytes_in_one_line_are_refused_fast(source: bytes) -> None:
    """A paragraph of 50 MB is refused in the time it takes to look at it."""
    started = time.monotonic()

    with pytest.raises(CorpusFileError, match="paragraph"):
        parse_document(source, "a.txt")

    assert time.monotonic() - started < 3


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    """A vanished file, a dangling link, a folder, a pipe and a huge file raise, and none of them blocks."""
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(MAX_FILE_BYTES + 1)

    for name in ("gone.txt", "folder.txt", "link.txt", "pipe.txt", "huge.txt"):
        with pytest.raises(CorpusFileError, match=name):
            read_document(tmp_path / name, tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_refused(tmp_path: Path) -> None:
    """A file without read permission raises with the system's reason."""
    (tmp_path / "a.txt").write_text("A.")
    (tmp_path / "a.txt").chmod(0)

    with pytest.raises(CorpusFileError, match="Permission denied"):
        read_document(tmp_path / "a.txt", tmp_path)


def test_documents_are_found_below_the_folder_in_order(tmp_path: Path) -> None:
    """Text and Markdown files at any depth are found, sorted; hidden ones, the README and the catalog are not."""
    outside = tmp_path / "outside.txt"
    outside.write_text("Outside.")
    folder = tmp_path / "corpus"
    for name in (
        "b.txt",
        "a.MD",
        "sub/deep/c.TXT",
        ".hidden.txt",
        ".git/d.txt",
        "README.md",
        "sub/readme.MD",
        "catalog.toml",
        "e.html",
        "d.txt~",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Text.")
    (folder / "link.txt").symlink_to(outside)
    (folder / "sub" / "loop").symlink_to(folder)

    found = [path.relative_to(folder).as_posix() for path in find_documents(folder)]

    assert found == ["a.MD", "b.txt", "link.txt", "sub/deep/c.TXT"]
    assert read_document(folder / "link.txt", folder).text == "Outside."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    """A folder without permission is not taken for an empty one."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)

    listing = list_documents(tmp_path)
    (tmp_path / "closed").chmod(0o700)

    assert [path for path, _ in listing.unlisted] == [tmp_path / "closed"]


def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    """A file name that is no UTF-8 or holds a line break is reported on one line."""
    for name in ("a\nb.txt", os.fsdecode(b"caf\xe9.txt")):
        (tmp_path / name).write_text("Text.")

    for path in find_documents(tmp_path):
        with pytest.raises(CorpusFileError, match="name cannot be shown") as caught:
            read_document(path, tmp_path)
        assert str(caught.value).isprintable()
