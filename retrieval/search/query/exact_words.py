"""Words, phrases, code and section signs of a search for exact words. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from retrieval.text.tokenizer import plain_words

_PHRASE = re.compile(r'["“”„«]([^"“”„«»]+)["“”„»]')
_SECTION_SIGN = re.compile(r"§\s")
_SEPARATOR = re.compile(r"[\s;(){}\[\]<>|`'‘’\"“”„«»]|,(?!\d)")
_SIGNS_AROUND = re.compile(r"^[,:!?*]+|[.,:!?*%]+$")
#: A sign that tells one writing of the same words from another: --flag, .env, #12, snake_case, dotted.name, a/b, a::b.
_CODE = re.compile(r"(?:^[-.§/@#$]|\w[_./:@#=]|§)[-_./:@#=]{0,3}\w")
_PLAIN = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?|\d+(?:[.,]\d+)*")  # U.S and 3.1.2, which are words of their own
_SPACED_SIGN = r"§+\s*"


class ExactWords(NamedTuple):
    """What a passage must hold: each of ``phrases``, words one after the other, and each of ``literals`` as written.

    The words of a literal are a phrase as well, by which the index finds it; ``plain`` are the phrases of no literal.
    """

    phrases: list[list[str]]
    literals: list[re.Pattern[str]]
    plain: list[list[str]]


def exact_words_in(text: str) -> ExactWords:
    """Read the quoted phrases of a search, then each word outside of quotation marks.

    Example:
        >>> exact_words_in('"open pier" snake_case harbour').phrases
        [['open', 'pier'], ['snake', 'case'], ['harbour']]
    """
    plain = [words for phrase in _PHRASE.findall(text) if (words := _words(phrase))]
    quoted = len(plain)
    phrases = list(plain)
    literals: dict[str, re.Pattern[str]] = {}
    bare = _PHRASE.sub(" ", text)
    for source in (*_PHRASE.findall(text), None):
        for piece in _pieces(bare if source is None else source):
            words, written = _words(piece), _SIGNS_AROUND.sub("", piece)
            if _is_code(written):
                literals.setdefault(written, _literal(written))
                phrases += [words] if source is None and words else []
            elif source is None:
                plain += [[word] for word in words]
    return ExactWords([*phrases, *plain[quoted:]], list(literals.values()), plain)


def _words(text: str) -> list[str]:
    return [found.word for found in plain_words(text)]


def _pieces(text: str) -> list[str]:
    return list(filter(None, _SEPARATOR.split(_SECTION_SIGN.sub("§", text))))


def _is_code(piece: str) -> bool:
    return _CODE.search(piece) is not None and _PLAIN.fullmatch(piece) is None


def _literal(piece: str) -> re.Pattern[str]:
    """A pattern for a piece as written, whatever its case, that is no part of a longer word, flag or number."""
    before = r"(?<![\w-])" if piece.startswith("-") else r"(?<!\w)(?<!\d\.)" if piece[0].isalnum() else ""
    after = r"(?!\w|-\w|\.\d)" if piece.startswith("-") else r"(?!\w|\.\d)"
    words = _SPACED_SIGN.join(map(re.escape, re.split("§+", piece)))
    return re.compile(before + words + after, re.IGNORECASE)
