"""A request to what is shown for it. Synchronous: called in the pool's threads."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.services.titles import Catalogue
from bot.store.message_state import (
    AnswerMessage,
    AskedQuestion,
    ClosestPassages,
    MorePassages,
    PassagesMessage,
    QuoteRef,
    RelatedPassages,
)
from bot.ui import strings
from retrieval.core.errors import QuestionError
from retrieval.core.health import VectorHealth
from retrieval.core.types import Answer, ArticleSummary, Findings, Outcome, Quote
from retrieval.search.query.message import merged, searches
from retrieval.search.searcher import KEYWORDS_ALONE
from retrieval.storage.articles import Paragraph

_log = logging.getLogger(__name__)

#: Passages that are looked for beyond those asked for, for a message's button *More passages*.
MORE = 5
_BEARING_SHOWN, _EACH = 3, 3
#: A note that ends so is for whoever runs the bot.
_FOR_OPERATORS = "Run: pullquote"


class ArticleSource(Protocol):
    """What the bot needs of the articles; every method may be called from several threads and raises RetrievalError."""

    @property
    def catalogue(self) -> Catalogue: ...

    def ask(self, question: str, quotes: int, article_id: str | None = None, previous: str | None = None) -> Answer: ...

    def find(self, words: str, limit: int, article_id: str | None = None) -> Findings: ...

    def read(self, article_id: str) -> tuple[ArticleSummary, list[Paragraph]]: ...

    def text(self, article_id: str) -> str: ...

    def quotes(self, refs: Sequence[QuoteRef]) -> list[Quote | None]: ...

    def around(self, ref: QuoteRef, quote: Quote | None) -> list[Paragraph]: ...

    def refresh(self) -> None: ...

    def health(self) -> VectorHealth: ...


class Tell(Protocol):
    """Told what was found, in the thread that found it."""

    def __call__(self, outcome: Outcome, confidence: float | None, *, keyword_only: bool) -> None: ...


def untold(outcome: Outcome, confidence: float | None, *, keyword_only: bool) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question, and how it is to be answered."""

    question: str
    quotes: int
    article: str | None = None
    guild: int | None = None
    before: str | None = None


def answer(articles: ArticleSource, request: Request, tell: Tell = untold) -> AnswerMessage:
    """The answer to a question, understood with the one before it where it leans on that. Raises RetrievalError."""
    found = articles.ask(request.question, request.quotes, request.article, request.before)
    tell(found.outcome, found.confidence, keyword_only=found.keyword_only)
    previous = request.before if found.understood else None
    return AnswerMessage(
        question=AskedQuestion(request.question, request.article, previous, found.understood),
        outcome=found.outcome,
        confidence=found.confidence,
        quotes=tuple(map(QuoteRef.of, found.quotes)),
        closest=tuple(map(QuoteRef.of, found.closest)),
        notes=_notes(found),
        guild=request.guild,
    )


def _notes(found: Answer) -> tuple[str, ...]:
    for note in found.notes:
        if _FOR_OPERATORS in note:
            _log.error("%s", note)
    return tuple(note for note in found.notes if _FOR_OPERATORS not in note)


def bearing(articles: ArticleSource, message: str, guild: int | None, tell: Tell = untold) -> RelatedPassages:
    """The passages that bear on a message; of the message itself nothing is kept. Raises RetrievalError."""
    answers = []
    for text in searches(message):
        try:
            answers.append(articles.ask(text, _EACH))
        except QuestionError:
            continue
    if not answers:
        raise QuestionError(strings.NO_TEXT)
    quotes, close = merged(answers)
    outcome = Outcome.ANSWERED if quotes else Outcome.NOTHING
    tell(outcome, None, keyword_only=any(found.keyword_only for found in answers))
    refs = tuple(map(QuoteRef.of, quotes))
    return RelatedPassages(
        quotes=refs[:_BEARING_SHOWN],
        more=refs[_BEARING_SHOWN:],
        closest=tuple(map(QuoteRef.of, close[:_BEARING_SHOWN])),
        notes=(KEYWORDS_ALONE,) if any(answer.keyword_only for answer in answers) else (),
        guild=guild,
    )


def more(articles: ArticleSource, state: PassagesMessage) -> MorePassages | RelatedPassages | None:
    """The passages after those of ``state``; ``None`` if there are no more. Raises RetrievalError."""
    match state:
        case RelatedPassages(more=[]) | ClosestPassages():
            return None
        case RelatedPassages():
            return RelatedPassages(state.more, guild=state.guild)
    earlier = state.already_shown if isinstance(state, MorePassages) else ()
    already_shown = (*earlier, *state.quotes)
    known = {(ref.article, ref.start) for ref in already_shown}
    found = articles.ask(state.question.searched, len(already_shown) + MORE, state.question.article)
    rest = tuple(ref for ref in map(QuoteRef.of, found.quotes) if (ref.article, ref.start) not in known)
    return MorePassages(state.question, rest, already_shown, state.guild) if rest else None
