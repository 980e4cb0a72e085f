"""Contract of keyword indexes, for the one in memory and Tantivy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from retrieval.core.errors import StorageError
from retrieval.index.indexer import LexicalStore
from retrieval.index.lexical import LexicalEntry, TantivyLexicalIndex
from retrieval.search.retriever import LexicalSearch
from tests.support.doubles.fakes import MemoryLexicalIndex

MANY = 6000


class LexicalIndex(LexicalStore, LexicalSearch, Protocol):
    """Both sides of a keyword index."""


class LexicalIndexFactory:
    """Opens one index, as often as a test wants: what was written before is there again."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind = kind
        self._folder = folder
        self._memory = MemoryLexicalIndex()
        self._open = ExitStack()

    def open(self) -> LexicalIndex:
        """The index as it is stored; one that was open is closed first."""
        self.close()
        if self._kind == "memory":
            return self._memory
        return self._open.enter_context(TantivyLexicalIndex(self._folder / "tantivy"))

    def close(self) -> None:
        """Close the folder."""
        self._open.close()


@pytest.fixture(params=["memory", "tantivy"])
def factory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LexicalIndexFactory]:
    """Both implementations, one after the other."""
    made = LexicalIndexFactory(request.param, tmp_path)
    yield made
    made.close()


@pytest.fixture
def index(factory: LexicalIndexFactory) -> LexicalIndex:
    """A new, empty index."""
    return factory.open()


def entry(key: int, words: str, *, article: str = "a", terms: str | None = None) -> LexicalEntry:
    """An entry whose terms are its words unless others are given."""
    return LexicalEntry(key, article, (words if terms is None else terms).split(), words.split())


def found(index: LexicalIndex, *terms: str, limit: int = 10, article: str | None = None) -> list[int]:
    """Keys for single terms of weight 1, best first."""
    return [key for key, _ in index.best([((term,), 1.0) for term in terms], limit, article)]


def exactly(index: LexicalIndex, *phrases: str, article: str | None = None) -> set[int]:
    """Keys of passages that hold every phrase."""
    hits, total = index.exact([phrase.split() for phrase in phrases], 100, article)
    assert total == len(hits)
    return {key for key, _ in hits}


def test_a_new_index_is_empty(index: LexicalIndex) -> None:
    """Nothing is stored, nothing is found, and asking is no error."""
    assert (index.count(), index.keys()) == (0, set())
    assert found(index, "word") == []
    assert index.exact([["word"]], 10) == ([], 0)


def test_asking_for_nothing_finds_nothing(index: LexicalIndex) -> None:
    """No term and no phrase is no query for everything."""
    index.add([entry(1, "peace in paris")])
    assert index.best([], 10) == []
    assert index.exact([], 10) == ([], 0)


def test_more_of_the_question_scores_higher(index: LexicalIndex) -> None:
    """A passage with both words goes before one with one, and one without is no hit."""
    index.add([entry(1, "truce talks"), entry(2, "truce monitors lead"), entry(3, "orchard")])
    assert found(index, "truce", "lead") == [2, 1]


def test_rare_words_weigh_more(index: LexicalIndex) -> None:
    """A word of one passage says more than a word of all."""
    index.add([entry(key, "summit of leaders") for key in range(1, 9)])
    index.add([entry(9, "summit in paris"), entry(10, "summit summit leaders")])
    assert found(index, "summit", "paris")[0] == 9


def test_scores_are_positive_and_fall(index: LexicalIndex) -> None:
    """Hits come in the order of their scores."""
    index.add([entry(1, "a b c d e f g"), entry(2, "a b"), entry(3, "b b c")])
    scores = [score for _, score in index.best([(("a",), 1.0), (("b",), 1.0)], 10)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_weights_decide(index: LexicalIndex) -> None:
    """Of two equally rare words the heavier one wins."""
    index.add([entry(1, "truce now"), entry(2, "paris now")])
    assert [key for key, _ in index.best([(("truce",), 3.0), (("paris",), 1.0)], 10)] == [1, 2]
    assert [key for key, _ in index.best([(("truce",), 1.0), (("paris",), 3.0)], 10)] == [2, 1]


def test_a_group_counts_where_all_of_it_occurs(index: LexicalIndex) -> None:
    """Several terms in one way are one thing said in several words, in any order."""
    index.add([entry(1, "nordic baltic eight"), entry(2, "baltic sea"), entry(3, "eight baltic nordic states")])
    assert {key for key, _ in index.best([(("nordic", "baltic", "eight"), 1.0)], 10)} == {1, 3}


def test_terms_and_words_are_apart(index: LexicalIndex) -> None:
    """Ranking looks at terms, exact search at words."""
    index.add([entry(1, "guarantees", terms="guarante")])
    assert found(index, "guarante") == [1]
    assert found(index, "guarantees") == []
    assert exactly(index, "guarantees") == {1}
    assert exactly(index, "guarante") == set()


def test_phrases_need_the_order(index: LexicalIndex) -> None:
    """Words of a phrase stand one directly after the other."""
    index.add([entry(1, "coalition of the willing"), entry(2, "the willing coalition of states"), entry(3, "willing")])
    assert exactly(index, "coalition of the willing") == {1}
    assert exactly(index, "the willing") == {1, 2}


def test_all_phrases_have_to_occur(index: LexicalIndex) -> None:
    """Several phrases are taken together; a whole word is meant, not a part of one."""
    index.add([entry(1, "truce in paris"), entry(2, "truce in kyiv"), entry(3, "truces in paris")])
    assert exactly(index, "truce", "in paris") == {1}
    assert exactly(index, "truc") == set()


def test_the_total_counts_beyond_the_limit(index: LexicalIndex) -> None:
    """A limited list still says how many there are."""
    index.add([entry(key, "truce") for key in range(1, 31)])
    hits, total = index.exact([["truce"]], 5)
    assert (len(hits), total) == (5, 30)
    assert len(found(index, "truce", limit=7)) == 7


def test_one_article_only(index: LexicalIndex) -> None:
    """A search in one article sees nothing of the others, and its name is taken as a whole."""
    index.add(
        [entry(1, "truce", article="one two"), entry(2, "truce", article="one"), entry(3, "peace", article="one")]
    )
    assert found(index, "truce", article="one") == [2]
    assert exactly(index, "truce", article="one two") == {1}
    assert found(index, "truce", article="two") == []


def test_a_known_key_is_replaced(index: LexicalIndex) -> None:
    """Adding a key again forgets its old words, in the same call too."""
    index.add([entry(1, "old"), entry(2, "other")])
    index.add([entry(1, "new", article="b")])
    assert index.count() == 2
    assert (exactly(index, "old"), exactly(index, "new")) == (set(), {1})
    assert found(index, "new", article="a") == []
    index.add([entry(3, "first"), entry(3, "second")])
    assert (exactly(index, "first"), exactly(index, "second"), index.count()) == (set(), {3}, 3)


def test_what_is_removed_is_gone(index: LexicalIndex) -> None:
    """A removed passage is in no count and no hit; unknown keys and none at all do no harm."""
    index.add([entry(1, "truce"), entry(2, "truce")])
    index.remove([1, 77, 3_000_000_000])
    index.remove([])
    assert (index.count(), index.keys()) == (1, {2})
    assert found(index, "truce") == [2]


def test_it_lasts(factory: LexicalIndexFactory) -> None:
    """Additions and removals survive closing and opening again."""
    index = factory.open()
    index.add([entry(1, "truce"), entry(2, "peace"), entry(3, "summit")])
    index.remove([3])
    again = factory.open()
    assert again.keys() == {1, 2}
    assert exactly(again, "peace") == {2}


def test_large_batches(factory: LexicalIndexFactory) -> None:
    """Thousands of passages in one call are stored, listed and removed as a whole."""
    index = factory.open()
    index.add([entry(key, f"word{key} common") for key in range(1, MANY + 1)])
    assert index.count() == MANY
    index = factory.open()
    assert index.keys() == set(range(1, MANY + 1))
    assert exactly(index, "word1") == {1}
    assert exactly(index, f"word{MANY}") == {MANY}
    index.remove(list(range(1, MANY)))
    assert index.keys() == {MANY}


@pytest.mark.parametrize(
    "term",
    ['"', "AND", "a:b", "(", "*", "terms:x", "\\", "-", "ė", "中", "🙂", "it's", "1.5", "x" * 5000, "\u200b", "+all"],
)
def test_no_word_is_an_operator(index: LexicalIndex, term: str) -> None:
    """Operators of query languages are ordinary words, found as they are and nowhere else."""
    index.add([entry(1, f"before {term} after"), entry(2, "before after b x all")])
    assert found(index, term) == [1]
    assert exactly(index, f"before {term} after") == {1}


def test_an_entry_without_words_is_kept(index: LexicalIndex) -> None:
    """A passage of nothing but signs is counted, so that the stores agree, and found by nothing."""
    index.add([entry(1, ""), entry(2, "truce")])
    assert index.keys() == {1, 2}
    assert found(index, "truce") == [2]


@pytest.mark.parametrize(("room", "said"), [(False, "Make room on the disk"), (True, "--rebuild")])
def test_an_error_without_room_is_the_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: bool, said: str
) -> None:
    """Tantivy's words for a full disk do not name it, so the disk is looked at before damage is reported."""

    class Failing:
        def delete_documents_by_term(self, field: str, value: int) -> None:
            raise ValueError("An error occurred in a thread: 'An index writer was killed.'")

    monkeypatch.setattr("retrieval.index.lexical.is_disk_full", lambda _: not room)
    index = TantivyLexicalIndex(tmp_path)
    index._writer = Failing()
    with pytest.raises(StorageError, match=said):
        index.remove([1])
