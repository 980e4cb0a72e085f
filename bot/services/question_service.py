"""Questions to states of messages: what is quoted, and what waits behind the buttons."""

from __future__ import annotations

from bot.observability.request_log import Journal
from bot.services import answers
from bot.services.admission import RefusedError
from bot.services.answers import ArticleSource, Request
from bot.store.message_state import (
    AnswerMessage,
    ClosestPassages,
    MessageState,
    MorePassages,
    PassagesMessage,
    RelatedPassages,
)
from bot.ui import strings


class QuestionService:
    """Answers questions from the articles. Its methods block: run them in a slot of the worker pool."""

    def __init__(self, articles: ArticleSource, request_log: Journal) -> None:
        self._articles = articles
        self._request_log = request_log

    def answer(self, request: Request) -> AnswerMessage:
        """The answer to a question. Raises RetrievalError."""
        return answers.answer(self._articles, request, self._request_log.found)

    def related(self, text: str, guild: int | None) -> RelatedPassages:
        """The passages related to a member's message. Raises RetrievalError."""
        return answers.bearing(self._articles, text, guild, self._request_log.found)

    def more(self, state: PassagesMessage) -> MorePassages | RelatedPassages:
        """The passages after those of ``state``.

        Raises:
            RefusedError: when there are no more.
            RetrievalError: when the articles cannot be searched.
        """
        rest = answers.more(self._articles, state)
        if rest is None:
            raise RefusedError(strings.NOTHING_MORE)
        return rest

    @staticmethod
    def closest(state: MessageState) -> ClosestPassages:
        """The closest passages of a question or message that has no answer.

        Raises:
            RefusedError: when there are none.
        """
        if not isinstance(state, (AnswerMessage, RelatedPassages)) or not state.closest:
            raise RefusedError(strings.NO_LONGER_CLOSE)
        question = state.question if isinstance(state, AnswerMessage) else None
        return ClosestPassages(question, state.closest, state.guild)
