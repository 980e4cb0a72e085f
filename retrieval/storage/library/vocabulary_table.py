"""Word counts of the live passages: document frequencies, names, acronyms."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from retrieval.core.types import PassageWords
from retrieval.storage.library.rows import LIVE_PASSAGES
from retrieval.storage.sqlite.connection import Database

Expansions = dict[str, tuple[str, ...]]


class WordStatistics(NamedTuple):
    """Document frequencies over ``passages``, how many of these capitalise a term, and what acronyms stand for."""

    passages: int
    frequencies: Counter[str]
    capitalised: Counter[str]
    acronyms: Expansions
    initialisms: Expansions


class VocabularyTable:
    """Words of all live passages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> WordStatistics:
        """Read the whole vocabulary."""
        passages = self._database.value("SELECT count(*) " + LIVE_PASSAGES)
        words = WordStatistics(passages, Counter(), Counter(), {}, {})
        for term, frequency, capitalised in self._database.rows("SELECT term, passages, capitalised FROM vocabulary"):
            words.frequencies[term] = frequency
            if capitalised:
                words.capitalised[term] = capitalised
        for acronym, expansion, certain in self._database.rows(
            "SELECT c.acronym, c.expansion, c.certain FROM acronyms c JOIN articles a ON a.key = c.article_key "
            "WHERE a.live = 1 ORDER BY a.article_id"
        ):
            (words.acronyms if certain else words.initialisms)[acronym] = tuple(expansion.split())
        return words


class WordCounts:
    """Document frequencies to be added to the vocabulary, or taken off."""

    def __init__(self) -> None:
        self._frequencies: Counter[str] = Counter()
        self._capitalised: Counter[str] = Counter()

    def add(self, passages: Iterable[PassageWords]) -> None:
        """Count the words of some more passages."""
        for words in passages:
            self._frequencies.update(words.terms)
            self._capitalised.update(words.names)

    def apply(self, connection: sqlite3.Connection, *, sign: int = 1) -> None:
        """Add these counts, or take them off; a term without passages goes."""
        connection.executemany(
            "INSERT INTO vocabulary VALUES (?, ?, ?) ON CONFLICT (term) DO UPDATE SET "
            "passages = passages + excluded.passages, capitalised = capitalised + excluded.capitalised",
            [(term, sign * n, sign * self._capitalised[term]) for term, n in self._frequencies.items()],
        )
        if sign < 0:
            connection.execute("DELETE FROM vocabulary WHERE passages <= 0")


def add_acronyms(connection: sqlite3.Connection, article_key: int, passages: Iterable[PassageWords]) -> None:
    """Store what the passages of an article spell out; it goes with the article."""
    connection.executemany(
        "INSERT OR REPLACE INTO acronyms VALUES (?, ?, ?, ?)",
        [
            (article_key, short, certain, " ".join(expansion))
            for words in passages
            for certain, found in ((1, words.acronyms), (0, words.initialisms))
            for short, expansion in found.items()
        ],
    )
