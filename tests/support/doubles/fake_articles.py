"""Quotes, answers and articles for the tests, and stand-ins for what the bot's own ports name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot.observability.request_log import RequestLog
from bot.services import Services
from bot.services.admission import Admission
from bot.services.question_service import QuestionService
from bot.services.rate_limits import RateLimits
from bot.services.records import Records
from bot.services.titles import TitleIndex
from bot.services.worker_pool import SerialExecutor, WorkerPool
from bot.store import PersonHash, Store
from bot.store.message_state import QuoteRef
from retrieval.core.display import Annotation
from retrieval.core.display.span import Span
from retrieval.core.errors import UnknownArticleError
from retrieval.core.health import VectorHealth
from retrieval.core.types import (
    NO_CONTEXT,
    Answer,
    ArticleSummary,
    Context,
    Findings,
    Metadata,
    Outcome,
    Passage,
    Quote,
    Repair,
    TitleSource,
)
from retrieval.storage.articles import Paragraph


def metadata(title: str = "A title", **more: str | None) -> Metadata:
    """Metadata of a document with a title of its own."""
    return Metadata(title=title, title_source=TitleSource.DOCUMENT, **more)


def quote(
    text: str = "Thirty-one countries met. They agreed.",
    *,
    article: str = "paris",
    paragraph: int = 3,
    start: int = 0,
    highlights: tuple[Span, ...] = (),
    lead_in: str | None = None,
    meta: Metadata | None = None,
    also_in: tuple[str, ...] = (),
    adjacent: bool = True,
    context: Context = NO_CONTEXT,
    annotations: tuple[Annotation, ...] = (),
) -> Quote:
    """A quote of ``text``."""
    passage = Passage(
        f"{article}:{start}", article, paragraph, paragraph, start, start + len(text), (), context=context,
        annotations=annotations,
    )  # fmt: skip
    return Quote(passage, meta or metadata(), text, highlights, lead_in, adjacent, 1.0, also_in)


def answer(*quotes: Quote, outcome: Outcome = Outcome.ANSWERED, confidence: float = 0.9) -> Answer:
    """An answer to a question."""
    good = outcome is Outcome.ANSWERED
    return Answer("?", outcome, confidence, (), quotes if good else (), () if good else quotes)


def summary(article_id: str = "paris", title: str = "A title", **more: object) -> ArticleSummary:
    """An article of three paragraphs."""
    given: dict[str, object] = {
        "files": (f"{article_id}.txt",),
        "metadata": metadata(title),
        "encoding": "utf-8",
        "passages": 3,
        "paragraphs": 3,
        "characters": 300,
        "sections": (),
        "repairs": tuple[Repair, ...](),
    }
    return ArticleSummary(article_id=article_id, **{**given, **more})  # type: ignore[arg-type]


def paragraphs(*texts: str) -> list[Paragraph]:
    """Numbered paragraphs that stand two line ends apart."""
    found, start = [], 0
    for number, text in enumerate(texts, start=1):
        found.append(Paragraph(number, start, start + len(text), text, None))
        start += len(text) + 2
    return found


class FakeArticles:
    """Articles in memory: returns the answers that it is given, and records the questions."""

    def __init__(self, texts: Mapping[str, str] | None = None, answers: Mapping[str, Answer] | None = None) -> None:
        self.texts = dict(texts or {})
        self.answers = dict(answers or {})
        self.asked: list[str] = []
        self.previous: str | None = None
        self.error: Exception | None = None
        self.refreshed = 0
        self.vectors = VectorHealth()

    @property
    def title_index(self) -> TitleIndex:
        return TitleIndex([summary(name, name.title()) for name in self.texts], "a model")

    def ask(self, question: str, quotes: int, article_id: str | None = None, previous: str | None = None) -> Answer:
        self.asked.append(question)
        self.previous = previous
        if self.error is not None:
            raise self.error
        found = self.answers.get(question) or answer(outcome=Outcome.NOTHING, confidence=0.0)
        return replace(found, question=question, quotes=found.quotes[:quotes], closest=found.closest[:quotes])

    def find(self, words: str, limit: int) -> Findings:
        hits = [self.quote(name, text) for name, text in self.texts.items() if words in text]
        return Findings(words, len(hits), tuple(hits[:limit]))

    def read(self, article_id: str) -> tuple[ArticleSummary, list[Paragraph]]:
        return summary(article_id, article_id.title()), paragraphs(*self.text(article_id).split("\n\n"))

    def text(self, article_id: str) -> str:
        if article_id not in self.texts:
            raise UnknownArticleError(article_id)
        return self.texts[article_id]

    def quotes(self, refs: Sequence[QuoteRef]) -> list[Quote | None]:
        return [ref.quote(self.texts.get(ref.article, ""), metadata(ref.article.title())) for ref in refs]

    def around(self, ref: QuoteRef) -> list[Paragraph]:
        return self.read(ref.article)[1]

    def refresh(self) -> None:
        self.refreshed += 1

    def health(self) -> VectorHealth:
        return self.vectors

    def quote(self, article: str, words: str) -> Quote:
        """The quote of ``words`` in one of the articles."""
        return quote(words, article=article, start=self.texts[article].index(words), meta=metadata(article.title()))


@asynccontextmanager
async def open_services(
    folder: Path,
    articles: FakeArticles,
    *,
    pool: WorkerPool | None = None,
    limits: RateLimits | None = None,
    request_log: RequestLog | None = None,
    now: Callable[[], float] = lambda: 1_800_000_000.0,
) -> AsyncIterator[Services]:
    """Every service of a bot, over a store in ``folder``."""
    log = request_log or RequestLog()
    with Store(folder) as store:
        async with SerialExecutor() as executor, pool or WorkerPool() as workers:
            records = Records(store, executor, PersonHash(b"k" * 32), now)
            await records.load()
            admission = Admission(workers, limits or RateLimits(), records)
            yield Services(articles, workers, records, admission, QuestionService(articles, log), log)
