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
from tests.conftest import Workspace, article_text
from tests.support.doubles.fakes import WordEmbedder


def alter(workspace: Workspace, sql: str) -> None:
    """Change the library's file behind the program's back."""
    with closing(sqlite3.connect(workspace.home / LIBRARY_FILE, isolation_level=None)) as connection:
        connection.execute(sql)


def indexes(workspace: Workspace) -> Path:
    """The folder with the derived indexes."""
    (folder,) = workspace.home.glob("indexes-*")
    return folder


def assert_found(workspace: Workspace) -> None:
    """Vectors and keywords both lead to the passage that says the words."""
    with workspace.search() as searcher:
        answer = searcher.ask("Who visits the railway of town number 1?")
        first = (answer.quotes or answer.closest)[0]
        assert "railway" in first.text
        assert searcher.find('"railway of town number 1"').total == 1


def test_unchanged_articles_cost_no_encoding(workspace: Workspace) -> None:
    """A second run encodes nothing and changes nothing, and passage ids stay."""
    workspace.fill(3)
    workspace.index()
    with workspace.stores() as opened:
        before = opened.library.passages.keys(), opened.library.properties.generation()
    workspace.embedder.encoded.clear()
    report = workspace.index()
    assert workspace.embedder.encoded == []
    assert report.plan.unchanged == ("a0", "a1", "a2")
    with workspace.stores() as opened:
        assert (opened.library.passages.keys(), opened.library.properties.generation()) == before


def test_a_changed_article_is_replaced(workspace: Workspace) -> None:
    """Only its own sentences are encoded, the new words are found and the old ones are not."""
    workspace.fill(3)
    workspace.index()
    workspace.embedder.encoded.clear()
    workspace.write("a1.txt", article_text(1, version=2))
    report = workspace.index()
    assert report.plan.replace == ("a1",)
    assert workspace.embedder.encoded
    assert all("edition2" in text for text in workspace.embedder.encoded)
    assert workspace.texts() == workspace.wanted()
    with workspace.search() as searcher:
        assert searcher.find("edition2").total == 4
        assert searcher.find("edition1").total == 8


def test_paragraph_numbers_and_ids_are_stable(workspace: Workspace) -> None:
    """A change further down leaves the ids and numbers of what stands before it."""
    workspace.fill(1)
    workspace.index()
    with workspace.stores() as opened:
        before = [(p.passage.passage_id, p.passage.paragraph) for p in opened.library.passages.of_article("a0")]
    workspace.write("a0.txt", article_text(0) + "\nOne more paragraph about the museum of town number 0.")
    workspace.index()
    with workspace.stores() as opened:
        after = [(p.passage.passage_id, p.passage.paragraph) for p in opened.library.passages.of_article("a0")]
    assert after[: len(before)] == before


def test_a_removed_article_disappears_from_all_three(workspace: Workspace) -> None:
    """Library, vectors and keywords forget it, and no search offers it."""
    workspace.fill(3)
    workspace.index()
    (workspace.corpus / "a1.txt").unlink()
    assert workspace.index().plan.remove == ("a1",)
    assert workspace.texts().keys() == {"a0", "a2"}
    with workspace.search() as searcher:
        assert searcher.find('"town number 1"').total == 0
        answer = searcher.ask("What is said of the harbour of town number 1?")
        assert "a1" not in {q.passage.article_id for q in (*answer.quotes, *answer.closest)}


def test_a_new_title_in_the_catalog_is_a_change(workspace: Workspace) -> None:
    """A change in the catalog makes its article new."""
    workspace.fill(2)
    workspace.index()
    workspace.write("catalog.toml", '[articles.a0]\ntitle = "Harbours"\n')
    assert workspace.index().plan.replace == ("a0",)
    with workspace.search() as searcher:
        (hit,) = searcher.find('"harbour of town number 0"').hits
        assert hit.metadata.title == "Harbours"


@pytest.mark.parametrize("lost", ["chroma", "tantivy", "."])
@pytest.mark.parametrize("rebuild", [False, True], ids=["index", "rebuild"])
def test_a_deleted_index_comes_back_without_encoding(workspace: Workspace, lost: str, rebuild: bool) -> None:
    """Searching says what to do; either command fills the index from the library alone."""
    workspace.fill(2)
    workspace.index()
    shutil.rmtree(indexes(workspace) / lost)
    with pytest.raises(IndexesDisagreeError, match="Run: pullquote index"), workspace.search():
        pass
    workspace.embedder.encoded.clear()
    workspace.index(rebuild=rebuild)
    assert workspace.embedder.encoded == []
    assert workspace.texts() == workspace.wanted()
    assert_found(workspace)


def _scribble(path: Path) -> None:
    path.write_bytes(b"\x00scribble" * (path.stat().st_size // 9 + 1))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("harm", [_scribble, _truncate])
def test_a_damaged_chroma_is_rebuilt(workspace: Workspace, harm: object) -> None:
    """Damage to Chroma's own database is named in the error, and the next run rebuilds it from the library."""
    assert callable(harm)
    workspace.fill(2)
    workspace.index()
    harm(indexes(workspace) / "chroma" / "chroma.sqlite3")
    with pytest.raises(DamagedStoreError, match=r"chroma.*--rebuild"), workspace.search() as searcher:
        searcher.ask("What is said of the harbour?")
    workspace.embedder.encoded.clear()
    (notice,) = workspace.index().notices
    assert "rebuilt from the library" in notice
    assert workspace.embedder.encoded == []
    assert workspace.texts() == workspace.wanted()
    assert_found(workspace)


@contextmanager
def refused_or_right() -> Iterator[None]:
    """The block succeeds, or ends with an error of ours that names the command to run."""
    complaint = "Run: pullquote index"
    try:
        yield
    except RetrievalError as error:
        complaint = str(error)
    assert "Run: pullquote index" in complaint


@pytest.mark.parametrize("harm", [_scribble, _truncate])
@pytest.mark.parametrize("kind", ["meta.json", "*.idx", "*.fast", "*.store"])
def test_a_damaged_tantivy_is_rebuilt(workspace: Workspace, harm: object, kind: str) -> None:
    """Whichever file of the keyword index is damaged, a search ends with our error or is right, and --rebuild helps."""
    assert callable(harm)
    workspace.fill(2)
    workspace.index()
    for path in (indexes(workspace) / "tantivy").glob(kind):
        harm(path)
    with refused_or_right(), workspace.search() as searcher:
        assert searcher.find('"railway of town number 1"').total == 1
    workspace.index(rebuild=True)
    assert workspace.texts() == workspace.wanted()
    assert_found(workspace)


def test_damaged_vectors_on_disk_are_rebuilt(workspace: Workspace) -> None:
    """Chroma's own files beside its database, which a large index has, may be damaged too."""
    workspace.write("large.txt", "\n".join(f"Paragraph {n} speaks of subject{n} alone." for n in range(1, 1301)))
    workspace.index()
    (segment,) = {path.parent for path in (indexes(workspace) / "chroma").glob("*/header.bin")}
    shutil.rmtree(segment)
    with pytest.raises(DamagedStoreError, match=r"chroma.*--rebuild"), workspace.search() as searcher:
        searcher.ask("What is said of subject17?")
    assert any("vectors can be searched" in check.finding for check in run_checks(workspace.settings))
    workspace.index(rebuild=True)
    with workspace.search() as searcher:
        answer = searcher.ask("What is said of subject17?")
        assert "subject17" in (answer.quotes or answer.closest)[0].text


@pytest.mark.parametrize("harm", [_scribble, _truncate])
def test_a_damaged_library_is_kept_aside(workspace: Workspace, harm: object) -> None:
    """A damaged library is named; --rebuild keeps the file, says where, and starts again from the corpus."""
    assert callable(harm)
    workspace.fill(3)
    workspace.index()
    file = workspace.home / LIBRARY_FILE
    harm(file)
    damaged = file.read_bytes()
    with pytest.raises(DamagedStoreError, match=r"library\.sqlite3.*--rebuild"), workspace.search():
        pass
    with pytest.raises(DamagedStoreError, match="--rebuild"):
        workspace.index()
    assert file.read_bytes() == damaged
    report = workspace.index(rebuild=True)
    (aside,) = (
        path for path in workspace.home.glob(f"{LIBRARY_FILE}.damaged-*") if not path.name.endswith(("wal", "shm"))
    )
    assert aside.read_bytes() == damaged
    assert str(aside) in report.notices[0]
    assert workspace.texts() == workspace.wanted()
    assert_found(workspace)


def test_a_damaged_library_stays_when_there_is_no_corpus(workspace: Workspace) -> None:
    """Without articles to start from, --rebuild leaves the damaged library where it is."""
    workspace.fill(3)
    workspace.index()
    _truncate(workspace.home / LIBRARY_FILE)
    damaged = (workspace.home / LIBRARY_FILE).read_bytes()
    shutil.rmtree(workspace.corpus)
    with pytest.raises(RetrievalError, match="corpus"):
        workspace.index(rebuild=True)
    assert (workspace.home / LIBRARY_FILE).read_bytes() == damaged


def test_another_model_is_refused_and_rebuilt(workspace: Workspace) -> None:
    """Neither search nor indexing mixes models; --rebuild encodes everything again, once."""
    workspace.fill(2)
    workspace.index()
    other = Workspace(workspace.settings, WordEmbedder("other"))
    for attempt in (other.index, lambda: other.search().__enter__()):
        with pytest.raises(ModelMismatchError, match=r"words.*other.*pullquote index --rebuild"):
            attempt()
    assert other.embedder.encoded == []
    other.index(rebuild=True)
    assert sorted(set(other.embedder.encoded)) == sorted(other.embedder.encoded)
    assert other.texts() == other.wanted()
    assert_found(other)
    with pytest.raises(ModelMismatchError), workspace.search():
        pass


def test_the_window_of_another_model_cuts_again(workspace: Workspace) -> None:
    """A model with a smaller window gets smaller passages in the same run."""
    workspace.write(
        "long.txt", " ".join(f"Sentence number {n} speaks of the harbour and its ships." for n in range(40))
    )
    workspace.index()
    other = Workspace(workspace.settings, WordEmbedder("narrow", window=64))
    before, after = workspace.index().passages, other.index(rebuild=True).passages
    assert after > before
    assert other.texts() == other.wanted()


ALTERED = "UPDATE articles SET text = replace(text, 'pay 11 crowns', 'pay 99 crowns') WHERE article_id = 'a1'"


def test_an_altered_text_is_not_quoted(workspace: Workspace) -> None:
    """Asking leaves the article out and says so; reading and searching in it are refused."""
    workspace.fill(3)
    workspace.index()
    alter(workspace, ALTERED)
    with workspace.search() as searcher:
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
    with open_articles(workspace.settings) as reader, pytest.raises(AlteredArticleError, match="'a1'"):
        reader.read("a1")


def test_a_text_altered_while_searching_is_not_quoted(workspace: Workspace) -> None:
    """A searcher that has already read the article notices too."""
    workspace.fill(2)
    workspace.index()
    question = "How many crowns do visitors of the harbour of town number 1 pay?"
    with workspace.search() as searcher:
        first = searcher.ask(question)
        assert any(quote.passage.article_id == "a1" for quote in (*first.quotes, *first.closest))
        alter(workspace, ALTERED)
        second = searcher.ask(question)
        assert all(quote.passage.article_id != "a1" for quote in (*second.quotes, *second.closest))
        assert "'a1'" in second.notes[0]


@pytest.mark.parametrize(("command", "model"), [("index", "words"), ("rebuild", "words"), ("rebuild", "other")])
def test_an_altered_text_is_read_again(workspace: Workspace, command: str, model: str) -> None:
    """The command in the message mends the text, with the model that there was and with another one."""
    workspace.fill(3)
    workspace.index()
    alter(workspace, ALTERED)
    again = Workspace(workspace.settings, WordEmbedder(model))
    again.index(rebuild=command == "rebuild")
    assert again.texts() == again.wanted()
    assert_found(again)


def test_an_altered_text_and_a_lost_index(workspace: Workspace) -> None:
    """Two faults at once are put right by one run."""
    workspace.fill(3)
    workspace.index()
    alter(workspace, ALTERED)
    shutil.rmtree(indexes(workspace))
    workspace.index()
    assert workspace.texts() == workspace.wanted()


def test_the_doctor_names_what_is_wrong(workspace: Workspace) -> None:
    """Altered texts, missing passages and damage are each found, with what to do, and nothing is raised."""
    workspace.fill(3)
    assert {c.subject: c.verdict for c in run_checks(workspace.settings)}["Library"] is Verdict.NOTE
    workspace.index()
    alter(workspace, ALTERED)
    with workspace.stores() as opened:
        opened.vectors.remove(opened.library.passages.keys()[:2])
        opened.words.add([])
    bad = {check.subject: check for check in run_checks(workspace.settings) if check.verdict is Verdict.BAD}
    assert "a1" in bad["Library"].finding
    assert "2 passages missing" in bad["Vector index"].finding
    assert all("pullquote index" in bad[name].remedy for name in ("Library", "Vector index"))
    assert "Keyword index" not in bad
    assert "Model of the library" in bad
    _scribble(indexes(workspace) / "chroma" / "chroma.sqlite3")
    assert any("chroma" in check.finding and "damaged" in check.finding for check in run_checks(workspace.settings))
    _scribble(workspace.home / LIBRARY_FILE)
    assert any("library.sqlite3" in check.finding for check in run_checks(workspace.settings) if check.verdict == "bad")


@pytest.mark.parametrize("moved_on", [False, True], ids=["as the indexes", "keys given twice"])
def test_an_older_library_with_as_many_passages(workspace: Workspace, moved_on: bool) -> None:
    """A library put back from a copy is noticed by a search and by the doctor, and the next run repairs it."""
    workspace.fill(3)
    workspace.index()
    older = workspace.home.parent / "older.sqlite3"
    shutil.copy(workspace.home / LIBRARY_FILE, older)
    workspace.write("a1.txt", article_text(1, version=2))
    workspace.index()
    shutil.copy(older, workspace.home / LIBRARY_FILE)
    if moved_on:  # another article under the very keys that the indexes know
        workspace.fill(3)
        workspace.write("a2.txt", article_text(2, version=2))
        folder = indexes(workspace)
        kept = folder.rename(workspace.home / "kept")
        workspace.index()
        shutil.rmtree(indexes(workspace))
        kept.rename(folder)
    with pytest.raises(IndexesDisagreeError, match=r"another state.*Run: pullquote index"), workspace.search():
        pass
    checks = [check for check in run_checks(workspace.settings) if check.verdict is Verdict.BAD]
    assert {check.remedy for check in checks} >= {"Run: pullquote index"}
    workspace.embedder.encoded.clear()
    workspace.index()
    assert workspace.texts() == workspace.wanted()
    with workspace.search() as searcher:
        assert searcher.find("edition2").total == 4
        assert searcher.find("edition1").total == 8
    assert_found(workspace)


def test_a_repair_that_is_interrupted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes that are being made for one state of the library do not pass for those of another."""
    workspace.fill(3)
    workspace.index()
    older, newer = workspace.home.parent / "older.sqlite3", workspace.home.parent / "newer.sqlite3"
    shutil.copy(workspace.home / LIBRARY_FILE, older)
    workspace.write("a1.txt", article_text(1, version=2))
    workspace.index()
    (workspace.home / LIBRARY_FILE).rename(newer)
    shutil.copy(older, workspace.home / LIBRARY_FILE)
    with monkeypatch.context() as patch:
        patch.setattr(Stores, "mark", lambda self, *states: _stop() if len(states[0]) == 16 else _mark(self, *states))
        with pytest.raises(KeyboardInterrupt):
            workspace.index()
    shutil.copy(newer, workspace.home / LIBRARY_FILE)
    with pytest.raises(IndexesDisagreeError), workspace.search():
        pass
    workspace.index()
    assert workspace.texts() == workspace.wanted()


_mark = Stores.mark


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_indexes_without_a_note_are_compared_by_their_keys(workspace: Workspace) -> None:
    """As many passages, but others: an indexing run sees it although nothing says what the indexes were made for."""
    workspace.fill(3)
    workspace.index()
    with workspace.stores() as opened:
        first = opened.library.passages.keys()[0]
        row = opened.vectors.nearest(opened.embedder.encode(["harbour"])[0], 1)
        assert row
        opened.vectors.remove([first])
        opened.vectors.add([9999], opened.embedder.encode(["harbour"]))
    (indexes(workspace) / "library.state").unlink()
    workspace.index()
    assert workspace.texts() == workspace.wanted()


def test_a_notice_is_one_line(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's verdict on a damaged file may have several lines."""
    workspace.fill(3)
    workspace.index()
    monkeypatch.setattr(LibraryWriter, "check", lambda _: "*** in database main ***\nPage 7: never used")
    (notice,) = workspace.index(rebuild=True).notices
    assert "main *** Page 7" in notice
    assert "\n" not in notice


def test_asking_during_the_very_first_run(workspace: Workspace) -> None:
    """Nothing is indexed yet, but a run is under way: wait, rather than start another."""
    with owning(workspace.home):
        with pytest.raises(BeingIndexedError, match=f"process {os.getpid()}.*try again"), workspace.search():
            pass
        with pytest.raises(BeingIndexedError, match="try again"), open_articles(workspace.settings):
            pass
    with pytest.raises(NotIndexedError, match="Run: pullquote index"), workspace.search():
        pass


def test_nothing_indexed_says_what_to_run(workspace: Workspace) -> None:
    """Searching an empty folder is no traceback and makes no files."""
    with pytest.raises(NotIndexedError, match="Run: pullquote index"), workspace.search():
        pass
    assert not workspace.home.exists()
