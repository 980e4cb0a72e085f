"""What the bot remembers, in one SQLite file of its own: settings, questions, votes, buttons."""

from bot.records.hashing import PersonHash
from bot.records.reporting import QuestionRow, Report
from bot.records.store import Forgotten, RecordsError, Store, Vote

__all__ = ["Forgotten", "PersonHash", "QuestionRow", "RecordsError", "Report", "Store", "Vote"]
