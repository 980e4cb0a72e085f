"""Questions to message states: what a message quotes, and what waits behind its buttons."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.observability.request_log import RequestLog
from bot.services.admission import RefusedError
from bot.services.article_source import ArticleSource
from bot.store.message_state import (
    AnswerMessage,
    AskedQuestion,
    ClosestPassages,
    MessageState,
    MorePassages,
    PassagesMessage,
    QuoteRef,
    RelatedPassages,
)
from bot.ui import strings
from retrieval.core.errors import QuestionError
from retrieval.core.types import Answer, Outcome
from retrieval.search.query.message import message_queries, related_passages
from retrieval.search.searcher import KEYWORDS_ALONE

_log = logging.getLogger(__name__)

#: Passages that *More passages* asks for beyond those already shown.
_MORE = 5
#: Passages that *Find sources* shows at most, and that it asks for with each query.
_RELATED, _RELATED_PER_QUERY = 3, 3
#: Marks a note of a search that is for the bot's operator.
_FOR_OPERATOR = "Run: pullquote"


@dataclass(frozen=True, slots=True)
class QuestionRequest:
    """A member's question: at most ``quotes`` quotes, from one ``article`` if given; ``previous`` for follow-ups."""

    text: str
    quotes: int
    article: str | None = None
    guild: int | None = None
    previous: str | None = None


class QuestionService:
    """Answers questions from the articles. Its methods block: run them in a slot of the worker pool."""

    def __init__(self, articles: ArticleSource, request_log: RequestLog) -> None:
        self._articles = articles
        self._request_log = request_log

    def answer(self, question: QuestionRequest) -> AnswerMessage:
        """Answer a question, as a follow-up of the previous one if it needs that to be understood.

        Raises:
            QuestionError: when there is nothing to search for.
            RetrievalError: when the articles cannot be searched.
        """
        found = self._articles.ask(question.text, question.quotes, question.article, question.previous)
        self._request_log.set_answer(found.outcome, found.confidence, keyword_only=found.keyword_only)
        previous = question.previous if found.understood else None
        return AnswerMessage(
            question=AskedQuestion(question.text, question.article, previous, found.understood),
            outcome=found.outcome,
            confidence=found.confidence,
            quotes=tuple(map(QuoteRef.of, found.quotes)),
            closest=tuple(map(QuoteRef.of, found.closest)),
            notes=_notes_for_members(found),
            guild=question.guild,
        )

    def related(self, text: str, guild: int | None) -> RelatedPassages:
        """The passages related to a member's message, of which nothing is kept.

        Raises:
            QuestionError: when the message has nothing to search for.
            RetrievalError: when the articles cannot be searched.
        """
        answers = []
        for query in message_queries(text):
            try:
                answers.append(self._articles.ask(query, _RELATED_PER_QUERY))
            except QuestionError:
                continue
        if not answers:
            raise QuestionError(strings.NO_TEXT)
        quotes, close = related_passages(answers)
        keyword_only = any(found.keyword_only for found in answers)
        self._request_log.set_answer(Outcome.ANSWERED if quotes else Outcome.NOTHING, None, keyword_only=keyword_only)
        refs = tuple(map(QuoteRef.of, quotes))
        return RelatedPassages(
            quotes=refs[:_RELATED],
            more=refs[_RELATED:],
            closest=tuple(map(QuoteRef.of, close[:_RELATED])),
            notes=(KEYWORDS_ALONE,) if keyword_only else (),
            guild=guild,
        )

    def more(self, state: PassagesMessage) -> MorePassages | RelatedPassages:
        """The passages after those of ``state``.

        Raises:
            RefusedError: when there are no more.
            RetrievalError: when the articles cannot be searched.
        """
        match state:
            case RelatedPassages(more=[_, *_]):
                return RelatedPassages(quotes=state.more, guild=state.guild)
            case AnswerMessage() | MorePassages():
                earlier = state.already_shown if isinstance(state, MorePassages) else ()
                already_shown = (*earlier, *state.quotes)
                known = {(ref.article, ref.start) for ref in already_shown}
                question = state.question
                found = self._articles.ask(question.searched, len(already_shown) + _MORE, question.article)
                rest = tuple(ref for ref in map(QuoteRef.of, found.quotes) if (ref.article, ref.start) not in known)
                if rest:
                    return MorePassages(question, already_shown, quotes=rest, guild=state.guild)
        raise RefusedError(strings.NOTHING_MORE)

    @staticmethod
    def closest(state: MessageState) -> ClosestPassages:
        """The closest passages of a question or message that has no answer.

        Raises:
            RefusedError: when there are none.
        """
        if not isinstance(state, (AnswerMessage, RelatedPassages)) or not state.closest:
            raise RefusedError(strings.NOTHING_CLOSE)
        question = state.question if isinstance(state, AnswerMessage) else None
        return ClosestPassages(question, quotes=state.closest, guild=state.guild)


def _notes_for_members(found: Answer) -> tuple[str, ...]:
    """The notes of an answer; those for the operator go to the log."""
    for note in found.notes:
        if _FOR_OPERATOR in note:
            _log.error("%s", note)
    return tuple(note for note in found.notes if _FOR_OPERATOR not in note)
