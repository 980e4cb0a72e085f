"""Counts of a corpus's terms, names and acronyms in memory; the library stores the same, so opening counts nothing."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from retrieval.core.types import PassageWords
from retrieval.text.tokenizer import Token, is_content, name_terms, term_of, terms_of, tokenize, tokens_between

#: Bounds of an idf, so that a rare word weighs the same in sixty passages and in a hundred thousand.
IDF_FLOOR, IDF_CEILING = 0.5, 4.0

_ACRONYM = re.compile(r"\(([A-Z][A-Za-z]{0,9}[A-Z0-9][A-Za-z0-9]{0,4})s?\)|\b([A-Z][A-Z0-9]{1,6}) \(([^()]{4,70})\)")

_CAPITALISED_RUN = re.compile(r"\b[A-Z][\w’'-]+(?:[ -](?:of |for |the |and |on )*[A-Z][\w’'-]+){2,5}")


def acronyms(text: str, tokens: Sequence[Token] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the acronyms that ``text`` expands as ``{term: terms of the expansion}``; ``tokens`` are its tokens.

    "Nordic-Baltic Eight (NB8)" and "NB8 (Nordic-Baltic Eight)": the letters have to be the initials of the words
    next to the bracket; a digit stands for the number written out. After Schwartz and Hearst 2003, "A simple
    algorithm for identifying abbreviation definitions in biomedical text", restricted to initials.
    """
    tokens = tokenize(text) if tokens is None else tokens
    found: dict[str, tuple[str, ...]] = {}
    for match in _ACRONYM.finditer(text):
        short = match.group(1) or match.group(2)
        if match.group(1):
            last = bisect_right(tokens, match.start(), key=attrgetter("end"))
            words = tokens[max(0, last - 2 * len(short)) : last]
            expansion = _initials(short, words, at_end=True)
        else:
            expansion = _initials(short, tokens_between(text, tokens, *match.span(3)), at_end=False)
        if expansion:
            found[term_of(short)] = expansion
    return found


def _initials(short: str, words: Sequence[Token], *, at_end: bool) -> tuple[str, ...]:
    """Return the content terms of the run of ``words`` with the initials ``short``; empty where there is none."""
    for count in range(2, len(words) + 1):
        run = words[-count:] if at_end else words[:count]
        for kept in (run, [word for word in run if is_content(word)]):
            initials = "".join(w.term if w.is_number else w.word[:1] for w in kept)
            if initials == short.lower() and kept[0] is run[0]:
                return tuple(w.term for w in run if is_content(w))
    return ()


def initialisms(text: str, tokens: Sequence[Token]) -> dict[str, tuple[str, ...]]:
    """Guess acronyms of three to six letters from capitalised runs ("United Methodist Church": umc)."""
    found: dict[str, tuple[str, ...]] = {}
    for match in _CAPITALISED_RUN.finditer(text):
        words = [word for word in tokens_between(text, tokens, *match.span()) if is_content(word)]
        if 3 <= len(words) <= 6:
            found["".join(word.word[0] for word in words)] = tuple(word.term for word in words)
    return found


def passage_words(text: str, tokens: Sequence[Token] | None = None) -> PassageWords:
    """Return what a vocabulary counts of one passage; ``tokens`` are those of ``text``, where known."""
    tokens = tokenize(text) if tokens is None else tokens
    return PassageWords(
        frozenset(terms_of(tokens)), name_terms(tokens), acronyms(text, tokens), initialisms(text, tokens)
    )


@dataclass(slots=True)
class Vocabulary:
    """Document frequencies over ``n`` passages; a term is a name when most passages that hold it capitalise it."""

    n: int = 0
    frequencies: Counter[str] = field(default_factory=Counter)
    capitalised: Counter[str] = field(default_factory=Counter)
    expansions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    guesses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _by_initial: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """Return the vocabulary of the passages ``texts``."""
        vocabulary = cls()
        for text in texts:
            words = passage_words(text)
            vocabulary.n += 1
            vocabulary.frequencies.update(words.terms)
            vocabulary.capitalised.update(words.names)
            vocabulary.expansions.update(words.acronyms)
            vocabulary.guesses.update(words.initialisms)
        return vocabulary

    def remove(self, text: str) -> None:
        """Uncount one passage. Its acronyms stay, since another passage may use them."""
        self.n -= 1
        words = passage_words(text)
        self.frequencies -= Counter(words.terms)
        self.capitalised -= Counter(words.names)

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of ``term`` as in BM25, clipped to ``IDF_FLOOR … IDF_CEILING``."""
        df = self.frequencies[term]
        return min(max(math.log1p((self.n - df + 0.5) / (df + 0.5)), IDF_FLOOR), IDF_CEILING)

    def is_name(self, term: str) -> bool:
        """Tell whether the corpus mostly capitalises ``term`` inside sentences."""
        return 2 * self.capitalised[term] > self.frequencies[term] > 0

    def near(self, term: str, *, names_only: bool) -> str | None:
        """Return the corpus's term nearest to a misspelt one, or ``None``.

        One edit is allowed from five letters on, two from nine on; swapped letters are one edit. The first letter has
        to be right: typing errors rarely change it, and it keeps ``Orban`` apart from ``urban``.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if len(term) < 5 or not term.isalpha():
            return None
        if not self._by_initial:
            grouped: defaultdict[str, list[str]] = defaultdict(list)
            for known in self.frequencies:
                grouped[known[0]].append(known)
            self._by_initial = dict(grouped)
        choices = [w for w in self._by_initial.get(term[0], ()) if abs(len(w) - len(term)) <= 2 and len(w) > 3]
        if names_only:
            choices = [word for word in choices if self.is_name(word)]
        edits = 2 if len(term) >= 9 else 1
        best = process.extractOne(term, choices, scorer=OSA.distance, score_cutoff=edits)
        return None if best is None else str(best[0])
