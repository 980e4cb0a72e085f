"""Articles for the bot: opened once, reopened when another process has indexed. Synchronous and thread-safe."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.services.titles import TitleIndex
from bot.store.message_state import QuoteRef
from retrieval.core.errors import (
    AlteredArticleError,
    DamagedIndexError,
    IndexesDisagreeError,
    NotIndexedError,
    StorageError,
    UnknownArticleError,
    VectorsUnavailableError,
)
from retrieval.core.health import VectorHealth
from retrieval.core.settings import Settings
from retrieval.core.timing import Observe, unobserved
from retrieval.core.types import Answer, ArticleSummary, Findings, Quote
from retrieval.index.sync import run_indexing
from retrieval.search.searcher import Searcher
from retrieval.search.session import ModelCache, open_searcher
from retrieval.storage.articles import ArticleReader, Paragraph, open_articles
from retrieval.storage.library import Library

_log = logging.getLogger(__name__)
T = TypeVar("T")


class ArticleSource(Protocol):
    """The articles as the bot's services need them. Safe to use from several threads.

    Raises:
        RetrievalError: from every method that reads the articles.
    """

    @property
    def title_index(self) -> TitleIndex: ...

    def ask(self, question: str, quotes: int, article_id: str | None = None, previous: str | None = None) -> Answer: ...

    def find(self, words: str, limit: int) -> Findings: ...

    def read(self, article_id: str) -> tuple[ArticleSummary, list[Paragraph]]: ...

    def text(self, article_id: str) -> str: ...

    def quotes(self, refs: Sequence[QuoteRef]) -> list[Quote | None]: ...

    def around(self, ref: QuoteRef) -> list[Paragraph]: ...

    def refresh(self) -> None: ...

    def health(self) -> VectorHealth: ...


@dataclass(slots=True)
class _Opened:
    """The stores at one state of the data folder."""

    searcher: Searcher
    reader: ArticleReader
    state: tuple[int, str]
    stack: ExitStack


class Articles:
    """The articles of a data folder. Use as a context manager; entering it indexes the corpus if nothing is indexed."""

    def __init__(self, settings: Settings, observe: Observe = unobserved, models: ModelCache | None = None) -> None:
        self._settings = settings
        self._models = models or ModelCache()
        self._observe = observe
        self._opened: _Opened | None = None
        self._users = 0
        self._changing = False
        self._free = threading.Condition()
        self.title_index = TitleIndex([], "")  # in memory: looking a title up reads no store
        self._health = VectorHealth()

    def __enter__(self) -> Articles:
        try:
            self._open()
        except (NotIndexedError, IndexesDisagreeError, DamagedIndexError) as error:
            _log.warning("%s Indexing %s now.", str(error).partition(" Run:")[0], self._settings.corpus or "the corpus")
            report = run_indexing(self._settings, open_embedder=self._models.embedder)
            for problem in (*report.notices, *report.problems):
                _log.warning("%s", problem)
            self._open()
        return self

    def __exit__(self, *_: object) -> None:
        with self._free:
            self._close()

    def _open(self) -> _Opened:
        with ExitStack() as stack:
            state, model = self._probe()
            embedder, reranker = self._models.embedder, self._models.reranker
            opening = open_searcher(self._settings, embedder, self._observe, self._log_health, reranker)
            searcher = stack.enter_context(opening)
            reader = stack.enter_context(open_articles(self._settings))
            searcher.warm_up()
            self.title_index = TitleIndex(reader.articles(), model)
            self._opened = opened = _Opened(searcher, reader, state, stack.pop_all())
        _log.info("%d articles are open, model %s", len(self.title_index.articles), model)
        return opened

    def health(self) -> VectorHealth:
        """The health of the vector index, from memory."""
        opened = self._opened
        return opened.searcher.health() if opened else self._health

    def _log_health(self, health: VectorHealth) -> None:
        """Log a change of the vectors' state once, also when the articles are reopened in between."""
        before, self._health = self._health, health
        if health.state is before.state:
            return
        if health.good:
            _log.warning("The vectors are searched again.")
        else:
            _log.warning("Questions are answered from keywords alone: %s.", health.detail)

    def _close(self) -> None:
        if self._opened is not None:
            opened, self._opened = self._opened, None
            opened.stack.close()

    def _probe(self) -> tuple[tuple[int, str], str]:
        """The state of the data folder, which changes with every indexing, and the model's name."""
        with Library(self._settings.home) as library:
            stored, model = library.properties, library.properties.model()
            return (stored.generation(), stored.indexes_folder()), model.name if model else "none"

    def refresh(self, *, force: bool = False) -> None:
        """Reopen the stores if another process has indexed since, or if forced.

        An embedded vector index does not see what another process writes, so it is closed first. Questions wait
        meanwhile.

        Raises:
            RetrievalError: when the stores cannot be opened.
        """
        state, _ = self._probe()
        with self._free:
            self._free.wait_for(lambda: not self._changing)
            if self._opened is not None and self._opened.state == state and not force:
                return
            self._changing = True
            try:
                self._free.wait_for(lambda: self._users == 0)
                self._close()
                self._open()
            finally:
                self._changing = False
                self._free.notify_all()

    @contextmanager
    def _use(self) -> Iterator[_Opened]:
        with self._free:
            self._free.wait_for(lambda: not self._changing)
            opened = self._opened or self._open()
            self._users += 1
        try:
            yield opened
        finally:
            with self._free:
                self._users -= 1
                self._free.notify_all()

    def _reopening(self, work: Callable[[_Opened], T]) -> T:
        """The result of ``work``, repeated with reopened stores if one was changed while it ran."""
        try:
            with self._use() as opened:
                return work(opened)
        except VectorsUnavailableError:
            raise  # reopening does not help: the searcher reconnects by itself
        except StorageError as error:
            _log.warning("Reopening the articles: %s", error)
        self.refresh(force=True)
        with self._use() as opened:
            return work(opened)

    def ask(self, question: str, quotes: int, article_id: str | None = None, previous: str | None = None) -> Answer:
        """As ``Searcher.ask``."""
        return self._reopening(
            lambda opened: opened.searcher.ask(question, quotes=quotes, article_id=article_id, previous=previous)
        )

    def find(self, words: str, limit: int) -> Findings:
        """As ``Searcher.find``."""
        return self._reopening(lambda opened: opened.searcher.find(words, limit=limit))

    def read(self, article_id: str) -> tuple[ArticleSummary, list[Paragraph]]:
        """As ``ArticleReader.read``."""
        return self._reopening(lambda opened: opened.reader.read(article_id))

    def text(self, article_id: str) -> str:
        """The whole text of an article.

        Raises:
            UnknownArticleError: when there is no such article.
            AlteredArticleError: when its stored text is not the text that was indexed.
        """
        return self._reopening(lambda opened: opened.reader.omissions(article_id)[0])

    def quotes(self, refs: Sequence[QuoteRef]) -> list[Quote | None]:
        """The quotes at ``refs``; ``None`` where the article is gone or its text has changed."""
        texts: dict[str, str] = {}
        for article_id in {ref.article for ref in refs}:
            with suppress(UnknownArticleError, AlteredArticleError):
                texts[article_id] = self.text(article_id)
        found = [(ref, texts.get(ref.article), self.title_index.get(ref.article)) for ref in refs]
        return [ref.quote(text, known.metadata) if text is not None and known else None for ref, text, known in found]

    def around(self, ref: QuoteRef) -> list[Paragraph]:
        """The paragraphs of a quote, and two more before and after it."""
        _, paragraphs = self.read(ref.article)
        inside = [index for index, p in enumerate(paragraphs) if p.start < ref.end and p.end > ref.start]
        return paragraphs[max(0, inside[0] - 2) : inside[-1] + 3] if inside else []
