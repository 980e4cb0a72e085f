"""The bot's store: guild settings, questions, votes and message states in one SQLite file."""

from bot.store.pseudonyms import PersonHash
from bot.store.report import QuestionRow, Report
from bot.store.repository import DeletedCounts, RecordsError, Store, Vote

#: Held by a running bot, so that only one uses a data folder.
LOCK_FILE = "bot.lock"

__all__ = ["LOCK_FILE", "DeletedCounts", "PersonHash", "QuestionRow", "RecordsError", "Report", "Store", "Vote"]
