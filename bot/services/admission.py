"""Admission of a request: permissions, rate limits, and a slot in the worker pool."""

from __future__ import annotations

from bot.observability.request_log import Source
from bot.services.permissions import Requester, refusal
from bot.services.rate_limits import RateLimits
from bot.services.records import Records
from bot.services.worker_pool import BusyError, Slot, WorkerPool
from bot.store.guild_settings import GuildSettings
from bot.ui import strings
from bot.ui.markup.escaping import escape
from retrieval.core.errors import QuestionError
from retrieval.search.query.validation import validate_query


class RefusedError(Exception):
    """A request is not served. ``str()`` is the reason for the member, in Markdown that is safe to send."""


class TooBusyError(RefusedError):
    """A request is not served because every slot of the worker pool is taken."""


class Admission:
    """Admits or refuses requests. Used on the event loop only."""

    def __init__(
        self, pool: WorkerPool, limits: RateLimits, records: Records, only_guilds: frozenset[int] = frozenset()
    ) -> None:
        self.only_guilds = only_guilds
        self._pool = pool
        self._limits = limits
        self._records = records
        self._closed = False

    def close(self) -> None:
        """Refuse every request from now on."""
        self._closed = True

    def permit(self, requester: Requester, source: Source) -> None:
        """Check that ``requester`` may ask this way.

        Raises:
            RefusedError: when the requester may not, or the bot is closing.
        """
        self._check(self._records.guild_settings(requester.guild), requester, source)

    def permit_lookup(self, requester: Requester) -> None:
        """Check that ``requester`` may look articles up. That is not asking, so roles do not matter.

        Raises:
            RefusedError: when the requester may not, or the bot is closing.
        """
        self._check(GuildSettings(), requester, Source.COMMAND)

    def _check(self, settings: GuildSettings, requester: Requester, source: Source) -> None:
        if self._closed:
            raise RefusedError(strings.CLOSING)
        if reason := refusal(settings, requester, source, self.only_guilds):
            raise RefusedError(reason)

    def accept(self, requester: Requester, source: Source) -> Slot:
        """Reserve a slot for a question and count it against the rate limits.

        Raises:
            RefusedError: when the requester may not ask, asks too often, or every slot is taken.
        """
        self.permit(requester, source)
        if wait := self._limits.take(requester.user, requester.guild):
            raise RefusedError(strings.TOO_OFTEN.format(seconds=wait))
        try:
            return self.reserve()
        except RefusedError:
            self._limits.put_back(requester.user, requester.guild)
            raise

    def reserve(self) -> Slot:
        """Reserve a slot for work that is not a question.

        Raises:
            TooBusyError: when every slot is taken.
        """
        try:
            return self._pool.reserve()
        except BusyError as busy:
            raise TooBusyError(strings.BUSY.format(seconds=busy.seconds)) from None


def check_query(words: str, *, what: str = "question") -> None:
    """Refuse ``words`` that the search would refuse, before the interaction is deferred: only the requester sees it.

    Raises:
        RefusedError: when ``words`` are empty, too long, or hold nothing to search for.
    """
    try:
        validate_query(words, what=what)
    except QuestionError as error:
        raise RefusedError(escape(str(error))) from None
