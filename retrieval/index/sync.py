"""Brings a data folder into step with its sources: one indexing run from start to end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from retrieval.core.errors import CorpusFileError, DamagedIndexError, DamagedStoreError, one_line
from retrieval.core.settings import Settings
from retrieval.core.timing import Progress, no_progress
from retrieval.core.types import Article
from retrieval.index.embedding import Embedder, NoEmbedder, OpenEmbedder, lazy_embedder
from retrieval.index.indexer import ANALYSIS, Indexer, Plan
from retrieval.index.stores import delete_stale, open_stores
from retrieval.index.vector import probe_server
from retrieval.ingest import LoadedCorpus, article_digest, load_corpus
from retrieval.storage.home.layout import LIBRARY_FILE, next_generation
from retrieval.storage.home.lock import owning
from retrieval.storage.library import ArticleTable, LibraryWriter

#: Articles of a corpus with their digests, by id.
ArticlesById = dict[str, tuple[Article, str]]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """Results of an indexing run. ``problems`` concern single files, ``notices`` the data folder."""

    plan: Plan
    articles: int
    passages: int
    problems: tuple[CorpusFileError, ...]
    notices: tuple[str, ...]
    seconds: float


def reconcile_indexes(settings: Settings, ended: Callable[[], bool] = lambda: False) -> None:
    """Give the derived indexes what they lack, from the library alone.

    When ``ended`` returns true no further request is made to a server.

    Raises:
        HomeBusyError: when another process writes the data folder.
        StorageError: when a store cannot be written.
    """
    with owning(settings.home), LibraryWriter(settings.home) as library:
        model = library.properties.model()
        if model is None:  # nothing was ever indexed
            return
        with open_stores(settings, library, library.properties.indexes_folder(), ended) as stores:
            Indexer(library, stores, NoEmbedder(model)).reconcile()
        delete_stale(settings, library)


def run_indexing(
    settings: Settings,
    *,
    rebuild: bool = False,
    allow_removal: bool = False,
    progress: Progress = no_progress,
    open_embedder: OpenEmbedder = lazy_embedder,
) -> IndexReport:
    """Bring the data folder into step with the corpus folder.

    ``rebuild`` builds new derived indexes; so does a damaged one, as a kill at a bad moment can leave Chroma's files.

    Raises:
        HomeBusyError: when another process writes the data folder.
        NoCorpusError: when there is no corpus folder.
        RemovalRefusedError: when more than half of the articles would go, unless ``allow_removal``.
        ModelMismatchError: when another model made the vectors, unless ``rebuild``.
        StorageError: when a store cannot be read or written; VectorsUnavailableError, when the server is unavailable.
            What was published until then stays, and the next run continues from there.
    """
    started = time.monotonic()
    if settings.chroma is not None:
        probe_server(settings.chroma)  # before anything is begun that would need it
    notices: list[str] = []
    with owning(settings.home), _open_library(settings, notices, rebuild=rebuild) as library:
        embedder = open_embedder(settings, library.properties.model())
        run = IndexRun(settings, library, embedder, progress)
        try:
            plan, problems = run.apply(allow_removal=allow_removal, rebuild=rebuild)
        except DamagedIndexError as error:
            if rebuild:
                raise
            notices.append(f"{error.place} was {error.problem}; both indexes were rebuilt from the library.")
            plan, problems = run.apply(allow_removal=allow_removal, rebuild=True)
        articles, passages = len(library.articles.digests()), library.passages.count()
    return IndexReport(plan, articles, passages, problems, tuple(notices), time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class IndexRun:
    """One indexing run over an open library."""

    settings: Settings
    library: LibraryWriter
    embedder: Embedder
    progress: Progress

    def apply(self, *, allow_removal: bool, rebuild: bool) -> tuple[Plan, tuple[CorpusFileError, ...]]:
        """Bring library and indexes into step with the corpus; what was done, and the files that failed."""
        library, settings, progress = self.library, self.settings, self.progress
        progress("Reading articles", 0, None)
        corpus = load_corpus(settings.corpus, max_tokens=self.embedder.identity.max_tokens, progress=progress)
        articles = _with_digests(library.articles, corpus)
        if rebuild and library.passages.count():
            self._rebuild(articles)
        delete_stale(settings, library)
        with open_stores(settings, library, library.properties.indexes_folder()) as stores:
            stored = library.articles.digests()
            new = sum(len(a.passages) for name, (a, digest) in articles.items() if stored.get(name) != digest)
            indexer = Indexer(library, stores, self.embedder, _counted("Encoding passages", new, progress))
            indexer.reconcile()
            done = indexer.update(articles, unread=_unread(library.articles, corpus), allow_removal=allow_removal)
        return done, (*corpus.problems, *indexer.problems)

    def _rebuild(self, articles: ArticlesById) -> None:
        """Build new derived indexes beside the old ones, then switch to them in one step."""
        library, embedder = self.library, self.embedder
        library.discard_staged()
        model = library.properties.model()
        name = next_generation(library.properties.indexes_folder())
        delete_stale(self.settings, library)
        with open_stores(self.settings, library, name) as stores:
            progress = _counted("Rebuilding indexes", library.passages.count(), self.progress)
            indexer = Indexer(library, stores, embedder, progress)
            if model is not None and model.fingerprint == embedder.identity.fingerprint:
                indexer.fill(library.passages.keys())
                indexer.publish(properties={"indexes": name})
                library.forget_retired()
            else:
                indexer.reencode({"indexes": name}, articles)


def _open_library(settings: Settings, notices: list[str], *, rebuild: bool) -> LibraryWriter:
    """Open the library; a rebuild moves a damaged one aside and makes a new one, if there is a corpus to read."""
    home = settings.home
    try:
        library = LibraryWriter(home)
        problem = library.check() if rebuild else None
        if problem is None:
            return library
        library.close()
    except DamagedStoreError as error:
        if not rebuild:
            raise
        problem = error.problem
    load_corpus(settings.corpus)
    aside = f"{LIBRARY_FILE}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            (home / f"{LIBRARY_FILE}{suffix}").rename(home / f"{aside}{suffix}")
    problem = one_line(problem)
    notices.append(f"The library was {problem}; it was kept as {home / aside}, and a new one was made from the corpus.")
    return LibraryWriter(home)


def _with_digests(stored: ArticleTable, corpus: LoadedCorpus) -> ArticlesById:
    """Articles with their digests; where the catalog is unread, an unchanged one keeps its stored digest."""
    articles = {article.article_id: (article, f"{ANALYSIS}:{article_digest(article)}") for article in corpus.articles}
    if not corpus.catalog_read:
        altered = set(stored.altered())
        for article_id, digest in stored.digests().items():
            if article_id in articles and article_id not in altered:
                article = articles[article_id][0]
                if stored.source(article_id)[0] == article.source:
                    articles[article_id] = (article, digest)
    return articles


def _counted(stage: str, total: int, progress: Progress) -> Callable[[int], None]:
    done = 0

    def advance(passages: int) -> None:
        nonlocal done
        done += passages
        progress(stage, done, max(total, done))

    if total:
        progress(stage, 0, total)
    return advance


def _unread(stored: ArticleTable, corpus: LoadedCorpus) -> set[str]:
    """Ids of articles that still exist although they could not be read now."""
    hidden = tuple(f"{folder}/" for folder in corpus.unlisted)
    below = {a.article_id for a in stored.summaries() if hidden and a.files[0].startswith(hidden)}
    return set(corpus.unread) | below
