"""Folds and stems English words: case, diacritics, spelling and inflection no longer tell them apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from retrieval.text.languages.english import IRREGULAR

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ʼ": "'", "’": "'"}
)
# British spelling → American.
_SPELLING = (
    (re.compile(r"^(\w{3,})our(?=$|s$|ed$|ing$|it|able|hood|al$)"), r"\1or"),
    (re.compile(r"^(\w{3,})is(?=(?:e|ed|es|ing|ation|ations|er|ers)$)"), r"\1iz"),
    (re.compile(r"^(\w{3,})ys(?=(?:e|ed|es|ing)$)"), r"\1yz"),
    (re.compile(r"^(def|off|lic|pret)enc(?=e)"), r"\1ens"),
    (re.compile(r"^(\w{2,}[^s])tre(?=s?$)"), r"\1ter"),
    (re.compile(r"^(\w+)gramme(?=s?$)"), r"\1gram"),
    (re.compile(r"^(\w{3,}[sc]k)(?:yy|iy|ij|yi|yj|i)$"), r"\1y"),
)
# Suffixes are tried in this order; a stem keeps at least three letters and a vowel.
_SUFFIXES = (
    ("ization", "iz"), ("ational", ""), ("ations", ""), ("ition", "it"), ("ation", ""), ("ements", ""), ("ement", ""),
    ("ments", ""), ("ment", ""), ("ingly", ""), ("edly", ""), ("ities", ""), ("ity", ""), ("ically", "ic"),
    ("ances", ""), ("ance", ""), ("ences", ""), ("ence", ""), ("ness", ""), ("ical", "ic"), ("ions", ""), ("ion", ""),
    ("ings", ""), ("ing", ""), ("ied", "y"), ("ies", "y"), ("ed", ""), ("ers", "er"), ("ly", ""), ("ives", "iv"),
    ("ive", "iv"), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip
_VOWEL = re.compile(r"[aeiouy]")


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return ``word`` without case, diacritics and typographic apostrophes."""
    if word.isascii():
        return word.lower()
    # Marks go first: putting a long run of them in order, as normalizing does, takes quadratic time.
    letters = "".join(c for c in word.casefold().translate(_LETTERS) if not unicodedata.combining(c))
    bare = unicodedata.normalize("NFKD", letters)
    # A ligature may stand for several words; a term has no spaces in it.
    return "".join(c for c in bare if not unicodedata.combining(c) and not c.isspace()).translate(_LETTERS)


def stem(word: str) -> str:
    """Return a light English stem of a folded word: base form, one spelling, no suffix; not always a word."""
    word = IRREGULAR.get(word, word)
    for pattern, instead in _SPELLING:
        word = pattern.sub(instead, word)
    return _without_suffix(word.replace("'", ""))


def _without_suffix(word: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and not word.endswith(("ss", "us", "is")):
            rest = word[: -len(suffix)] + instead
            if len(rest) >= 3 and _VOWEL.search(rest):
                word = rest
                break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]  # travelled, planned
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] == "y" else word  # delivery, deliver
