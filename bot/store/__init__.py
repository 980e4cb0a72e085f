"""What the bot remembers, in one SQLite file of its own: settings, questions, votes, buttons."""

from bot.store.pseudonyms import PersonHash
from bot.store.report import QuestionRow, Report
from bot.store.repository import DeletedCounts, RecordsError, Store, Vote

#: Held by the one bot that uses a data folder, for as long as it lives.
LOCK_FILE = "bot.lock"

__all__ = ["LOCK_FILE", "DeletedCounts", "PersonHash", "QuestionRow", "RecordsError", "Report", "Store", "Vote"]
