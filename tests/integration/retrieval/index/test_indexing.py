"""Indexing into the real stores: only what changed costs anything, and damaged stores can be rebuilt."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from retrieval.core.errors import (
    AlteredArticleError,
    BeingIndexedError,
    DamagedStoreError,
    IndexesDisagreeError,
    ModelMismatchError,
    NotIndexedError,
    RetrievalError,
)
from retrieval.core.health import Verdict
from retrieval.index.indexer import Stores
from retrieval.maintenance.doctor import run_checks
from retrieval.storage.articles import open_articles
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.home.lock import owning
from retrieval.storage.library import LibraryWriter
from tests.conftest import Workshop, article_text
from tests.support.fakes import WordEmbedder


def alter(workshop: Workshop, sql: str) -> None:
    """Change the library's file behind the program's back."""
    with closing(sqlite3.connect(workshop.home / LIBRARY_FILE, isolation_level=None)) as connection:
        connection.execute(sql)


def indexes(workshop: Workshop) -> Path:
    """The folder with the derived indexes."""
    (folder,) = workshop.home.glob("indexes-*")
    return folder


def assert_found(workshop: Workshop) -> None:
    """Vectors and keywords both lead to the passage that says the words."""
    with workshop.search() as searcher:
        answer = searcher.ask("Who visits the railway of town number 1?")
        first = (answer.quotes or answer.closest)[0]
        assert "railway" in first.text
        assert searcher.find('"railway of town number 1"').total == 1


def test_unchanged_articles_cost_no_encoding(workshop: Workshop) -> None:
    """A second run encodes nothing and changes nothing, and passage ids stay."""
    workshop.fill(3)
    workshop.index()
    with workshop.stores() as opened:
        before = opened.library.passages.keys(), opened.library.properties.generation()
    workshop.embedder.encoded.clear()
    report = workshop.index()
    assert workshop.embedder.encoded == []
    assert report.plan.unchanged == ("a0", "a1", "a2")
    with workshop.stores() as opened:
        assert (opened.library.passages.keys(), opened.library.properties.generation()) == before


def test_a_changed_article_is_replaced(workshop: Workshop) -> None:
    """Only its own sentences are encoded, the new words are found and the old ones are not."""
    workshop.fill(3)
    workshop.index()
    workshop.embedder.encoded.clear()
    workshop.write("a1.txt", article_text(1, version=2))
    report = workshop.index()
    assert report.plan.replace == ("a1",)
    assert workshop.embedder.encoded
    assert all("edition2" in text for text in workshop.embedder.encoded)
    assert workshop.texts() == workshop.wanted()
    with workshop.search() as searcher:
        assert searcher.find("edition2").total == 4
        assert searcher.find("edition1").total == 8


def test_paragraph_numbers_and_ids_are_stable(workshop: Workshop) -> None:
    """A change further down leaves the ids and numbers of what stands before it."""
    workshop.fill(1)
    workshop.index()
    with workshop.stores() as opened:
        before = [(p.passage.passage_id, p.passage.paragraph) for p in opened.library.passages.of_article("a0")]
    workshop.write("a0.txt", article_text(0) + "\nOne more paragraph about the museum of town number 0.")
    workshop.index()
    with workshop.stores() as opened:
        after = [(p.passage.passage_id, p.passage.paragraph) for p in opened.library.passages.of_article("a0")]
    assert after[: len(before)] == before


def test_a_removed_article_disappears_from_all_three(workshop: Workshop) -> None:
    """Library, vectors and keywords forget it, and no search offers it."""
    workshop.fill(3)
    workshop.index()
    (workshop.corpus / "a1.txt").unlink()
    assert workshop.index().plan.remove == ("a1",)
    assert workshop.texts().keys() == {"a0", "a2"}
    with workshop.search() as searcher:
        assert searcher.find('"town number 1"').total == 0
        answer = searcher.ask("What is said of the harbour of town number 1?")
        assert "a1" not in {q.passage.article_id for q in (*answer.quotes, *answer.closest)}


def test_a_new_title_in_the_catalog_is_a_change(workshop: Workshop) -> None:
    """What the catalog says is part of an article."""
    workshop.fill(2)
    workshop.index()
    workshop.write("catalog.toml", '[articles.a0]\ntitle = "Harbours"\n')
    assert workshop.index().plan.replace == ("a0",)
    with workshop.search() as searcher:
        (hit,) = searcher.find('"harbour of town number 0"').hits
        assert hit.metadata.title == "Harbours"


@pytest.mark.parametrize("lost", ["chroma", "tantivy", "."])
@pytest.mark.parametrize("rebuild", [False, True], ids=["index", "rebuild"])
def test_a_deleted_index_comes_back_without_encoding(workshop: Workshop, lost: str, rebuild: bool) -> None:
    """Searching says what to do; either command fills the index from the library alone."""
    workshop.fill(2)
    workshop.index()
    shutil.rmtree(indexes(workshop) / lost)
    with pytest.raises(IndexesDisagreeError, match="Run: pullquote index"), workshop.search():
        pass
    workshop.embedder.encoded.clear()
    workshop.index(rebuild=rebuild)
    assert workshop.embedder.encoded == []
    assert workshop.texts() == workshop.wanted()
    assert_found(workshop)


def _scribble(path: Path) -> None:
    path.write_bytes(b"\x00scribble" * (path.stat().st_size // 9 + 1))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("harm", [_scribble, _truncate])
def test_a_damaged_chroma_is_rebuilt(workshop: Workshop, harm: object) -> None:
    """Damage to Chroma's own database is named in the error, and the next run rebuilds it from the library."""
    assert callable(harm)
    workshop.fill(2)
    workshop.index()
    harm(indexes(workshop) / "chroma" / "chroma.sqlite3")
    with pytest.raises(DamagedStoreError, match=r"chroma.*--rebuild"), workshop.search() as searcher:
        searcher.ask("What is said of the harbour?")
    workshop.embedder.encoded.clear()
    (notice,) = workshop.index().notices
    assert "made anew from the library" in notice
    assert workshop.embedder.encoded == []
    assert workshop.texts() == workshop.wanted()
    assert_found(workshop)


@contextmanager
def refused_or_right() -> Iterator[None]:
    """What is done here succeeds, or ends with an error of ours that says what to run."""
    complaint = "Run: pullquote index"
    try:
        yield
    except RetrievalError as error:
        complaint = str(error)
    assert "Run: pullquote index" in complaint


@pytest.mark.parametrize("harm", [_scribble, _truncate])
@pytest.mark.parametrize("kind", ["meta.json", "*.idx", "*.fast", "*.store"])
def test_a_damaged_tantivy_is_rebuilt(workshop: Workshop, harm: object, kind: str) -> None:
    """Whichever file of the keyword index is damaged, a search ends with our error or is right, and --rebuild helps."""
    assert callable(harm)
    workshop.fill(2)
    workshop.index()
    for path in (indexes(workshop) / "tantivy").glob(kind):
        harm(path)
    with refused_or_right(), workshop.search() as searcher:
        assert searcher.find('"railway of town number 1"').total == 1
    workshop.index(rebuild=True)
    assert workshop.texts() == workshop.wanted()
    assert_found(workshop)


def test_damaged_vectors_on_disk_are_rebuilt(workshop: Workshop) -> None:
    """Chroma's own files beside its database, which a large index has, may be damaged too."""
    workshop.write("large.txt", "\n".join(f"Paragraph {n} speaks of subject{n} alone." for n in range(1, 1301)))
    workshop.index()
    (segment,) = {path.parent for path in (indexes(workshop) / "chroma").glob("*/header.bin")}
    shutil.rmtree(segment)
    with pytest.raises(DamagedStoreError, match=r"chroma.*--rebuild"), workshop.search() as searcher:
        searcher.ask("What is said of subject17?")
    assert any("vectors can be searched" in check.finding for check in run_checks(workshop.settings))
    workshop.index(rebuild=True)
    with workshop.search() as searcher:
        answer = searcher.ask("What is said of subject17?")
        assert "subject17" in (answer.quotes or answer.closest)[0].text


@pytest.mark.parametrize("harm", [_scribble, _truncate])
def test_a_damaged_library_is_kept_aside(workshop: Workshop, harm: object) -> None:
    """A damaged library is named; --rebuild keeps the file, says where, and starts again from the corpus."""
    assert callable(harm)
    workshop.fill(3)
    workshop.index()
    file = workshop.home / LIBRARY_FILE
    harm(file)
    damaged = file.read_bytes()
    with pytest.raises(DamagedStoreError, match=r"library\.sqlite3.*--rebuild"), workshop.search():
        pass
    with pytest.raises(DamagedStoreError, match="--rebuild"):
        workshop.index()
    assert file.read_bytes() == damaged
    report = workshop.index(rebuild=True)
    (aside,) = (
        path for path in workshop.home.glob(f"{LIBRARY_FILE}.damaged-*") if not path.name.endswith(("wal", "shm"))
    )
    assert aside.read_bytes() == damaged
    assert str(aside) in report.notices[0]
    assert workshop.texts() == workshop.wanted()
    assert_found(workshop)


def test_a_damaged_library_stays_when_there_is_no_corpus(workshop: Workshop) -> None:
    """Without articles to start from, --rebuild leaves the damaged library where it is."""
    workshop.fill(3)
    workshop.index()
    _truncate(workshop.home / LIBRARY_FILE)
    damaged = (workshop.home / LIBRARY_FILE).read_bytes()
    shutil.rmtree(workshop.corpus)
    with pytest.raises(RetrievalError, match="corpus"):
        workshop.index(rebuild=True)
    assert (workshop.home / LIBRARY_FILE).read_bytes() == damaged


def test_another_model_is_refused_and_rebuilt(workshop: Workshop) -> None:
    """Neither search nor indexing mixes models; --rebuild encodes everything again, once."""
    workshop.fill(2)
    workshop.index()
    other = Workshop(workshop.settings, WordEmbedder("other"))
    for attempt in (other.index, lambda: other.search().__enter__()):
        with pytest.raises(ModelMismatchError, match=r"words.*other.*pullquote index --rebuild"):
            attempt()
    assert other.embedder.encoded == []
    other.index(rebuild=True)
    assert sorted(set(other.embedder.encoded)) == sorted(other.embedder.encoded)
    assert other.texts() == other.wanted()
    assert_found(other)
    with pytest.raises(ModelMismatchError), workshop.search():
        pass


def test_the_window_of_another_model_cuts_again(workshop: Workshop) -> None:
    """A model with a smaller window gets smaller passages in the same run."""
    workshop.write("long.txt", " ".join(f"Sentence number {n} speaks of the harbour and its ships." for n in range(40)))
    workshop.index()
    other = Workshop(workshop.settings, WordEmbedder("narrow", window=64))
    before, after = workshop.index().passages, other.index(rebuild=True).passages
    assert after > before
    assert other.texts() == other.wanted()


ALTERED = "UPDATE articles SET text = replace(text, 'pay 11 crowns', 'pay 99 crowns') WHERE article_id = 'a1'"


def test_an_altered_text_is_not_quoted(workshop: Workshop) -> None:
    """Asking leaves the article out and says so; reading and searching in it are refused."""
    workshop.fill(3)
    workshop.index()
    alter(workshop, ALTERED)
    with workshop.search() as searcher:
        answer = searcher.ask("How many crowns do visitors of the harbour of town number 1 pay?")
        shown = (*answer.quotes, *answer.closest)
        assert shown
        assert all(quote.passage.article_id != "a1" for quote in shown)
        assert not any("99" in quote.text for quote in shown)
        note = answer.notes[0]
        assert "'a1'" in note
        assert "checksum" in note
        with pytest.raises(AlteredArticleError, match="'a1'"):
            searcher.ask("What do visitors pay?", article_id="a1")
        assert all(hit.passage.article_id != "a1" for hit in searcher.find("harbour").hits)
    with open_articles(workshop.settings) as shelf, pytest.raises(AlteredArticleError, match="'a1'"):
        shelf.read("a1")


def test_a_text_altered_while_searching_is_not_quoted(workshop: Workshop) -> None:
    """A searcher that has already read the article notices too."""
    workshop.fill(2)
    workshop.index()
    question = "How many crowns do visitors of the harbour of town number 1 pay?"
    with workshop.search() as searcher:
        first = searcher.ask(question)
        assert any(quote.passage.article_id == "a1" for quote in (*first.quotes, *first.closest))
        alter(workshop, ALTERED)
        second = searcher.ask(question)
        assert all(quote.passage.article_id != "a1" for quote in (*second.quotes, *second.closest))
        assert "'a1'" in second.notes[0]


@pytest.mark.parametrize(("command", "model"), [("index", "words"), ("rebuild", "words"), ("rebuild", "other")])
def test_an_altered_text_is_read_again(workshop: Workshop, command: str, model: str) -> None:
    """What the message says to run puts the text right, with the model that there was and with another one."""
    workshop.fill(3)
    workshop.index()
    alter(workshop, ALTERED)
    again = Workshop(workshop.settings, WordEmbedder(model))
    again.index(rebuild=command == "rebuild")
    assert again.texts() == again.wanted()
    assert_found(again)


def test_an_altered_text_and_a_lost_index(workshop: Workshop) -> None:
    """Two faults at once are put right by one run."""
    workshop.fill(3)
    workshop.index()
    alter(workshop, ALTERED)
    shutil.rmtree(indexes(workshop))
    workshop.index()
    assert workshop.texts() == workshop.wanted()


def test_the_doctor_names_what_is_wrong(workshop: Workshop) -> None:
    """Altered texts, missing passages and damage are each found, with what to do, and nothing is raised."""
    workshop.fill(3)
    assert {c.subject: c.verdict for c in run_checks(workshop.settings)}["Library"] is Verdict.NOTE
    workshop.index()
    alter(workshop, ALTERED)
    with workshop.stores() as opened:
        opened.vectors.remove(opened.library.passages.keys()[:2])
        opened.words.add([])
    bad = {check.subject: check for check in run_checks(workshop.settings) if check.verdict is Verdict.BAD}
    assert "a1" in bad["Library"].finding
    assert "2 passages missing" in bad["Vector index"].finding
    assert all("pullquote index" in bad[name].remedy for name in ("Library", "Vector index"))
    assert "Keyword index" not in bad
    assert "Model of the library" in bad
    _scribble(indexes(workshop) / "chroma" / "chroma.sqlite3")
    assert any("chroma" in check.finding and "damaged" in check.finding for check in run_checks(workshop.settings))
    _scribble(workshop.home / LIBRARY_FILE)
    assert any("library.sqlite3" in check.finding for check in run_checks(workshop.settings) if check.verdict == "bad")


@pytest.mark.parametrize("moved_on", [False, True], ids=["as the indexes", "keys given twice"])
def test_an_older_library_with_as_many_passages(workshop: Workshop, moved_on: bool) -> None:
    """A library put back from a copy is noticed by a search and by the doctor, and the next run repairs it."""
    workshop.fill(3)
    workshop.index()
    older = workshop.home.parent / "older.sqlite3"
    shutil.copy(workshop.home / LIBRARY_FILE, older)
    workshop.write("a1.txt", article_text(1, version=2))
    workshop.index()
    shutil.copy(older, workshop.home / LIBRARY_FILE)
    if moved_on:  # another article under the very keys that the indexes know
        workshop.fill(3)
        workshop.write("a2.txt", article_text(2, version=2))
        folder = indexes(workshop)
        kept = folder.rename(workshop.home / "kept")
        workshop.index()
        shutil.rmtree(indexes(workshop))
        kept.rename(folder)
    with pytest.raises(IndexesDisagreeError, match=r"another state.*Run: pullquote index"), workshop.search():
        pass
    checks = [check for check in run_checks(workshop.settings) if check.verdict is Verdict.BAD]
    assert {check.remedy for check in checks} >= {"Run: pullquote index"}
    workshop.embedder.encoded.clear()
    workshop.index()
    assert workshop.texts() == workshop.wanted()
    with workshop.search() as searcher:
        assert searcher.find("edition2").total == 4
        assert searcher.find("edition1").total == 8
    assert_found(workshop)


def test_a_repair_that_is_interrupted(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes that are being made for one state of the library do not pass for those of another."""
    workshop.fill(3)
    workshop.index()
    older, newer = workshop.home.parent / "older.sqlite3", workshop.home.parent / "newer.sqlite3"
    shutil.copy(workshop.home / LIBRARY_FILE, older)
    workshop.write("a1.txt", article_text(1, version=2))
    workshop.index()
    (workshop.home / LIBRARY_FILE).rename(newer)
    shutil.copy(older, workshop.home / LIBRARY_FILE)
    with monkeypatch.context() as patch:
        patch.setattr(Stores, "mark", lambda self, *states: _stop() if len(states[0]) == 16 else _mark(self, *states))
        with pytest.raises(KeyboardInterrupt):
            workshop.index()
    shutil.copy(newer, workshop.home / LIBRARY_FILE)
    with pytest.raises(IndexesDisagreeError), workshop.search():
        pass
    workshop.index()
    assert workshop.texts() == workshop.wanted()


_mark = Stores.mark


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_indexes_without_a_note_are_compared_by_their_keys(workshop: Workshop) -> None:
    """As many passages, but others: an indexing run sees it although nothing says what the indexes were made for."""
    workshop.fill(3)
    workshop.index()
    with workshop.stores() as opened:
        first = opened.library.passages.keys()[0]
        row = opened.vectors.nearest(opened.embedder.encode(["harbour"])[0], 1)
        assert row
        opened.vectors.remove([first])
        opened.vectors.add([9999], opened.embedder.encode(["harbour"]))
    (indexes(workshop) / "library.state").unlink()
    workshop.index()
    assert workshop.texts() == workshop.wanted()


def test_a_notice_is_one_line(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's verdict on a damaged file may have several lines."""
    workshop.fill(3)
    workshop.index()
    monkeypatch.setattr(LibraryWriter, "check", lambda _: "*** in database main ***\nPage 7: never used")
    (notice,) = workshop.index(rebuild=True).notices
    assert "main *** Page 7" in notice
    assert "\n" not in notice


def test_asking_during_the_very_first_run(workshop: Workshop) -> None:
    """Nothing is indexed yet, but a run is under way: wait, rather than start another."""
    with owning(workshop.home):
        with pytest.raises(BeingIndexedError, match=f"process {os.getpid()}.*try again"), workshop.search():
            pass
        with pytest.raises(BeingIndexedError, match="try again"), open_articles(workshop.settings):
            pass
    with pytest.raises(NotIndexedError, match="Run: pullquote index"), workshop.search():
        pass


def test_nothing_indexed_says_what_to_run(workshop: Workshop) -> None:
    """Searching an empty folder is no traceback and makes no files."""
    with pytest.raises(NotIndexedError, match="Run: pullquote index"), workshop.search():
        pass
    assert not workshop.home.exists()
