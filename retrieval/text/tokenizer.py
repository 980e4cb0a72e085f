"""Tokenizes text into comparable terms, alike for questions, passages and the vocabulary.

A *term* is what is left of a word when spelling, diacritics, inflection and nationality no longer tell it apart:
``Élysée``/``Elysee`` → ``elyse``, ``defence``/``defense`` → ``defens``, ``Estonian``/``Estonia`` → ``estonia``,
``four``/``4`` → ``4``, ``600,000`` → ``600000``. A term need not be a word, since both sides of a comparison go through
the same function.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from retrieval.text.languages.demonyms import CANONICAL, CAPITALS_ONLY, PAIRS, SHORT_FORMS
from retrieval.text.languages.english import NUMBER_WORDS, STOPWORDS
from retrieval.text.stemmer import fold, stem

# Signs that belong to the letter before them: accents written apart, vowel signs of Semitic and Indic scripts.
_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd"
)
_HAS_MARKS = re.compile(f"[{_MARKS}]")


def _words(letters: str) -> re.Pattern[str]:
    return re.compile(
        r"(?:[A-Za-z]\.){2,}"  # U.S.
        r"|\d+(?:[.,]\d+)*"  # 600,000 and 3.5; a letter may follow (1980s, 20th)
        rf"|{letters}(?:['’]{letters})*\d*"  # words, O'Brien, NB8
    )


_WORD = _words(r"[^\W\d_]+")
_MARKED_WORD = _words(rf"(?:[^\W\d_][{_MARKS}]*)+")
_START = attrgetter("start")


class Token(NamedTuple):
    """A word of a text: its term, its folded form, its offsets (half-open, in code points) and its capital."""

    term: str
    word: str
    start: int
    end: int
    capital: bool
    opens: bool  # the first word of a sentence, whose capital says nothing

    @property
    def is_number(self) -> bool:
        return self.term[:1].isdigit()


@lru_cache(maxsize=131072)
def term_of(surface: str) -> str:
    """Return the term under which a surface form is compared."""
    if surface in SHORT_FORMS:
        return SHORT_FORMS[surface]
    word = fold(surface).removesuffix("'s").removesuffix("'").replace(".", "" if surface[0].isalpha() else ".")
    if word.endswith("n't"):
        return "not"
    if word[:1].isdigit():
        return word.replace(",", "")
    if word in CANONICAL and (surface[0].isupper() or word not in CAPITALS_ONLY):
        return CANONICAL[word]
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    return stem(word)


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\n\xa0\"'“”‘’([*_–—-")
    return not before or before[-1] in ".!?:;"


class Word(NamedTuple):
    """A word folded but not stemmed, for exact search: without case, accents and a possessive 's."""

    word: str
    start: int
    end: int


def _scan(text: str) -> Iterator[Word]:
    """Return the folded words of ``text``, a possessive 's included."""
    pattern = _WORD if text.isascii() or not _HAS_MARKS.search(text) else _MARKED_WORD
    for found in pattern.finditer(text):
        word = fold(found.group())
        if any(map(str.isalnum, word)):  # else a letter only in name, such as the modifier apostrophe
            yield Word(word, *found.span())


def tokenize(text: str) -> list[Token]:
    """Return all words of ``text`` in order, stopwords included; a country's name of two words is one token."""
    return _tokens(text, _scan(text))


def plain_words(text: str) -> list[Word]:
    """Return all words of ``text`` in order, folded but not stemmed."""
    return _plain(_scan(text))


def tokenize_with_words(text: str) -> tuple[list[Token], list[Word]]:
    """Return the results of ``tokenize`` and ``plain_words`` in one pass over ``text``."""
    scanned = list(_scan(text))
    return _tokens(text, scanned), _plain(scanned)


def _tokens(text: str, words: Iterable[Word]) -> list[Token]:
    tokens: list[Token] = []
    for folded, start, end in words:
        word = folded.removesuffix("'s")
        pair = PAIRS.get((tokens[-1].word, word)) if tokens else None
        if pair is not None:
            last = tokens.pop()
            tokens.append(Token(pair, pair, last.start, end, last.capital, last.opens))
        else:
            surface = text[start:end]
            capital = surface[0].isupper()
            opens = capital and _opens(text[max(0, start - 12) : start], min(start, 12))
            short = SHORT_FORMS.get(surface)  # "US" is no stopword
            tokens.append(Token(term_of(surface), short or word, start, end, capital, opens))
    return tokens


def _plain(words: Iterable[Word]) -> list[Word]:
    bare = (word._replace(word=word.word.removesuffix("'s")) for word in words)
    return [word for word in bare if any(map(str.isalnum, word.word))]


def tokens_between(text: str, tokens: Sequence[Token], start: int, end: int) -> Sequence[Token]:
    """Return the tokens of ``text[start:end]``, from the ``tokens`` of the whole text where none crosses a boundary."""
    first = bisect_left(tokens, start, key=_START)
    last = bisect_left(tokens, end, key=_START)
    cut = (first and tokens[first - 1].end > start) or (last and tokens[last - 1].end > end)
    # A token that lies across a boundary: a country's name of two words, or a piece of a word too long for a passage.
    return tokenize(text[start:end]) if cut else tokens[first:last]


def is_content(token: Token) -> bool:
    """Tell whether a token is a content word: a number is, a stopword or single letter is not."""
    return token.is_number or (token.word not in STOPWORDS and token.term not in STOPWORDS and len(token.term) > 1)


def content_terms(text: str) -> tuple[str, ...]:
    """Return the terms of the content words of ``text``, in order, with repeats."""
    return terms_of(tokenize(text))


def terms_of(tokens: Iterable[Token]) -> tuple[str, ...]:
    """Return the terms of the content words among ``tokens``."""
    return tuple(token.term for token in tokens if is_content(token))


def name_terms(tokens: Iterable[Token]) -> frozenset[str]:
    """Return the terms of the capitalised words that do not open a sentence."""
    return frozenset(t.term for t in tokens if t.capital and not t.opens and is_content(t))
