"""Where a question is accepted or refused, answered and recorded; knows nothing of Discord's objects."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.observability.request_log import Journal, Source, Step
from bot.services import answers
from bot.services.answers import ArticleSource, Request
from bot.services.permissions import Asker, decide
from bot.services.rate_limits import Limits
from bot.services.worker_pool import BusyError, Lane, Place, Pool
from bot.store import Forgotten, PersonHash, RecordsError, Report, Store, Vote
from bot.store.guild_settings import Rules
from bot.store.message_state import (
    AnswerMessage,
    AskedQuestion,
    MessageState,
    MorePassages,
    PassagesMessage,
    QuotesInContext,
    RelatedPassages,
    new_key,
)
from bot.ui import strings
from bot.ui.markup.escaping import escape
from bot.ui.markup.pages import Form, Page
from retrieval.core.errors import QuestionError
from retrieval.search.query.validation import askable

_log = logging.getLogger(__name__)
T = TypeVar("T")


class RefusedError(Exception):
    """Something is not done; ``str()`` tells the person why, in Markdown that is safe to send."""


class TooBusyError(RefusedError):
    """Not done because every place is taken."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to send: its pages, and the key of its buttons (``None``: none could be kept)."""

    state: MessageState
    pages: list[Page]
    key: str | None = None


class Desk:
    """Questions in, replies out. Used from the event loop only."""

    def __init__(
        self,
        articles: ArticleSource,
        pool: Pool,
        lane: Lane,
        store: Store,
        person_hash: PersonHash,
        limits: Limits,
        only_guilds: frozenset[int] = frozenset(),
        now: Callable[[], float] = time.time,
        *,
        journal: Journal | None = None,
    ) -> None:
        self.articles = articles
        self.journal = journal or Journal()
        self.only_guilds = only_guilds
        self.closing = False
        self._pool = pool
        self._lane = lane
        self._store = store
        self._hash = person_hash
        self._limits = limits
        self._now = now
        self._clock_offset = now() - time.monotonic()
        self._rules: dict[int, Rules] = {}

    async def prepare(self) -> None:
        """Read what is needed in memory. Raises RecordsError."""
        self._rules = await self._lane.run(self._store.rules)

    def rules(self, guild: int | None) -> Rules:
        """A server's settings; direct messages have the defaults."""
        return self._rules.get(guild, Rules()) if guild is not None else Rules()

    async def save_rules(self, guild: int, rules: Rules) -> None:
        """Change a server's settings. Raises RecordsError."""
        await self._lane.run(self._store.save_rules, guild, rules)
        self._rules[guild] = rules

    def permit(self, asker: Asker, way: Source) -> None:
        """Raises RefusedError, with the reason, if ``asker`` may not ask that way now."""
        if self.closing:
            raise RefusedError(strings.CLOSING)
        decision = decide(self.rules(asker.guild), asker, way, self.only_guilds)
        if not decision.allowed:
            raise RefusedError(decision.reason)

    def permit_reading(self, asker: Asker) -> None:
        """As ``permit``, for looking articles up: that is not asking, so roles do not matter."""
        if self.closing:
            raise RefusedError(strings.CLOSING)
        decision = decide(Rules(), asker, Source.COMMAND, self.only_guilds)
        if not decision.allowed:
            raise RefusedError(decision.reason)

    def accept(self, asker: Asker, way: Source) -> Place:
        """A place for a question, counted against the limits; once given, the question is answered.

        Raises RefusedError.
        """
        self.permit(asker, way)
        if wait := self._limits.take(asker.person, asker.guild):
            raise RefusedError(strings.too_often(wait))
        try:
            return self.place()
        except RefusedError:
            self._limits.put_back(asker.person, asker.guild)
            raise

    @staticmethod
    def check(words: str, *, what: str = "question") -> None:
        """Raises RefusedError for words that nothing can be searched for with."""
        try:
            askable(words, what=what)
        except QuestionError as error:
            raise RefusedError(escape(str(error))) from None

    def place(self) -> Place:
        """A place for work that is no question. Raises RefusedError."""
        try:
            return self._pool.reserve()
        except BusyError as busy:
            raise TooBusyError(strings.busy(busy.seconds)) from None

    # Making replies

    async def answer(self, place: Place, asker: Asker, request: Request, form: Form) -> Reply:
        """The reply to an accepted question, recorded. Raises RetrievalError."""

        def make() -> tuple[AnswerMessage, list[Page]]:
            state = answers.answer(self.articles, request, self.journal.found)
            return state, self._rendered(state, form)

        state, pages = await place.run(make)
        key = await self.keep(asker, state)
        if key is not None:
            person = self._hash(asker.person)
            await self._recorded(self._lane.run(self._store.add_question, key, person, state, self._now()))
        return Reply(state, pages, key)

    async def bearing(self, place: Place, asker: Asker, message: str, form: Form) -> Reply:
        """The reply to *Find sources*. Raises RetrievalError."""

        def make() -> RelatedPassages:
            return answers.bearing(self.articles, message, asker.guild, self.journal.found)

        return await self._made(place, asker, make, form)

    async def more(self, place: Place, asker: Asker, state: PassagesMessage, form: Form) -> Reply:
        """The reply to *More passages*. Raises RetrievalError, RefusedError if there are none."""

        def make() -> MorePassages | RelatedPassages:
            rest = answers.more(self.articles, state)
            if rest is None:
                raise RefusedError(strings.NOTHING_MORE)
            return rest

        return await self._made(place, asker, make, form)

    async def closest(self, place: Place, asker: Asker, state: MessageState, form: Form) -> Reply:
        """The reply to *Closest passages*. Raises RetrievalError, RefusedError if there are none."""
        if not isinstance(state, (AnswerMessage, RelatedPassages)) or not state.closest:
            raise RefusedError(strings.NO_LONGER_CLOSE)
        return await self.show(place, asker, answers.closest(state), form)

    async def context(self, place: Place, asker: Asker, state: PassagesMessage, form: Form) -> Reply:
        """The reply to *In context*. Raises RetrievalError."""
        return await self.show(place, asker, QuotesInContext(state.quotes), form)

    async def show(self, place: Place, asker: Asker, state: MessageState, form: Form) -> Reply:
        """The reply that shows something new. Raises RetrievalError."""
        return await self._made(place, asker, lambda: state, form)

    async def pages(self, place: Place, state: MessageState, form: Form) -> list[Page]:
        """The pages of something that was shown before. Raises RetrievalError."""
        return await place.run(self._rendered, state, form)

    async def _made(self, place: Place, asker: Asker, make: Callable[[], MessageState], form: Form) -> Reply:
        def work() -> tuple[MessageState, list[Page]]:
            state = make()
            return state, self._rendered(state, form)

        state, pages = await place.run(work)
        return Reply(state, pages, await self.keep(asker, state))

    def _rendered(self, state: MessageState, form: Form) -> list[Page]:
        with self.journal.timed(Step.RENDERING):
            return answers.pages(self.articles, state, form)

    # Records

    async def keep(self, asker: Asker, state: MessageState) -> str | None:
        """Store a message's state for its buttons; an answer is not lost because that failed."""
        key = new_key()
        person = self._hash(asker.person)
        saved = await self._recorded(self._lane.run(self._store.add_message, key, person, state, self._now()))
        return key if saved else None

    async def _recorded(self, writing: Awaitable[None]) -> bool:
        try:
            await writing
        except RecordsError as error:
            _log.error("%s", error)
            return False
        return True

    async def message(self, key: str) -> MessageState:
        """The state of the message whose button was pressed. Raises RefusedError when it is no longer kept."""
        state = await self._lane.run(self._store.message, key, self._now())
        if state is None:
            raise RefusedError(strings.OVER)
        return state

    async def link_conversation(self, key: str | None, *conversations: int) -> None:
        """Make ``key`` what follow-ups in ``conversations`` build on."""
        if key is not None:
            for conversation in conversations:
                await self._recorded(self._lane.run(self._store.link_conversation, conversation, key))

    async def previous_question(self, *conversations: int | None) -> str | None:
        """The question that a follow-up in the first known one of ``conversations`` builds on."""
        for conversation in conversations:
            if conversation is None:
                continue
            try:
                state = await self._lane.run(self._store.conversation_state, conversation, self._now())
            except RecordsError as error:
                _log.error("%s", error)
                return None
            if state is not None:
                question = getattr(state, "question", None)
                return question.searched if isinstance(question, AskedQuestion) else None
        return None

    async def vote(self, key: str, person: int, *, helpful: bool) -> Vote:
        """Count a vote. Raises RecordsError."""
        vote = await self._lane.run(self._store.vote, key, self._hash(person), self._now(), helpful=helpful)
        if vote in {Vote.COUNTED, Vote.CHANGED}:
            self.journal.figures.feedback(helpful=helpful)
        return vote

    async def report(self, guild: int, days: int) -> Report:
        """What was asked in a server. Raises RecordsError."""
        return await self._lane.run(self._store.report, guild, days, self._now())

    async def forget(self, person: int) -> Forgotten:
        """Delete what a person left. Raises RecordsError."""
        return await self._lane.run(self._store.forget, self._hash(person))

    async def prune(self) -> None:
        """Delete what is past its retention period.

        Raises:
            RecordsError: when the records cannot be written.
        """
        drift = self._now() - time.monotonic() - self._clock_offset
        if not await self._lane.run(self._store.prune, self._now(), drift):
            _log.info("No old records were deleted: the clock has moved by more than a day since they were last")

    async def refresh(self) -> None:
        """See what another process has indexed. Raises RetrievalError."""
        await self._pool.call(self.articles.refresh)
