"""Records survive restarts and upgrades, under keyed hashes, until they expire or are deleted on request."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import PersonHash, RecordsError, Store, Vote
from bot.store.guild_settings import GuildSettings
from bot.store.message_state import AnswerMessage, AskedQuestion, QuoteRef, new_key
from bot.store.schema import MIGRATIONS
from retrieval.core.display.span import Span
from retrieval.core.types import Outcome

DAY = 86_400.0
NOW = 1_800_000_000.0
ADA, BOB = "a" * 32, "b" * 32
REF = QuoteRef("paris", 5, 9, 2, 3, "0" * 16, "Section", (Span(0, 2),), Span(1, 4), False, ("other",))
ANSWER = AnswerMessage(
    AskedQuestion("Who met?", "paris", "Before?", "Who met before?"),
    Outcome.ANSWERED,
    0.75,
    quotes=(REF,),
    notes=("A note.",),
    guild=7,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty file."""
    with Store(tmp_path) as store:
        yield store


def ask(store: Store, person: str, question: str, when: float = NOW, outcome: Outcome = Outcome.ANSWERED) -> str:
    """A question of ``person``, its key."""
    key = new_key()
    answer = AnswerMessage(AskedQuestion(question), outcome, 0.5, guild=7)
    store.add_message(key, person, answer, when)
    store.add_question(key, person, answer, when)
    return key


def test_what_a_message_shows_survives_a_restart(tmp_path: Path) -> None:
    """Everything comes back as it was, from a new process's point of view."""
    with Store(tmp_path) as store:
        store.add_message("k" * 12, ADA, ANSWER, NOW)
    with Store(tmp_path) as store:
        assert store.message("k" * 12, NOW) == ANSWER


def test_buttons_work_for_thirty_days(store: Store) -> None:
    """And not a moment longer, pruned or not."""
    store.add_message("k" * 12, ADA, ANSWER, NOW)
    assert store.message("k" * 12, NOW + 30 * DAY) == ANSWER
    assert store.message("k" * 12, NOW + 30 * DAY + 1) is None
    prune(store, NOW + 31 * DAY)
    assert store.message("k" * 12, NOW) is None
    assert store.message("x" * 12, NOW) is None


def test_a_damaged_file_is_said_to_be(tmp_path: Path) -> None:
    """Articles do not bring votes back: what helps is a backup, or to start over."""
    (tmp_path / "bot.sqlite3").write_bytes(b"no database" * 99)
    with pytest.raises(RecordsError, match=r"damaged .*Restore a backup, or move the file away"):
        Store(tmp_path)


def test_what_another_version_wrote_counts_as_gone(store: Store) -> None:
    """A button of a message in an unknown form says that it is over, and does not fail."""
    store.add_message("k" * 12, ADA, ANSWER, NOW)
    with sqlite3.connect(store.path) as other:
        other.execute("UPDATE shown SET content = ?", ('{"kind":"future"}',))
    assert store.message("k" * 12, NOW) is None


def test_one_vote_a_person_and_it_can_be_changed(store: Store) -> None:
    """The last vote counts, each person's once."""
    key = ask(store, ADA, "Who?")
    assert store.vote(key, ADA, NOW, helpful=True) is Vote.COUNTED
    assert store.vote(key, ADA, NOW, helpful=True) is Vote.SAME
    assert store.vote(key, ADA, NOW, helpful=False) is Vote.CHANGED
    assert store.vote(key, BOB, NOW, helpful=True) is Vote.COUNTED
    assert store.vote("x" * 12, BOB, NOW, helpful=True) is Vote.GONE
    (row,) = store.report(7, 90, NOW).questions
    assert (row.helpful, row.not_helpful) == (1, 1)


def test_a_report_sums_up_a_servers_questions(store: Store) -> None:
    """Spellings are put together, other servers and older questions left out, the worst found."""
    ask(store, ADA, "Who met in Paris?", NOW - 5)
    bad = ask(store, BOB, "who met  in paris", NOW)
    ask(store, BOB, "What is lost?", NOW, Outcome.NOTHING)
    ask(store, BOB, "Old?", NOW - 40 * DAY)
    store.add_question("o" * 12, ADA, AnswerMessage(AskedQuestion("Elsewhere?"), guild=8), NOW)
    store.vote(bad, ADA, NOW, helpful=False)
    report = store.report(7, 30, NOW)
    assert [(row.question, row.times) for row in report.questions] == [("who met  in paris", 2), ("What is lost?", 1)]
    assert [row.question for row in report.unanswered] == ["What is lost?"]
    assert [row.question for row in report.least_helpful] == ["who met  in paris"]
    assert report.asked == 3


def test_questions_are_kept_as_long_as_set(tmp_path: Path) -> None:
    """Votes on them go with them."""
    with Store(tmp_path, retention_days=10) as store:
        key = ask(store, ADA, "Who?")
        store.vote(key, BOB, NOW, helpful=True)
        prune(store, NOW + 9 * DAY)
        assert store.report(7, 90, NOW).asked == 1
        prune(store, NOW + 11 * DAY)
        assert store.report(7, 90, NOW).asked == 0
        assert store.vote(key, ADA, NOW, helpful=True) is Vote.GONE


def prune(store: Store, now: float) -> None:
    """Prune twice: the first call after a pause of more than a day deletes nothing."""
    store.prune(now)
    assert store.prune(now + 3600)


def test_a_clock_that_jumps_deletes_nothing(store: Store) -> None:
    """Neither while the program runs, however long it stays wrong, nor at the first start with a wrong clock."""
    key = ask(store, ADA, "Who?")
    ten_years = 3650 * DAY
    prune(store, NOW)
    for hours in range(3):
        assert not store.prune(NOW + ten_years + hours * 3600, drift=ten_years)
    assert not store.prune(NOW + ten_years)
    assert not store.prune(NOW + DAY), "the clock is right again, but differs from the last one known"
    assert store.prune(NOW + DAY)
    assert store.report(7, 90, NOW).asked == 1
    assert store.vote(key, ADA, NOW, helpful=True) is Vote.COUNTED


def test_state_is_kept_between_two_runs(tmp_path: Path) -> None:
    """The last value that was saved; none for a name never saved."""
    with Store(tmp_path) as store:
        store.save_state("a", "1")
        store.save_state("a", "2")
    with Store(tmp_path) as store:
        assert (store.state("a"), store.state("b")) == ("2", None)


def test_forgetting_leaves_nothing_of_a_person_and_all_of_the_others(store: Store) -> None:
    """Questions, votes, buttons and follow-ups; not even the file's bytes hold the words."""
    mine, theirs = ask(store, ADA, "My very own question?"), ask(store, BOB, "Another matter?")
    store.link_conversation(99, mine)
    store.vote(theirs, ADA, NOW, helpful=True)
    store.vote(mine, BOB, NOW, helpful=True)
    assert store.forget(ADA) == (1, 1, 1)
    assert store.forget(ADA) == (0, 0, 0)
    assert store.conversation_state(99, NOW) is None
    assert [row.question for row in store.report(7, 90, NOW).questions] == ["Another matter?"]
    with sqlite3.connect(store.path) as other:
        assert other.execute("SELECT (SELECT count(*) FROM votes), (SELECT count(*) FROM places)").fetchone() == (0, 0)
    for path in store.path.parent.glob("bot.sqlite3*"):
        assert b"My very own" not in path.read_bytes()
        assert ADA.encode() not in path.read_bytes()


def test_a_conversation_continues_from_its_last_message(store: Store) -> None:
    """A thread goes on; a key that is not kept changes nothing."""
    first, second = ask(store, ADA, "First?"), ask(store, ADA, "Second?")
    store.link_conversation(5, first)
    store.link_conversation(5, second)
    store.link_conversation(5, "x" * 12)
    state = store.conversation_state(5, NOW)
    assert isinstance(state, AnswerMessage)
    assert state.question.text == "Second?"


def test_settings_of_servers_are_kept(tmp_path: Path) -> None:
    """Each server's apart, through a restart."""
    rules = GuildSettings(frozenset({1, 2**62}), frozenset({3}), private=True, quotes=5)
    with Store(tmp_path) as store:
        store.save_guild_settings(7, rules)
        store.save_guild_settings(8, GuildSettings())
    with Store(tmp_path) as store:
        assert store.guild_settings() == {7: rules, 8: GuildSettings()}


def test_a_newer_file_is_not_touched(tmp_path: Path) -> None:
    """An old program says that it is old."""
    with Store(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "bot.sqlite3") as other:
        other.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(RecordsError, match="Upgrade"):
        Store(tmp_path)


def test_an_older_file_is_brought_up_to_date_and_a_failed_step_undone(tmp_path: Path) -> None:
    """A migration keeps every row; a failed one changes nothing."""
    with Store(tmp_path) as store:
        store.save_guild_settings(7, GuildSettings(quotes=2))
    with pytest.raises(RecordsError):
        Store(tmp_path, migrations=(*MIGRATIONS, "CREATE TABLE half (a); CREATE TABLE half (a)"))
    with Store(tmp_path, migrations=(*MIGRATIONS, "CREATE TABLE half (a)")) as store:
        assert store.guild_settings() == {7: GuildSettings(quotes=2)}


def test_a_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    """No traceback of SQLite's."""
    (tmp_path / "bot.sqlite3").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(RecordsError, match=r"bot\.sqlite3"):
        Store(tmp_path)


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Only their owner can read questions and the key."""
    PersonHash.from_folder(tmp_path)
    with Store(tmp_path):
        for name in ("bot.key", "bot.sqlite3"):
            assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_a_hash_stays_the_same_and_needs_the_key(tmp_path: Path) -> None:
    """The same person has the same hash after a restart, and another under another key."""
    one = PersonHash.from_folder(tmp_path / "one")
    assert one(42) == PersonHash.from_folder(tmp_path / "one")(42)
    assert one(42) != PersonHash.from_folder(tmp_path / "two")(42)
    assert one(42) != one(43)
    assert "42" not in repr(one)
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["bot.key"]


def test_a_broken_key_is_not_replaced_silently(tmp_path: Path) -> None:
    """A new key would make every stored hash unreachable for erasure."""
    (tmp_path / "bot.key").write_bytes(b"short")
    with pytest.raises(OSError, match="32 bytes"):
        PersonHash.from_folder(tmp_path)
