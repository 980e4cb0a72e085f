"""Backup and restore: complete while everything is in use, and refused rather than half done."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.store import LOCK_FILE, PersonHash, Store
from bot.store.message_state import AnswerMessage, AskedQuestion, new_key
from bot.store.schema import MIGRATIONS as BOT_MIGRATIONS
from retrieval.cli.output.json import answer_document
from retrieval.core.errors import (
    BackupError,
    HomeBusyError,
    InUseError,
    NotIndexedError,
    SchemaVersionError,
    StorageError,
)
from retrieval.core.settings import Settings
from retrieval.index.embedding import SentenceTransformerEmbedder
from retrieval.maintenance.backup import back_up
from retrieval.maintenance.restore import RestoreReport, restore
from retrieval.search.searcher import Searcher
from retrieval.search.session import open_searcher
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.home.lock import owning, using
from retrieval.storage.library import LIBRARY_ID, MIGRATIONS, Library, LibraryWriter, StagedPassage, snapshot
from retrieval.text.vocabulary import passage_words
from tests.conftest import Pullquote, Workspace, article_text, run_command
from tests.integration.retrieval.index.test_concurrent_processes import _index_often
from tests.support.doubles.builders import article
from tests.unit.retrieval.storage.sqlite.test_migrations import NEXT, dump, full_disk

SCHEMAS = {"bot.sqlite3": BOT_MIGRATIONS}
QUESTIONS = (
    "How many crowns do visitors of the harbour pay?",
    "Who describes the orchard of town number 1?",
    "What is on page 3 of the guide?",
    "Is there a monastery?",
)
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.support.kills.indexing"])


def restore_file(file: Path, home: Path, **options: Any) -> RestoreReport:
    """Restore ``file`` into ``home``."""
    with file.open("rb") as source:
        return restore(home, source, str(file), schemas=SCHEMAS, **options)


def at(workspace: Workspace, home: Path) -> Workspace:
    """The workspace with another data folder."""
    return Workspace(workspace.settings.model_copy(update={"home": home}), workspace.embedder)


def answers(workspace: Workspace) -> list[str]:
    """Output of ``ask --explain --json`` for each question."""
    with workspace.search() as searcher:
        return [json.dumps(answer_document(searcher.ask(question), explain=True)) for question in QUESTIONS]


def files(folder: Path) -> dict[str, bytes]:
    """Content of a folder, without locks and SQLite's logs."""
    passing = (".lock", "-wal", "-shm")
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(passing))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def ask(store: Store, question: str) -> None:
    """Store a question of a member."""
    answer = AnswerMessage(AskedQuestion(question), confidence=0.5, guild=7)
    key = new_key()
    store.add_message(key, "a" * 32, answer, 1e9)
    store.add_question(key, "a" * 32, answer, 1e9)


@pytest.fixture
def installation(workspace: Workspace) -> Workspace:
    """A data folder with three articles and one question in the bot's records."""
    workspace.fill(3)
    workspace.index()
    PersonHash.from_folder(workspace.home)
    with Store(workspace.home) as store:
        ask(store, "Who met?")
    return workspace


def test_a_restored_folder_gives_the_same_answers(installation: Workspace, tmp_path: Path) -> None:
    """Answers are equal to the last digit, records and key are the same, and indexing has nothing left to do."""
    (installation.home / "notes.txt").write_text("not ours")
    file = tmp_path / "backup.tar.gz"
    report = back_up(installation.home, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_size == report.size
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    elsewhere = at(installation, tmp_path / "elsewhere")
    encoded = len(installation.embedder.encoded)
    restored = restore_file(file, elsewhere.home)
    assert (restored.articles, restored.passages, restored.aside) == (3, 12, None)
    assert elsewhere.texts() == installation.texts()
    assert answers(elsewhere) == answers(installation)
    assert dump(elsewhere.home / "bot.sqlite3") == dump(installation.home / "bot.sqlite3")
    assert (elsewhere.home / "bot.key").read_bytes() == (installation.home / "bot.key").read_bytes()
    assert not (elsewhere.home / "notes.txt").exists()
    for name in ("library.sqlite3", "bot.sqlite3", "bot.key"):
        assert (elsewhere.home / name).stat().st_mode & 0o777 == 0o600
    done = elsewhere.index().plan
    assert (done.add, done.replace, done.remove) == ((), (), ())
    assert len(installation.embedder.encoded) == encoded


SEED_QUESTIONS = (
    "Who will lead the truce monitoring mechanism?",
    "How many countries met in Paris?",
    "What did Zelenskyy say about security guarantees?",
    "Which countries would send troops?",
    "What is the NB8?",
    "When was the coalition of the willing formed?",
    "Who won the football match?",
)


def test_the_seeds_answer_as_before(
    seeded: Settings, searcher: Searcher, model: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    """With the real model the restored seeds give the same answers, scores included."""
    back_up(seeded.home, tmp_path / "backup.tar.gz")
    restore_file(tmp_path / "backup.tar.gz", tmp_path / "elsewhere")
    with open_searcher(
        seeded.model_copy(update={"home": tmp_path / "elsewhere"}), lambda _settings, _known: model
    ) as restored:
        for question in SEED_QUESTIONS:
            before, after = (answer_document(each.ask(question), explain=True) for each in (searcher, restored))
            assert after == before


def test_backups_during_writes(installation: Workspace, tmp_path: Path) -> None:
    """Each backup that is taken during indexing runs and questions can be restored."""
    mine, theirs = _FORKS.Pipe()
    child = _FORKS.Process(target=_index_often, args=(installation.settings, theirs, 4))
    over = threading.Event()

    def be_asked() -> None:
        with Store(installation.home) as store:
            while not over.is_set():
                ask(store, "Who met, and where, and why?")

    asking = threading.Thread(target=be_asked)
    asking.start()
    child.start()
    taken: list[Path] = []
    try:
        while not mine.poll():
            taken.append(tmp_path / f"backup{len(taken)}.tar.gz")
            back_up(installation.home, taken[-1])
    finally:
        over.set()
        asking.join()
        child.join(60)
    assert len(taken) > 3
    possible = {article_text(number, version) for number in range(3) for version in (1, 2)}
    asked = []
    for number, file in enumerate([taken[0], taken[len(taken) // 2], taken[-1]]):
        home = tmp_path / f"home{number}"
        restore_file(file, home)
        assert set(at(installation, home).texts().values()) <= possible
        with closing(sqlite3.connect(home / "bot.sqlite3")) as records:
            questions, shown = records.execute(
                "SELECT (SELECT count(*) FROM questions), (SELECT count(*) FROM shown)"
            ).fetchone()
            assert shown - questions in {0, 1}  # a message is kept a moment before its question is
            asked.append(questions)
    assert asked == sorted(asked)
    assert asked[-1] > asked[0]
    file = tmp_path / "last.tar.gz"
    back_up(installation.home, file)
    restore_file(file, tmp_path / "last")
    assert answers(at(installation, tmp_path / "last")) == answers(installation)


@pytest.mark.parametrize("changes", [1, 3])
def test_a_key_that_changes_during_the_backup(
    installation: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    """Database and key are copied again until they match, and a key that keeps changing is an error."""
    keys = iter([bytes([number] * 32) for number in range(changes)])

    def copy(path: Path, target: Path) -> int:
        if path.name == "bot.sqlite3" and (key := next(keys, None)):
            (installation.home / "bot.key").write_bytes(key)
        return snapshot(path, target)

    monkeypatch.setattr("retrieval.maintenance.backup.snapshot", copy)
    file = tmp_path / "backup.tar.gz"
    if changes == 3:
        with pytest.raises(BackupError, match="keep changing"):
            back_up(installation.home, file)
        return
    back_up(installation.home, file)
    restore_file(file, tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "bot.key").read_bytes() == bytes(32)


def test_half_an_indexing_run_is_not_restored(installation: Workspace, tmp_path: Path) -> None:
    """Staged articles and the library's id are not restored."""
    with LibraryWriter(installation.home) as library:
        staged = article("The tower is tall.", "tower")
        added = StagedPassage((("tower",),), (), passage_words("The tower is tall."), bytes(256))
        library.stage(staged, "digest", [added for _ in staged.passages])
        library.identify("mine")
    back_up(installation.home, tmp_path / "backup.tar.gz")
    home = tmp_path / "elsewhere"
    restore_file(tmp_path / "backup.tar.gz", home)
    assert not any("tower" in line for line in dump(home / LIBRARY_FILE))
    with Library(home) as library:
        assert library.properties.get(LIBRARY_ID) is None
    assert at(installation, home).texts() == installation.wanted()


def test_existing_data_is_replaced_only_with_force_and_kept(installation: Workspace, tmp_path: Path) -> None:
    """With --force the folder holds the backup, and the old files are a data folder that still works."""
    file = tmp_path / "backup.tar.gz"
    back_up(installation.home, file)
    restored = installation.texts()
    installation.fill(2, version=2)
    (installation.corpus / "a2.txt").unlink()
    installation.index()
    (installation.home / "other.key").write_bytes(b"other")
    present, before = installation.texts(), files(installation.home)
    with pytest.raises(BackupError, match="--force"):
        restore_file(file, installation.home)
    assert files(installation.home) == before
    aside = restore_file(file, installation.home, force=True).aside
    assert aside is not None
    assert installation.texts() == restored
    assert not (installation.home / "other.key").exists()
    assert at(installation, aside).texts() == present
    assert {"bot.sqlite3", "bot.key", "other.key"} <= set(files(aside))
    with Store(aside) as store:
        assert store.report(7, 3650, 1e9).asked == 1


def test_no_restore_into_a_folder_in_use(installation: Workspace, tmp_path: Path) -> None:
    """A restore is refused during an indexing run and while a bot runs, and works afterwards."""
    file = tmp_path / "backup.tar.gz"
    back_up(installation.home, file)
    before = files(installation.home)
    with owning(installation.home), pytest.raises(HomeBusyError, match="being written"):
        restore_file(file, installation.home, force=True)
    with using(installation.home, LOCK_FILE), pytest.raises(InUseError, match="Stop it"):
        restore_file(file, installation.home, force=True)
    assert files(installation.home) == before
    restore_file(file, installation.home, force=True)


def test_a_file_that_exists_is_not_overwritten(installation: Workspace, tmp_path: Path) -> None:
    """An existing file is overwritten only with --force, and never if it is no backup."""
    file = tmp_path / "backup.tar.gz"
    file.write_bytes(b"my diary")
    for force in (False, True):
        with pytest.raises(BackupError, match="it exists"):
            back_up(installation.home, file, force=force)
    assert file.read_bytes() == b"my diary"
    with pytest.raises(BackupError, match="folder"):
        back_up(installation.home, tmp_path, force=True)
    for name in ("library.sqlite3", "bot.key", "new.sqlite3"):
        with pytest.raises(BackupError, match="data folder"):
            back_up(installation.home, installation.home / name, force=True)
    good = tmp_path / "good.tar.gz"
    back_up(installation.home, good)
    with pytest.raises(BackupError, match="--force"):
        back_up(installation.home, good)
    back_up(installation.home, good, force=True)
    restore_file(good, tmp_path / "elsewhere")


def test_a_failed_backup_keeps_the_older_one(installation: Workspace, tmp_path: Path) -> None:
    """A full disk, a damaged database and an empty folder each give one line and leave no partial file."""
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "backup.tar.gz"
    back_up(installation.home, file)
    older = file.read_bytes()
    with full_disk(40_000), pytest.raises(BackupError, match="room"):
        back_up(installation.home, file, force=True)
    with pytest.raises(BackupError, match="nowhere"):
        back_up(installation.home, tmp_path / "nowhere" / "backup.tar.gz")
    records = installation.home / "bot.sqlite3"
    with closing(sqlite3.connect(records)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(records.read_bytes())
    content[4096:8192] = bytes(4096)
    records.write_bytes(content)
    with pytest.raises(BackupError, match=r"bot\.sqlite3"):
        back_up(installation.home, file, force=True)
    with pytest.raises(NotIndexedError):
        back_up(tmp_path / "empty", file, force=True)
    assert files(folder) == {"backup.tar.gz": older}
    assert not (tmp_path / "empty").exists()


def test_a_restore_without_room_changes_nothing(installation: Workspace, tmp_path: Path) -> None:
    """On a full disk a restore fails in one line, and the folder is unchanged."""
    file = tmp_path / "backup.tar.gz"
    back_up(installation.home, file)
    before = files(installation.home)
    with full_disk(40_000), pytest.raises(StorageError, match="room"):
        restore_file(file, installation.home, force=True)
    assert files(installation.home) == before


def test_newer_databases_are_refused(installation: Workspace, tmp_path: Path) -> None:
    """A newer library is not backed up, newer records are not restored, and the message says to upgrade."""
    file = tmp_path / "backup.tar.gz"
    newer = len(BOT_MIGRATIONS) + 1
    with closing(sqlite3.connect(installation.home / "bot.sqlite3")) as connection:
        connection.executescript(f"{NEXT}; PRAGMA user_version = {newer}")
    back_up(installation.home, file)
    with pytest.raises(BackupError, match=rf"bot\.sqlite3 has schema version {newer}.*Upgrade"):
        restore_file(file, tmp_path / "elsewhere")
    assert files(tmp_path / "elsewhere") == {}
    with closing(sqlite3.connect(installation.home / LIBRARY_FILE)) as connection:
        connection.executescript(f"{NEXT}; PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(SchemaVersionError, match=rf"version {len(MIGRATIONS) + 1}.*Upgrade"):
        back_up(installation.home, file, force=True)


def test_the_commands(installation: Workspace, tmp_path: Path, pullquote: Pullquote) -> None:
    """The commands print one line or JSON, and refuse in one line with exit code 2."""
    file = tmp_path / "backup.tar.gz"
    made = pullquote("backup", file, "--home", installation.home)
    assert (made.code, made.out.count("\n"), "3 articles, 12 passages" in made.out) == (0, 1, True)
    assert pullquote("backup", file, "--home", installation.home).code == 2
    document = pullquote("backup", file, "--force", "--json", "--home", installation.home).document
    assert [member["name"] for member in document["members"]] == ["bot.sqlite3", "bot.key", "library.sqlite3"]
    done = pullquote("restore", file, "--home", tmp_path / "elsewhere")
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert "add --force" in pullquote("restore", file, "--home", tmp_path / "elsewhere").complaint
    document = pullquote("restore", file, "--force", "--json", "--home", tmp_path / "elsewhere").document
    assert (document["articles"], Path(document["aside"]).is_dir()) == (3, True)
    for wrong in (tmp_path / "missing.tar.gz", tmp_path, Path("/dev/null")):
        run = pullquote("restore", wrong, "--home", tmp_path / "third")
        assert (run.code, str(wrong) in run.complaint) == (2, True)
    assert not (tmp_path / "third").exists()


def test_a_backup_needs_no_other_setting(
    installation: Workspace, tmp_path: Path, pullquote: Pullquote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup service works without the bot's settings and secrets."""
    monkeypatch.setenv("PULLQUOTE_HOME", str(installation.home))
    monkeypatch.setenv("CHROMA_URL", "http://chroma:8000")
    monkeypatch.setenv("CHROMA_TOKEN_FILE", str(tmp_path / "not here"))
    assert pullquote("backup", tmp_path / "backup.tar.gz").code == 0


def test_through_a_pipe(installation: Workspace, tmp_path: Path) -> None:
    """``-`` writes a backup to standard output and restores it from standard input."""
    home = tmp_path / "elsewhere"
    script = '"$0" -m retrieval backup - --home "$1" | "$0" -m retrieval restore - --home "$2"'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, installation.home, home], capture_output=True, check=True, text=True
    )
    assert "3 articles, 12 passages" in done.stdout
    assert answers(at(installation, home)) == answers(installation)
    assert run_command("sources", "--home", home).code == 0
