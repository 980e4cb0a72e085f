"""The library: versions that appear in one step, checksums, exact word counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.display.span import Span
from retrieval.core.errors import AlteredArticleError, DamagedStoreError
from retrieval.core.types import Article
from retrieval.core.vectors import pack
from retrieval.ingest import article_digest
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.library import ArticleTable, LibraryWriter, PassageTable, StagedPassage, model_property
from retrieval.storage.sqlite.connection import Database
from retrieval.text.tokenizer import content_terms
from retrieval.text.vocabulary import Vocabulary, passage_words
from tests.support.doubles.builders import article
from tests.support.doubles.fakes import WordEmbedder

TEXTS = (
    "The Nordic-Baltic Eight (NB8) met in Riga. They spoke of peace.",
    "The European Union (EU) gave aid. Riga gave none.\nPeace is far, says Anna.",
    "United Methodist Church members prayed. Élysée Palace was closed.",
    "A word. Another Word. WORD!",
)
EMBEDDER = WordEmbedder()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LibraryWriter]:
    """An empty library."""
    with LibraryWriter(tmp_path) as opened:
        opened.set_properties(model_property(EMBEDDER.identity) | {"analysis": "1"})
        yield opened


def stage(library: LibraryWriter, made: Article) -> list[int]:
    """Store a version of an article as indexing does."""
    additions = []
    for passage in made.passages:
        texts = [made.slice(Span(passage.start, passage.end)), *map(made.slice, passage.sentences)]
        terms = tuple(content_terms(text) for text in texts[1:])
        additions.append(StagedPassage(terms, ("context",), passage_words(texts[0]), pack(EMBEDDER.encode(texts))))
    return library.stage(made, article_digest(made), additions)


def alter(home: Path, sql: str) -> None:
    """Change the library's file behind its back."""
    with closing(sqlite3.connect(home / LIBRARY_FILE, isolation_level=None)) as connection:
        connection.execute(sql)


def test_a_staged_version_is_invisible(library: LibraryWriter) -> None:
    """Until it is published, a new version is in no count, no list and no search."""
    keys = stage(library, article(TEXTS[1]))
    assert keys
    assert (
        library.passages.count(),
        library.passages.keys(),
        library.articles.digests(),
        library.articles.summaries(),
    ) == (0, [], {}, [])
    assert library.passages.get(keys) == {}
    library.publish(count=passage_words)
    assert library.passages.keys() == keys
    assert library.properties.generation() == 1


def test_a_new_version_takes_the_place_of_the_old_one(library: LibraryWriter) -> None:
    """Publishing swaps the versions whole; the old keys are retired and never given again."""
    old = stage(library, article("One thing.\nTwo things."))
    library.publish(count=passage_words)
    new = stage(library, article("Three things."))
    assert library.articles.text("a") == "One thing.\nTwo things."
    assert library.passages.keys() == old
    library.publish(count=passage_words)
    assert library.articles.text("a") == "Three things."
    assert library.passages.keys() == new
    assert library.passages.retired() == old
    library.forget_retired()
    assert library.passages.retired() == []
    library.publish(count=passage_words, removed=["a"])
    assert min(stage(library, article("Again."))) > max(new)


def test_discarding_leaves_what_was_there(library: LibraryWriter) -> None:
    """Versions staged by an interrupted run are gone, their keys are retired, and the live version stands."""
    old = stage(library, article("One thing."))
    library.publish(count=passage_words)
    staged = stage(library, article("Two things."))
    library.discard_staged()
    assert library.passages.keys() == old
    assert library.passages.retired() == staged


def test_an_article_comes_back_whole(library: LibraryWriter) -> None:
    """Everything that was read from the corpus, offsets and reasons included, survives the library."""
    made = article(
        "HEADLINE OF THE DAY\n\nAnna Berg spoke first.\r\nShe said \u201cyes\u201d.\n\nAnna Berg spoke first."
    )
    stage(library, made)
    library.publish(count=passage_words)
    assert library.articles.load("a") == made
    assert library.articles.source("a")[0] == made.source
    for stored in library.passages.of_article("a"):
        assert stored.text == made.text[stored.passage.start : stored.passage.end]


def test_an_altered_text_is_refused(library: LibraryWriter, tmp_path: Path) -> None:
    """One changed character is enough: reading says so, searching leaves it out."""
    keys = stage(library, article("It is 40 percent."))
    stage(library, article("It is 50 percent.", "b"))
    library.publish(count=passage_words)
    alter(tmp_path, "UPDATE articles SET text = replace(text, '40', '41')")
    for read in (library.articles.text, library.passages.of_article, library.articles.load):
        with pytest.raises(AlteredArticleError, match="'a'"):
            read("a")
    assert library.articles.altered() == ["a"]
    assert set(library.passages.get(library.passages.keys())) == set(library.passages.keys()) - set(keys)
    assert library.articles.text("b") == "It is 50 percent."


def test_torn_vectors_are_noticed(library: LibraryWriter, tmp_path: Path) -> None:
    """Vectors of the wrong length are damage, with the passage named, and never shifted."""
    keys = stage(library, article("It is 40 percent."))
    library.publish(count=passage_words)
    alter(tmp_path, "UPDATE passages SET vectors = substr(vectors, 1, 7)")
    with pytest.raises(DamagedStoreError, match=rf"passage {keys[0]}.*--rebuild"):
        list(library.passages.vectors(keys, 64))


def test_vectors_come_back_in_rows(library: LibraryWriter) -> None:
    """Row 0 is the passage's own vector, the others are its sentences'."""
    made = article("It is 40 percent. No one knows.")
    (key,) = stage(library, made)
    ((found, rows),) = library.passages.vectors([key], 64)
    assert found == key
    assert rows.shape == (3, 64)
    assert np.abs(rows - EMBEDDER.encode([made.text, "It is 40 percent.", "No one knows."])).max() < 1e-3


def test_many_keys_are_read_in_several_goes(library: LibraryWriter) -> None:
    """More keys than one statement takes, unknown ones among them."""
    (key,) = stage(library, article("It is 40 percent."))
    library.publish(count=passage_words)
    assert set(library.passages.get(list(range(1, 40_000)))) == {key}


@pytest.mark.parametrize("characters", [0, 20, 1000])
def test_texts_beyond_the_cache_are_read_again(library: LibraryWriter, tmp_path: Path, characters: int) -> None:
    """A small cache, or none, gives the same passages as a large one, the second time too."""
    for number in range(3):
        stage(library, article(f"It is {number} percent.", f"a{number}"))
    library.publish(count=passage_words)
    with closing(Database(tmp_path / LIBRARY_FILE, write=False)) as database:
        table = PassageTable(database, ArticleTable(database), cached_characters=characters)
        for _ in range(2):
            texts = [stored.text for stored in table.get(table.keys()).values()]
            assert texts == [f"It is {number} percent." for number in range(3)]


STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, *TEXTS])), max_size=8)


@given(STEPS)
def test_word_counts_follow_every_change(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str | None]]
) -> None:
    """After any additions, replacements and removals the vocabulary is that of the passages that are there."""
    with LibraryWriter(tmp_path_factory.mktemp("words")) as library:
        wanted: dict[str, str] = {}
        for name, text in steps:
            if text is None:
                library.publish(count=passage_words, removed=[name])
                wanted.pop(name, None)
            else:
                stage(library, article(text, name))
                library.publish(count=passage_words)
                wanted[name] = text
        kept = library.vocabulary.load()
        fresh = Vocabulary.of(stored.text for name in sorted(wanted) for stored in library.passages.of_article(name))
    assert kept.passages == fresh.n
    assert dict(kept.frequencies) == dict(fresh.frequencies)
    assert dict(kept.capitalised) == {term: n for term, n in fresh.capitalised.items() if n}
    assert kept.acronyms == fresh.expansions
    assert kept.initialisms == fresh.guesses


def test_what_is_no_database_is_damage(tmp_path: Path) -> None:
    """A file of something else is refused with the command that helps."""
    (tmp_path / LIBRARY_FILE).write_bytes(b"this is no database, but it is long enough to be looked at" * 100)
    with pytest.raises(DamagedStoreError, match=r"library\.sqlite3.*--rebuild"):
        LibraryWriter(tmp_path)
