"""A data folder and what lives in it: opens the stores, and runs an indexing from start to end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from retrieval.core.errors import (
    CorpusFileError,
    DamagedIndexError,
    DamagedStoreError,
    one_line,
)
from retrieval.core.settings import Settings
from retrieval.core.timing import Progress, no_progress
from retrieval.core.types import Article
from retrieval.index.embedding import Embedder, NoEmbedder, OpenEmbedder, lazy_embedder
from retrieval.index.indexer import ANALYSIS, Indexer, Plan
from retrieval.index.stores import forget_stale, open_stores
from retrieval.index.vector import greet
from retrieval.ingest import LoadedCorpus, article_digest, load_catalog, load_corpus
from retrieval.storage.home.layout import LIBRARY_FILE
from retrieval.storage.home.lock import owning
from retrieval.storage.library import ArticleTable, LibraryWriter

#: What a corpus gives: article and digest by article id.
Wanted = dict[str, tuple[Article, str]]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an indexing run did. ``problems`` concern single files, ``notices`` the data folder."""

    plan: Plan
    articles: int
    passages: int
    problems: tuple[CorpusFileError, ...]
    notices: tuple[str, ...]
    seconds: float


def refill(settings: Settings, ended: Callable[[], bool] = lambda: False) -> None:
    """Give the derived indexes what they lack, from the library alone. Raises HomeBusyError, StorageError."""
    with owning(settings.home), LibraryWriter(settings.home) as library:
        identity = library.properties.model()
        if identity is None:  # nothing was ever indexed
            return
        with open_stores(settings, library, library.properties.indexes_folder(), ended) as stores:
            Indexer(library, stores, NoEmbedder(identity)).reconcile()
        forget_stale(settings, library, library.properties.indexes_folder())


def run_indexing(
    settings: Settings,
    *,
    rebuild: bool = False,
    allow_removal: bool = False,
    progress: Progress = no_progress,
    open_embedder: OpenEmbedder = lazy_embedder,
) -> IndexReport:
    """Bring the data folder into step with the corpus folder; ``rebuild`` makes the derived indexes anew.

    They are made anew as well where one of them is damaged, as a kill at a bad moment can leave Chroma's files.

    Raises HomeBusyError, NoCorpusError, RemovalRefusedError, ModelMismatchError, StorageError;
    VectorsUnavailableError where the vector server is unavailable: what was published until then stays, and the next
    run continues from there.
    """
    started = time.monotonic()
    if settings.chroma is not None:
        greet(settings.chroma)  # before anything is begun that would need it
    notices: list[str] = []
    with owning(settings.home), _open_library(settings, notices, rebuild=rebuild) as library:
        embedder = open_embedder(settings, library.properties.model())
        run = _Run(settings, library, embedder, progress)
        try:
            plan, problems = run.apply(allow_removal=allow_removal, anew=rebuild)
        except DamagedIndexError as error:
            if rebuild:
                raise
            notices.append(f"{error.place} was {error.problem}; both indexes were made anew from the library.")
            plan, problems = run.apply(allow_removal=allow_removal, anew=True)
        articles, passages = len(library.articles.digests()), library.passages.count()
    return IndexReport(plan, articles, passages, problems, tuple(notices), time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Run:
    """One indexing run over an open library."""

    settings: Settings
    library: LibraryWriter
    embedder: Embedder
    progress: Progress

    def apply(self, *, allow_removal: bool, anew: bool) -> tuple[Plan, tuple[CorpusFileError, ...]]:
        """Bring library and indexes into step with the corpus, the indexes ``anew`` first; and what went wrong."""
        library, settings, progress = self.library, self.settings, self.progress
        progress("Reading articles", 0, None)
        corpus = load_corpus(
            settings.corpus,
            max_tokens=self.embedder.identity.max_tokens,
            progress=progress,
        )
        wanted = _wanted(library.articles, corpus, settings.corpus)
        if anew and library.passages.count():
            _rebuild(settings, library, self.embedder, wanted, progress)
        name = library.properties.indexes_folder()
        forget_stale(settings, library, name)
        with open_stores(settings, library, name) as stores:
            indexer = Indexer(library, stores, self.embedder)
            indexer.reconcile()
            indexer.progress = _counted("Encoding passages", _new_passages(library.articles, wanted), progress)
            done = indexer.update(wanted, unread=_unread(library.articles, corpus), allow_removal=allow_removal)
        return done, (*corpus.problems, *indexer.problems)


def _open_library(settings: Settings, notices: list[str], *, rebuild: bool) -> LibraryWriter:
    """The library; in a rebuild a damaged one is moved aside and begun anew, if there is a corpus to begin from."""
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


def _rebuild(
    settings: Settings, library: LibraryWriter, embedder: Embedder, wanted: Wanted, progress: Progress
) -> None:
    """New derived indexes beside the old ones, then one step from these to those."""
    library.discard_staged()
    identity = library.properties.model()
    name = f"indexes-{int(library.properties.indexes_folder().rpartition('-')[2]) + 1}"
    forget_stale(settings, library, library.properties.indexes_folder())
    with open_stores(settings, library, name) as stores:
        indexer = Indexer(library, stores, embedder, _counted("Rebuilding indexes", library.passages.count(), progress))
        if identity is not None and identity.fingerprint == embedder.identity.fingerprint:
            indexer.fill(library.passages.keys())
            indexer.publish(stores, properties={"indexes": name})
            library.forget_retired()
        else:
            indexer.reencode(stores, {"indexes": name}, wanted)


def _wanted(stored: ArticleTable, corpus: LoadedCorpus, folder: Path) -> Wanted:
    """The corpus's articles with their digests."""
    wanted = {article.article_id: (article, f"{ANALYSIS}:{article_digest(article)}") for article in corpus.articles}
    try:
        load_catalog(folder)
    except CorpusFileError:  # among the problems already; what it said of files that have not changed still holds
        altered = set(stored.altered())
        for article_id, digest in stored.digests().items():
            if article_id in wanted and article_id not in altered:
                article = wanted[article_id][0]
                if stored.source(article_id)[0] == article.source:
                    wanted[article_id] = (article, digest)
    return wanted


def _counted(stage: str, total: int, progress: Progress) -> Callable[[int], None]:
    done = 0

    def advance(passages: int) -> None:
        nonlocal done
        done += passages
        progress(stage, done, max(total, done))

    if total:
        progress(stage, 0, total)
    return advance


def _new_passages(stored: ArticleTable, wanted: Wanted) -> int:
    digests = stored.digests()
    return sum(len(article.passages) for name, (article, digest) in wanted.items() if digests.get(name) != digest)


def _unread(stored: ArticleTable, corpus: LoadedCorpus) -> set[str]:
    """Articles that are not gone although the corpus does not give them now."""
    hidden = tuple(f"{folder}/" for folder in corpus.unlisted)
    below = {a.article_id for a in stored.summaries() if hidden and a.files[0].startswith(hidden)}
    return set(corpus.unread) | below
