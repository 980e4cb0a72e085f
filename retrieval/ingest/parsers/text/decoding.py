"""Decoding: byte order marks, UTF-8, UTF-16 and UTF-32 without a mark, stray bytes, older code pages."""

from __future__ import annotations

import re
import unicodedata
from operator import itemgetter
from typing import NamedTuple

from retrieval.core.types import Repair

_BOMS = (  # the longer ones first: UTF-32-LE starts with UTF-16-LE's mark
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAMPLE = 200_000  # bytes that decide a code page; reading more changes nothing and costs seconds
_CONTROLS = bytes(set(range(32)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B})
_STRAY = re.compile("[\udc80-\udcff]")
_ASCII_LETTERS = re.compile(rb"[A-Za-z]+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_MARKED = re.compile(r"[^\x00-\x7f]")
_MARKS = frozenset("“”‘’‚„–—…«»‹›•·€£§©®™°\u00a0\u00ad†‡‰")

# The letters beyond ASCII of one language at a time. The right code page yields letters of one language; a
# wrong one mixes letters that no language uses together.
_WESTERN = (
    "àâæçéèêëîïôœùûüÿ",
    "äöüßé",
    "áéíñóúüªº¡¿",
    "ãõáâàçéêíóôúü",
    "àèéìíîòóùú",
    "åäöéà",
    "æøåéôò",
    "áéëíïóöúèü",
    "áðéíóúýþæö",
    "äöšžå",
    "äõöüšž",
    "çëéà",
    "áàâéèêëíìîïñóòôöúùûüç",
)
_EASTERN = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_ALPHABETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cp1252", _WESTERN),
    ("iso8859_15", _WESTERN),  # where the euro sign stands for the currency sign
    ("cp1250", _EASTERN),
    ("iso8859_2", _EASTERN),
    ("cp1254", ("çğıöşüâîû",)),
    ("cp1257", ("ąčęėįšųūž", "āčēģīķļņšūž")),
)


class Decoded(NamedTuple):
    """Text without its byte order mark; a stray byte that is no UTF-8 is a lone surrogate in it."""

    text: str
    encoding: str


def decode(source: bytes) -> Decoded | None:
    """Decode a text file's bytes; ``None`` when they are no text in any encoding known here."""
    for mark, encoding in _BOMS:
        marked = _strict(source[len(mark) :], encoding) if source.startswith(mark) else None
        if marked is not None:
            return Decoded(marked, encoding)
    if b"\0" in source:
        return _wide(source)
    if len(source) - len(source.translate(None, _CONTROLS)) > len(source) * 0.005:
        return None
    body = source.removeprefix(b"\xef\xbb\xbf")
    plain = _strict(body, "utf-8")
    if plain is not None:
        return Decoded(plain, "utf-8")
    return _nearly_utf8(body) or _code_page(source)


def _strict(source: bytes, encoding: str) -> str | None:
    try:
        return source.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(source: bytes) -> Decoded | None:
    """Decode UTF-16 or UTF-32 without a mark: the candidate that reads as text and has the most ASCII."""
    scored: list[tuple[int, Decoded]] = []
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = _strict(source, encoding)
        if text is not None and _reads_as_text(text[:_SAMPLE]):
            familiar = sum(" " <= char <= "z" or char in "\r\n" for char in text[:_SAMPLE])
            scored.append((familiar, Decoded(text, encoding)))
    most, decoded = max(scored, key=itemgetter(0), default=(0, None))
    return decoded if most else None


def _reads_as_text(text: str) -> bool:
    odd = sum(unicodedata.category(char) in {"Cc", "Cn", "Co", "Cs"} and char not in "\t\n\r\f\v" for char in text)
    return odd <= len(text) * 0.005


def _nearly_utf8(source: bytes) -> Decoded | None:
    """Decode UTF-8 with a few bytes of another encoding in it: no more of them than of valid sequences."""
    text = source.decode("utf-8", "surrogateescape")
    strays = len(_STRAY.findall(text))
    return Decoded(text, "utf-8") if 2 * strays <= len(_MARKED.findall(text)) else None


def mend_strays(text: str) -> tuple[str, tuple[Repair, ...]]:
    """Decode the stray bytes of a text as cp1252, whose five holes become the replacement character."""
    mended = _STRAY.sub(lambda match: _byte_of(match).decode("cp1252", "replace"), text)
    repairs: list[Repair] = []
    line, last = 1, 0
    for match in _STRAY.finditer(text):
        at = match.start()
        line += text.count("\n", last, at)
        repairs.append(Repair(line, at, f"\\x{_byte_of(match).hex()}", mended[at]))
        last = at
    return mended, tuple(repairs)


def _byte_of(stray: re.Match[str]) -> bytes:
    return stray[0].encode("ascii", "surrogateescape")


def _code_page(source: bytes) -> Decoded | None:
    sample = source[:_SAMPLE]
    high = sum(map(len, _HIGH.findall(sample)))
    plain = sum(map(len, _ASCII_LETTERS.findall(sample)))
    # Latin script: at most about every fourth letter has a mark in any language.
    return (_latin(source, sample) if high <= 0.5 * plain else None) or _detected(source, sample)


def _latin(source: bytes, sample: bytes) -> Decoded | None:
    scored: list[tuple[float, Decoded]] = []
    for encoding, alphabets in _ALPHABETS:
        text = _strict(source, encoding)
        if text is None:
            continue
        score = max(_share(text[: len(sample)], alphabet) for alphabet in alphabets)
        if encoding == "cp1252":  # several languages' names in one English text are still cp1252's
            score = max(score, 0.9 * _share(text[: len(sample)], "".join(alphabets)))
        scored.append((score, Decoded(text, encoding)))
    best, decoded = max(scored, key=itemgetter(0), default=(0.0, None))  # the first, more common one of equals
    return decoded if best >= 0.7 else None


def _share(text: str, alphabet: str) -> float:
    """Share (0 to 1) of the characters beyond ASCII that the alphabet, or ordinary punctuation, explains."""
    known = set(alphabet + alphabet.upper())
    total = explained = 0
    for match in _MARKED.finditer(text):
        total += 1
        char = match[0]
        before = text[match.start() - 1 : match.start()]
        in_word = before.isalpha()
        letter = char in known and (char.isalpha() or not in_word)
        explained += letter or char in _MARKS or (char in "²³½¼¾±×¹" and not in_word)
    return explained / total if total else 1.0


def _detected(source: bytes, sample: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    for match in from_bytes(sample, threshold=0.2):
        text = _strict(source, match.encoding)
        if text is not None and _reads_as_text(text[:_SAMPLE]):
            return Decoded(text, match.encoding)
    return None
