"""Parsing: text of every encoding comes out as written, and a useless file is refused by name."""

from __future__ import annotations

from hashlib import sha256

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.document import parse_document
from tests.support.growth import assert_linear

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


@pytest.mark.parametrize("unit", [b"a", "Größe ".encode("cp1252")], ids=["ascii", "cp1252"])
def test_a_file_of_one_line_is_refused_in_linear_time(unit: bytes) -> None:
    """A paragraph of many megabytes is refused in the time it takes to look at it."""

    def refuse(source: bytes) -> None:
        with pytest.raises(CorpusFileError, match="paragraph"):
            parse_document(source, "a.txt")

    assert_linear(refuse, lambda n: unit * n, start=5_000_000)
