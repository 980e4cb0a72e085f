"""Repository of the bot's records in SQLite. Synchronous; call it from one thread at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from bot.store.guild_settings import GuildSettings
from bot.store.message_state import AnswerMessage, MessageState, from_json, to_json
from bot.store.report import QuestionRow, Report, summarise
from bot.store.schema import MIGRATIONS
from retrieval.core.errors import DamagedStoreError, SchemaVersionError, StorageError, one_line
from retrieval.core.types import Outcome
from retrieval.storage.library import migrate

FILE_NAME = "bot.sqlite3"
BUTTON_DAYS = 30
_DAY = 86_400.0


class RecordsError(Exception):
    """The store cannot be opened, read or written. ``str()`` is one line that says what to do."""


class Vote(StrEnum):
    """The effect of a vote."""

    COUNTED = "counted"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


class DeletedCounts(NamedTuple):
    """Numbers of deleted rows."""

    questions: int
    votes: int
    messages: int


class Store:
    """The bot's SQLite file. Use as a context manager. Every method raises RecordsError if SQLite fails."""

    def __init__(self, folder: Path, retention_days: int = 90, migrations: Sequence[str] = MIGRATIONS) -> None:
        """Open the file in ``folder``; create or migrate it first if needed.

        Raises:
            RecordsError: when the file is damaged, newer than this program, or cannot be written.
        """
        self.path = folder / FILE_NAME
        self._retention = retention_days * _DAY
        with self._translated():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, check_same_thread=False, timeout=10, isolation_level=None)
            try:
                self._prepare(migrations)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, migrations: Sequence[str]) -> None:
        self.path.chmod(0o600)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA secure_delete = ON")  # deleted rows are overwritten
        try:
            migrate(self._connection, self.path, migrations)
        except SchemaVersionError as error:
            raise RecordsError(
                f"{self.path} has schema version {error.found}, this program knows up to {error.known}. "
                "Upgrade pullquote, or name another folder with PULLQUOTE_HOME."
            ) from error
        except StorageError as error:
            raise RecordsError(str(error)) from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            problem = getattr(error, "strerror", None) or one_line(error)
            if any(sign in problem for sign in ("malformed", "not a database")):
                raise RecordsError(str(DamagedStoreError(self.path, problem, derived=False))) from error
            raise RecordsError(f"{self.path}: {problem}. Check the disk and the folder's rights.") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A commit can fail, too, and SQLite may leave the transaction open: every later one would fail.
                self._connection.rollback()
                raise

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._translated():
            return self._connection.execute(sql, values).fetchall()

    def guild_settings(self) -> dict[int, GuildSettings]:
        """Every guild's settings."""
        rows = self._rows("SELECT guild_id, channels, roles, private, quotes FROM guilds")
        return {
            guild: GuildSettings(frozenset(json.loads(channels)), frozenset(json.loads(roles)), bool(private), quotes)
            for guild, channels, roles, private, quotes in rows
        }

    def save_guild_settings(self, guild: int, rules: GuildSettings) -> None:
        """Store a guild's settings."""
        channels, roles = (json.dumps(sorted(ids)) for ids in (rules.channels, rules.roles))
        values = (guild, channels, roles, rules.private, rules.quotes)
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO guilds VALUES (?, ?, ?, ?, ?)", values)

    def add_question(self, key: str, person: str, answer: AnswerMessage, now: float) -> None:
        """Record that a question was asked, and its outcome."""
        question, outcome = answer.question.text, answer.outcome.value
        values = (key, answer.guild or 0, person, question, now, outcome, answer.confidence)
        with self._writing() as connection:
            connection.execute("INSERT INTO questions VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def vote(self, key: str, person: str, now: float, *, helpful: bool) -> Vote:
        """Record a person's vote on a question; it replaces an earlier one."""
        with self._writing() as connection:
            if not connection.execute("SELECT 1 FROM questions WHERE key = ?", (key,)).fetchone():
                return Vote.GONE
            old = connection.execute("SELECT helpful FROM votes WHERE key = ? AND person = ?", (key, person)).fetchone()
            connection.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?)", (key, person, helpful, now))
        if old is None:
            return Vote.COUNTED
        return Vote.SAME if bool(old[0]) == helpful else Vote.CHANGED

    def report(self, guild: int, days: int, now: float) -> Report:
        """The questions asked in a guild during the last ``days``."""
        rows = self._rows(
            "SELECT q.question, q.asked_at, q.outcome, q.confidence, "
            "(SELECT count(*) FROM votes v WHERE v.key = q.key AND v.helpful = 1), "
            "(SELECT count(*) FROM votes v WHERE v.key = q.key AND v.helpful = 0) "
            "FROM questions q WHERE q.guild_id = ? AND q.asked_at >= ? ORDER BY q.asked_at",
            (guild, now - days * _DAY),
        )
        questions = (QuestionRow(text, 1, at, Outcome(out), *numbers) for text, at, out, *numbers in rows)
        return summarise(questions, days)

    def add_message(self, key: str, person: str, state: MessageState, now: float) -> None:
        """Store the state of a message for its buttons and for follow-ups."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?)", (key, person, now, to_json(state)))

    def message(self, key: str, now: float) -> MessageState | None:
        """The state of the message with ``key``; ``None`` if it has expired or was deleted."""
        return self._state_of("SELECT content FROM shown WHERE key = ? AND shown_at >= ?", key, now)

    def link_conversation(self, conversation: int, key: str) -> None:
        """Make ``key`` the latest state of a conversation: a message's, a thread's or a direct message channel's id."""
        sql = "INSERT OR REPLACE INTO places SELECT ?, key FROM shown WHERE key = ?"
        with self._writing() as connection:
            connection.execute(sql, (conversation, key))

    def conversation_state(self, conversation: int, now: float) -> MessageState | None:
        """The latest state of a conversation."""
        sql = "SELECT s.content FROM shown s JOIN places p ON p.key = s.key WHERE p.place = ? AND s.shown_at >= ?"
        return self._state_of(sql, conversation, now)

    def _state_of(self, sql: str, name: str | int, now: float) -> MessageState | None:
        """The state that ``sql`` selects; ``None`` also if it is of an unknown format."""
        for (content,) in self._rows(sql, (name, now - BUTTON_DAYS * _DAY)):
            with suppress(ValueError, KeyError, TypeError):
                return from_json(content)
        return None

    def forget(self, person: str) -> DeletedCounts:
        """Delete a person's votes, message states, and questions with all their votes."""
        with self._writing() as connection:
            votes = connection.execute("DELETE FROM votes WHERE person = ?", (person,)).rowcount
            questions = connection.execute("DELETE FROM questions WHERE person = ?", (person,)).rowcount
            messages = connection.execute("DELETE FROM shown WHERE person = ?", (person,)).rowcount
        self._rows("PRAGMA wal_checkpoint(TRUNCATE)")  # the log beside the file still holds the old pages
        return DeletedCounts(questions, votes, messages)

    def prune(self, now: float, drift: float = 0.0) -> bool:
        """Delete what is past its retention period, unless the clock may be wrong; return False if it may.

        The clock is trusted when it is within a day of the previous call's, and has moved as far as the monotonic one
        since the start: ``drift`` is the difference in seconds. So a clock that jumps by years deletes nothing.
        """
        if abs(drift) > _DAY:
            return False
        previous = float(self.state("pruned_at") or 0.0)
        self.save_state("pruned_at", str(now))
        if abs(now - previous) > _DAY:
            return False
        with self._writing() as connection:
            connection.execute("DELETE FROM questions WHERE asked_at < ?", (now - self._retention,))
            connection.execute("DELETE FROM votes WHERE voted_at < ?", (now - self._retention,))
            connection.execute("DELETE FROM shown WHERE shown_at < ?", (now - BUTTON_DAYS * _DAY,))
        return True

    def state(self, name: str) -> str | None:
        """A value that the program keeps between two runs."""
        rows = self._rows("SELECT value FROM state WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    def save_state(self, name: str, value: str) -> None:
        """Keep a value for the next run."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))
