"""Plans applied to a library and two indexes in memory, with failures put between any two steps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from retrieval.core.errors import ModelMismatchError
from retrieval.core.types import Article
from retrieval.index import analysis
from retrieval.index.indexer import Indexer, Stores
from retrieval.ingest import article_digest
from retrieval.storage.library import LibraryWriter
from retrieval.text import vocabulary
from retrieval.text.tokenizer import terms_of
from retrieval.text.vocabulary import Vocabulary
from tests.support.doubles.builders import article
from tests.support.doubles.fakes import MemoryLexicalIndex, MemoryVectorIndex, WordEmbedder

OLD = {"a": "The harbour opened.\nIt closed again.", "b": "The orchard is old.", "c": "The railway is long."}
NEW = {"a": "The harbour opened in 1890.\nIt closed again.", "b": OLD["b"], "d": "The library is new.\nIt is red."}


class FailureError(Exception):
    """An error that a test makes a step raise."""


class IndexedLibrary:
    """A library with its two indexes; every step can be made to fail."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.vectors = MemoryVectorIndex()
        self.words = MemoryLexicalIndex()
        self.embedder = WordEmbedder()
        home.mkdir(exist_ok=True)
        self.library = LibraryWriter(home)

    def index(self, texts: Mapping[str, str]) -> Indexer:
        """Bring everything into step with ``texts``, as a run of the program does."""
        indexer = Indexer(self.library, Stores(self.vectors, self.words), self.embedder)
        indexer.reconcile()
        stored = self.library.articles.digests()
        indexer.update(each for each in wanted(texts) if stored.get(each[0].article_id) != each[1])
        indexer.remove(sorted(stored.keys() - texts.keys()))
        return indexer

    def state(self) -> dict[str, str]:
        """Articles that a search sees, by id. Fails if the three do not hold the same passages."""
        live = set(self.library.passages.keys())
        assert self.vectors.keys() == live
        assert self.words.keys() == live
        return {name: str(self.library.articles.text(name)) for name in self.library.articles.digests()}


def wanted(texts: Mapping[str, str]) -> Iterator[tuple[Article, str]]:
    """Articles with their digests."""
    for name, text in texts.items():
        made = article(text, name)
        yield made, article_digest(made)


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[IndexedLibrary]:
    """Nothing indexed yet."""
    made = IndexedLibrary(tmp_path)
    yield made
    made.library.close()


def test_all_three_hold_the_corpus(indexed: IndexedLibrary) -> None:
    """After a run the library has the articles and both indexes its passages."""
    indexed.index(OLD)
    assert indexed.state() == OLD


def test_only_what_changed_is_encoded(indexed: IndexedLibrary) -> None:
    """The second run encodes nothing, a changed article costs its own sentences only."""
    indexed.index(OLD)
    indexed.embedder.encoded.clear()
    indexed.index(OLD)
    assert indexed.embedder.encoded == []
    indexed.index(NEW)
    assert set(indexed.embedder.encoded) == {
        "The harbour opened in 1890.",
        "It closed again.",
        "The library is new.",
        "It is red.",
    }
    assert indexed.state() == NEW


def test_the_indexes_refill_from_the_library_alone(indexed: IndexedLibrary) -> None:
    """An index that lost everything, or something, gets it back without any encoding."""
    indexed.index(OLD)
    before = dict(indexed.vectors.rows)
    indexed.vectors.rows.clear()
    indexed.words.entries.popitem()
    indexed.embedder.encoded.clear()
    indexed.index(OLD)
    assert indexed.embedder.encoded == []
    assert indexed.state() == OLD
    assert all(abs(indexed.vectors.rows[key] - row).max() < 1e-3 for key, row in before.items())


def test_what_does_not_belong_is_taken_out(indexed: IndexedLibrary) -> None:
    """Keys that the library does not know leave the indexes."""
    indexed.index(OLD)
    indexed.vectors.add([999], indexed.embedder.encode(["stray"]))
    indexed.index(OLD)
    assert indexed.state() == OLD


def test_a_run_holds_few_articles_at_once(indexed: IndexedLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles are asked for as they are stored: what came before is searchable when the next one is made."""
    monkeypatch.setattr("retrieval.index.indexer._BATCH", 1)
    seen: list[set[str]] = []

    def articles() -> Iterator[tuple[Article, str]]:
        for each in wanted(OLD):
            seen.append(set(indexed.library.articles.digests()))
            yield each

    indexer = Indexer(indexed.library, Stores(indexed.vectors, indexed.words), indexed.embedder)
    assert indexer.update(articles()) == ["a", "b", "c"]
    assert seen == [set(), {"a"}, {"a", "b"}]
    assert indexed.state() == OLD


def test_what_is_removed_leaves_all_three(indexed: IndexedLibrary) -> None:
    """Nothing of a removed article is left in library or indexes; removing nothing publishes nothing."""
    indexer = indexed.index(OLD)
    indexer.remove(["a", "c"])
    assert indexed.state() == {"b": OLD["b"]}
    before = indexed.library.properties.generation()
    indexer.remove([])
    assert indexed.library.properties.generation() == before


def test_another_model_is_refused(indexed: IndexedLibrary) -> None:
    """Vectors of two models never come together, even when nothing else has changed."""
    indexed.index(OLD)
    indexed.embedder = WordEmbedder("other")
    with pytest.raises(ModelMismatchError, match=r"words.*other.*--rebuild"):
        indexed.index(OLD)
    assert indexed.state() == OLD


STEPS = ("stage", "publish", "discard_staged", "forget_retired", "set_properties")


def failing(step: Callable[..., object], left: Iterator[int], *, before: bool) -> Callable[..., object]:
    """``step`` as it is, but the call at which the countdown ends fails before or after its work."""

    def run(*args: object, **options: object) -> object:
        last = next(left, 0) == 0
        if last and before:
            raise FailureError
        result = step(*args, **options)
        if last:
            raise FailureError
        return result

    return run


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_failure_between_any_two_steps_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    """Wherever a run breaks off, articles are whole then, and the next run ends as if nothing had been."""
    for number in itertools.count():
        indexed = IndexedLibrary(tmp_path / str(number))
        indexed.index(OLD)
        with monkeypatch.context() as patch:
            countdown = iter(range(number, -1, -1))

            for holder, names in (
                (indexed.library, STEPS),
                (indexed.vectors, ("add", "remove")),
                (indexed.words, ("add", "remove")),
            ):
                for name in names:
                    patch.setattr(holder, name, failing(getattr(holder, name), countdown, before=before))
            try:
                indexed.index(NEW)
            except FailureError:
                broke = True
            else:
                broke = False
        seen = {name: indexed.library.articles.text(name) for name in indexed.library.articles.digests()}
        assert set(seen.items()) <= {*OLD.items(), *NEW.items()}
        live = set(indexed.library.passages.keys())
        assert indexed.vectors.keys() >= live
        assert indexed.words.keys() >= live
        indexed.index(NEW)
        assert indexed.state() == NEW
        indexed.library.close()
        if not broke:
            assert number > 10
            return


@pytest.mark.parametrize("faulty", ["tokenize_with_words", "passage_words"])
def test_a_fault_in_one_article_stops_no_other(
    indexed: IndexedLibrary, monkeypatch: pytest.MonkeyPatch, faulty: str
) -> None:
    """It is named as a problem, what was stored of it stays, and the next run indexes it."""
    indexed.index(OLD)
    step = getattr(analysis, faulty)

    def failing(text: str, *others: object) -> object:
        if "1890" in text:
            raise TypeError("unforeseen\nword")
        return step(text, *others)

    with monkeypatch.context() as patch:
        patch.setattr(analysis, faulty, failing)
        indexer = Indexer(indexed.library, Stores(indexed.vectors, indexed.words), indexed.embedder)
        indexer.reconcile()
        stored = indexer.update(each for each in wanted(NEW) if each[0].article_id != "b")
        indexer.remove(["c"])
        (problem,) = indexer.problems
        assert "TypeError: unforeseen word" in str(problem)
        assert problem.file == "a.txt"
        assert stored == ["d"]
        assert indexed.state() == NEW | {"a": OLD["a"]}
        patch.setenv("PULLQUOTE_DEBUG", "1")
        with pytest.raises(TypeError):
            indexed.index(NEW)
    indexed.index(NEW)
    assert indexed.state() == NEW


def test_another_analysis_counts_all_words_again(indexed: IndexedLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a change of the analysis nothing is left of how words were folded before."""
    with monkeypatch.context() as patch:
        patch.setattr(vocabulary, "terms_of", lambda tokens: [f"{term}-before" for term in terms_of(tokens)])
        indexed.index(OLD)
        assert "orchard-before" in indexed.library.vocabulary.load().frequencies
    monkeypatch.setattr("retrieval.index.indexer.ANALYSIS", "another")
    indexed.index(NEW)
    texts = [found.text for name in NEW for found in indexed.library.passages.of_article(name)]
    assert indexed.library.vocabulary.load().frequencies == Vocabulary.of(texts).frequencies
    before = indexed.library.properties.generation()
    indexed.index(NEW)
    assert indexed.library.properties.generation() == before
