"""Files of every released version are opened, and are copied before they are changed; newer ones are refused."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.runtime import app as program
from bot.store import LOCK_FILE, RecordsError, Store
from bot.store.guild_settings import GuildSettings
from bot.store.message_state import AnswerMessage
from bot.store.schema import MIGRATIONS as BOT_MIGRATIONS
from retrieval.core.errors import OutdatedLibraryError, StorageError
from retrieval.core.types import Context, Format
from retrieval.index.sync import run_indexing
from retrieval.storage.articles import open_articles
from retrieval.storage.home.lock import using
from retrieval.storage.library import MIGRATIONS, Library, LibraryWriter, migrate
from tests.conftest import Pullquote, Workspace, article_text
from tests.fixtures.schemas import kept, revive
from tests.fixtures.schemas.__main__ import NOW

#: What a next version might bring, and one that fails after it has already changed something.
NEXT = "CREATE TABLE marks (name TEXT); INSERT INTO marks VALUES ('new')"
BROKEN = "CREATE TABLE marks (name TEXT); INSERT INTO nowhere VALUES (1)"
DATABASES: dict[str, Sequence[str]] = {"library": MIGRATIONS, "bot": BOT_MIGRATIONS}


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file can grow beyond ``size`` bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def dump(path: Path) -> list[str]:
    """Everything in a database."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def bring_up(path: Path, migrations: Sequence[str]) -> int:
    """Migrate a file; the version found."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return migrate(connection, path, migrations)


@pytest.mark.parametrize("name", DATABASES)
def test_a_file_of_every_version_is_kept(name: str) -> None:
    """Every version has its fixture; python -m tests.fixtures.schemas makes one."""
    assert list(kept(name)) == list(range(1, len(DATABASES[name]) + 1))


@pytest.mark.parametrize("version", kept("library"))
def test_an_old_library_is_found_whole(workspace: Workspace, version: int) -> None:
    """Texts, passages, words, acronyms and vectors are there, and a search answers from them."""
    revive(kept("library")[version], workspace.home / "library.sqlite3")
    with LibraryWriter(workspace.home) as library:
        assert library.check() is None
        assert (sorted(library.articles.digests()), library.articles.altered()) == (["a0", "a1"], [])
        assert library.articles.text("a0") == article_text(0)
        assert len(library.passages.of_article("a0")) == 4
        assert library.articles.omissions("a1")
        assert library.vocabulary.load().acronyms["nato"][0] == "north"
        identity = library.properties.model()
        assert identity == workspace.embedder.identity
        keys = library.passages.keys()
        assert [key for key, _ in library.passages.vectors(keys, identity.dimensions)] == keys
        for article_id in ("a0", "a1"):
            workspace.write(f"{article_id}.txt", str(library.articles.text(article_id)))
    workspace.index()
    assert workspace.texts() == workspace.wanted()
    with workspace.search() as searcher:
        answer = searcher.ask("How many crowns do visitors of the harbour pay?")
        assert "10 crowns" in (*answer.quotes, *answer.closest)[0].text


def test_the_heading_of_a_passage_becomes_its_context(workspace: Workspace) -> None:
    """Of the first version: a section is the only heading above its passage, and counts as a section as before."""
    file = revive(kept("library")[1], workspace.home / "library.sqlite3")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE passages SET section = 'Prices & \"fees\"' WHERE paragraph = 2")
    with LibraryWriter(workspace.home) as library:
        contexts = {each.passage.paragraph: each.passage.context for each in library.passages.of_article("a0")}
        assert contexts == {1: Context(), 2: Context(('Prices & "fees"',)), 3: Context(), 4: Context()}
        assert next(each.sections for each in library.articles.summaries()) == ('Prices & "fees"',)
        assert library.articles.load("a0").format is Format.TEXT
        assert (library.articles.findings(), library.articles.resolve("before")) == ([], None)
    with closing(sqlite3.connect(file)) as connection:
        assert "section" not in {row[1] for row in connection.execute("PRAGMA table_info(passages)")}


def test_ids_of_an_old_library_still_lead_to_their_articles(workspace: Workspace) -> None:
    """Files in folders get ids by path after the migration; by the id of before they are found, read and asked."""
    revive(kept("library")[1], workspace.home / "library.sqlite3")
    with closing(sqlite3.connect(workspace.home / "library.sqlite3")) as connection, connection:
        connection.execute("UPDATE articles SET files = '[\"towns/north/a0.txt\"]' WHERE article_id = 'a0'")
    workspace.write("towns/north/a0.txt", article_text(0))
    workspace.write("towns/south/a1.txt", article_text(1))
    workspace.write("a1.txt", article_text(2))
    report = workspace.index()
    assert (report.plan.add, report.plan.replace, report.plan.remove) == (
        ("towns/north/a0", "towns/south/a1"),
        ("a1",),
        (),
    )
    assert set(workspace.texts()) == {"a1", "towns/north/a0", "towns/south/a1"}
    with workspace.search() as searcher:
        answer = searcher.ask("How many crowns do visitors of the harbour pay?", article_id="a0")
        assert {each.passage.article_id for each in (*answer.quotes, *answer.closest)} == {"towns/north/a0"}
        assert searcher.find("harbour", article_id="a0").total == 1
    with open_articles(workspace.settings) as reader:
        assert reader.read("a0")[0].article_id == "towns/north/a0"


@pytest.mark.parametrize("version", kept("bot"))
def test_old_records_are_found_whole(tmp_path: Path, version: int) -> None:
    """Settings, questions with their votes, buttons and threads."""
    revive(kept("bot")[version], tmp_path / "bot.sqlite3")
    with Store(tmp_path) as store:
        assert store.guild_settings() == {7: GuildSettings(frozenset({1, 2}), frozenset({3}), private=True, quotes=5)}
        (row,) = store.report(7, 30, NOW).questions
        assert (row.question, row.times, row.helpful, row.not_helpful) == ("Who met?", 1, 1, 0)
        state = store.message("k" * 12, NOW)
        assert isinstance(state, AnswerMessage)
        assert state.quotes[0].article == "paris"
        assert store.conversation_state(99, NOW) == state


@pytest.mark.parametrize("name", DATABASES)
def test_a_copy_is_made_before_a_file_is_changed(tmp_path: Path, name: str) -> None:
    """Once, whole, the owner's only; a file that has nothing in it, or is up to date, is not copied."""
    steps = (*DATABASES[name], NEXT)
    path = revive(kept(name)[len(DATABASES[name])], tmp_path / f"{name}.sqlite3")
    before = dump(path)
    assert bring_up(path, steps[:-1]) == len(steps) - 1
    assert bring_up(tmp_path / "empty.sqlite3", steps) == 0
    assert not list(tmp_path.glob("*.before-v*"))
    assert bring_up(path, steps) == len(steps) - 1
    copy = tmp_path / f"{name}.sqlite3.before-v{len(steps)}"
    assert dump(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert any("marks" in line for line in dump(path))
    bring_up(path, steps)
    assert list(tmp_path.glob("*.before-v*")) == [copy]


def test_a_step_that_fails_changes_nothing_and_is_copied_once(tmp_path: Path) -> None:
    """The next try finds its copy, does its work, and another file of the same name is copied beside it."""
    path = revive(kept("library")[1], tmp_path / "library.sqlite3")
    before = dump(path)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            bring_up(path, (MIGRATIONS[0], BROKEN))
        assert dump(path) == before
    (copy,) = tmp_path.glob("*.before-v2*")
    assert dump(copy) == before
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO properties VALUES ('later', '1')")
    bring_up(path, (MIGRATIONS[0], NEXT))
    assert dump(copy) == before
    assert any("'later'" in line for line in dump(tmp_path / "library.sqlite3.before-v2.2"))


def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path) -> None:
    """One line that says so, for the library and for the records, and no half copy."""
    path = revive(kept("library")[1], tmp_path / "library.sqlite3")
    records = revive(kept("bot")[1], tmp_path / "bot.sqlite3")
    for file, table in (
        (path, "properties VALUES ('long', ?)"),
        (records, "questions VALUES ('l', 1, '', ?, 0, '', 0)"),
    ):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(f"INSERT INTO {table}", ("long " * 20_000,))
    before, kept_records = dump(path), dump(records)
    with full_disk(40_000):  # SQLite's own shared memory takes 32 KiB
        with pytest.raises(StorageError, match="room"):
            bring_up(path, (MIGRATIONS[0], NEXT))
        with pytest.raises(RecordsError, match="room"):
            Store(tmp_path, migrations=(*BOT_MIGRATIONS, NEXT))
    assert (dump(path), dump(records)) == (before, kept_records)
    assert not list(tmp_path.glob("*.before-v*"))


def test_a_reader_says_what_brings_an_old_library_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not change the file itself."""
    revive(kept("library")[1], tmp_path / "library.sqlite3")
    monkeypatch.setattr("retrieval.storage.library.reader.MIGRATIONS", (*MIGRATIONS, NEXT))
    with pytest.raises(OutdatedLibraryError, match="Run: pullquote index"):
        Library(tmp_path)


def test_newer_files_are_refused_in_one_line(
    workspace: Workspace, pullquote: Pullquote, capsys: pytest.CaptureFixture[str]
) -> None:
    """By every command and by the bot, with exit code 2 and without a change."""
    workspace.fill(1)
    run_indexing(workspace.settings, open_embedder=workspace.embedder.opened)
    with closing(sqlite3.connect(workspace.home / "library.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")
    for command in (["sources"], ["ask", "Who?"], ["index", str(workspace.corpus)]):
        run = pullquote(*command, "--home", workspace.home)
        assert (run.code, "version 99" in run.complaint, "Upgrade" in run.complaint) == (2, True, True)
    doctor = pullquote("doctor", "--home", workspace.home, "--corpus", workspace.corpus)
    assert (doctor.code, "version 99" in doctor.out) == (2, True)
    with Store(workspace.home) as store:
        store.save_guild_settings(7, GuildSettings())
    with closing(sqlite3.connect(workspace.home / "bot.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 98")
    assert program.run({"DISCORD_TOKEN": "a.b", "PULLQUOTE_HOME": str(workspace.home), "LOG_FORMAT": "text"}) == 2
    assert "version 98" in capsys.readouterr().err


def test_one_bot_a_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second one is refused in one line, with exit code 2, before it opens anything."""
    with using(tmp_path, LOCK_FILE):
        assert program.run({"DISCORD_TOKEN": "a.b", "PULLQUOTE_HOME": str(tmp_path), "LOG_FORMAT": "text"}) == 2
    assert "in use by process" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "bot.sqlite3").exists()
