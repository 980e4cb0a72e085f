"""Asynchronous access to the bot's store: guild settings, message states, questions, votes."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

from bot.services.worker_pool import SerialExecutor
from bot.store import DeletedCounts, PersonHash, RecordsError, Report, Store, Vote
from bot.store.guild_settings import GuildSettings
from bot.store.message_state import AnswerMessage, AskedQuestion, MessageState, new_key

_log = logging.getLogger(__name__)


class Records:
    """Runs the store's calls in its one thread, with users' ids hashed. Used on the event loop only.

    Raises:
        RecordsError: from every method that says nothing else, when the store cannot be read or written.
    """

    def __init__(
        self, store: Store, executor: SerialExecutor, person_hash: PersonHash, now: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._executor = executor
        self._hash = person_hash
        self._now = now
        self._clock_offset = now() - time.monotonic()
        self._guild_settings: dict[int, GuildSettings] = {}

    async def load(self) -> None:
        """Read every guild's settings into memory."""
        self._guild_settings = await self._executor.run(self._store.guild_settings)

    def guild_settings(self, guild: int | None) -> GuildSettings:
        """A guild's settings; the defaults for direct messages (``None``)."""
        return self._guild_settings.get(guild, GuildSettings()) if guild is not None else GuildSettings()

    async def save_guild_settings(self, guild: int, settings: GuildSettings) -> None:
        """Change a guild's settings."""
        await self._executor.run(self._store.save_guild_settings, guild, settings)
        self._guild_settings[guild] = settings

    async def save_message(self, user: int, state: MessageState) -> str | None:
        """Store a message's state, and an answer's question; the key for its buttons, ``None`` if that fails."""
        key, person, now = new_key(), self._hash(user), self._now()
        if not await self._written(self._executor.run(self._store.add_message, key, person, state, now)):
            return None
        if isinstance(state, AnswerMessage):
            await self._written(self._executor.run(self._store.add_question, key, person, state, now))
        return key

    async def _written(self, writing: Awaitable[None]) -> bool:
        try:
            await writing
        except RecordsError as error:
            _log.error("%s", error)
            return False
        return True

    async def message(self, key: str) -> MessageState | None:
        """A message's state; ``None`` if it has expired or was deleted."""
        return await self._executor.run(self._store.message, key, self._now())

    async def link_conversation(self, key: str | None, *conversations: int | None) -> None:
        """Make the message with ``key`` what follow-ups in ``conversations`` build on."""
        for conversation in conversations:
            if key is not None and conversation is not None:
                await self._written(self._executor.run(self._store.link_conversation, conversation, key))

    async def previous_question(self, *conversations: int | None) -> str | None:
        """The question that a follow-up builds on, from the first of ``conversations`` that is known."""
        for conversation in conversations:
            if conversation is None:
                continue
            try:
                state = await self._executor.run(self._store.conversation_state, conversation, self._now())
            except RecordsError as error:
                _log.error("%s", error)
                return None
            if state is not None:
                question = getattr(state, "question", None)
                return question.searched if isinstance(question, AskedQuestion) else None
        return None

    async def vote(self, key: str, user: int, *, helpful: bool) -> Vote:
        """Count a vote."""
        return await self._executor.run(self._store.vote, key, self._hash(user), self._now(), helpful=helpful)

    async def report(self, guild: int, days: int) -> Report:
        """The questions asked in a guild during the last ``days``."""
        return await self._executor.run(self._store.report, guild, days, self._now())

    async def forget(self, user: int) -> DeletedCounts:
        """Delete everything that a user left."""
        return await self._executor.run(self._store.forget, self._hash(user))

    async def state(self, name: str) -> str | None:
        """A value that the program keeps between two runs."""
        return await self._executor.run(self._store.state, name)

    async def save_state(self, name: str, value: str) -> None:
        """Keep a value for the next run; a failure is logged."""
        await self._written(self._executor.run(self._store.save_state, name, value))

    async def prune(self) -> None:
        """Delete what is past its retention period."""
        drift = self._now() - time.monotonic() - self._clock_offset
        if not await self._executor.run(self._store.prune, self._now(), drift):
            _log.info("No old records were deleted: the clock has moved by more than a day since the last check")
