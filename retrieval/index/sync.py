"""Brings a data folder into step with its sources: one indexing run from start to end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from retrieval.core.errors import CorpusFileError, DamagedIndexError, DamagedStoreError, NoTextError, one_line
from retrieval.core.findings import Finding, FindingKind
from retrieval.core.settings import DEFAULT_CORPUS, Settings
from retrieval.core.timing import Progress, no_progress
from retrieval.core.types import Article
from retrieval.index.embedding import Embedder, NoEmbedder, OpenEmbedder, lazy_embedder
from retrieval.index.indexer import ANALYSIS, Indexer
from retrieval.index.plan import FilePlan, Plan, aliases_of, plan_files, stored_digest
from retrieval.index.stores import delete_stale, open_stores
from retrieval.index.vector import probe_server
from retrieval.ingest import Scan, SourceFile, build_articles, load_corpus, partly_read
from retrieval.ingest.isolation import ArticleBuilder, Job, ParserPool
from retrieval.ingest.roots import scan_roots, source_folders
from retrieval.ingest.sources.folder import read_bytes
from retrieval.storage.home.layout import LIBRARY_FILE, SOURCES_FOLDER, next_generation
from retrieval.storage.home.lock import owning
from retrieval.storage.library import Library, LibraryWriter, StoredVersion

#: Property with the folder of the last run.
CORPUS_FOLDER = "corpus_folder"

#: Opens what builds the articles of files: worker processes, unless a test needs none.
OpenParser = Callable[[], ArticleBuilder]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """Results of an indexing run.

    ``problems`` concern single files and must be acted on, ``findings`` are files that were left out for a harmless
    reason, ``notices`` concern the data folder.
    """

    plan: Plan
    articles: int
    passages: int
    problems: tuple[CorpusFileError, ...]
    notices: tuple[str, ...]
    seconds: float
    findings: tuple[Finding, ...] = ()


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
    open_parser: OpenParser = ParserPool,
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
        run = IndexRun(settings, library, embedder, progress, open_parser)
        try:
            plan, problems, findings = run.apply(allow_removal=allow_removal, rebuild=rebuild)
        except DamagedIndexError as error:
            if rebuild:
                raise
            notices.append(f"{error.place} was {error.problem}; both indexes were rebuilt from the library.")
            plan, problems, findings = run.apply(allow_removal=allow_removal, rebuild=True)
        articles, passages = len(library.articles.digests()), library.passages.count()
    seconds = time.monotonic() - started
    return IndexReport(plan, articles, passages, tuple(problems), tuple(notices), seconds, tuple(findings))


@dataclass(frozen=True, slots=True)
class IndexRun:
    """One indexing run over an open library."""

    settings: Settings
    library: LibraryWriter
    embedder: Embedder
    progress: Progress
    open_parser: OpenParser = ParserPool

    def apply(self, *, allow_removal: bool, rebuild: bool) -> tuple[Plan, list[CorpusFileError], list[Finding]]:
        """Bring library and indexes into step with the corpus; what was done, and the files that failed."""
        library, settings = self.library, self.settings
        window = self.embedder.identity.max_tokens
        folder = corpus_folder(settings, library)
        scan = scan_roots(folder, settings.home / SOURCES_FOLDER, max_tokens=window, progress=self.progress)
        stored = library.articles.versions()
        altered = library.articles.altered()
        if rebuild and library.passages.count():
            self._rebuild(altered, scan)
            altered = library.articles.altered()
        delete_stale(settings, library)
        actions = plan_files(scan, stored, analysis=ANALYSIS, altered=altered)
        if not allow_removal:
            actions.check_removal(len(stored))
        with open_stores(settings, library, library.properties.indexes_folder()) as stores, self.open_parser() as pool:
            indexer = Indexer(library, stores, self.embedder, _counted("Encoding passages", self.progress))
            indexer.reconcile()
            reading = _Reading(scan, actions, pool, self.progress)
            done = indexer.update(reading.articles())
            made = {article_id for _, ids in reading.made for article_id in ids}
            replaced = {each for old, ids in reading.made if set(ids) <= set(done) for each in old} - made
            gone = sorted({*actions.gone, *replaced} & stored.keys())
            indexer.remove(gone)
        aliases = dict(actions.moved)
        for old, ids in reading.made:
            aliases |= aliases_of(old, ids)
        library.add_aliases({old: new for old, new in aliases.items() if old not in made})
        findings = [*scan.findings, *reading.findings, *_still_partly_read(library, stored, actions)]
        library.set_findings(findings)
        if folder is not None:
            library.set_properties({CORPUS_FOLDER: str(folder.absolute())})
        report = Plan(
            add=tuple(sorted(set(done) - stored.keys())),
            replace=tuple(sorted(set(done) & stored.keys())),
            remove=tuple(each for each in gone if each not in aliases),
            unchanged=actions.unchanged,
        )
        problems = [*scan.problems, *reading.problems, *indexer.problems]
        return report, problems, findings

    def _rebuild(self, altered: Collection[str], scan: Scan) -> None:
        """Build new derived indexes beside the old ones, then switch to them in one step."""
        library, embedder = self.library, self.embedder
        library.discard_staged()
        model = library.properties.model()
        name = next_generation(library.properties.indexes_folder())
        delete_stale(self.settings, library)
        with open_stores(self.settings, library, name) as stores:
            progress = _counted("Rebuilding indexes", self.progress)
            indexer = Indexer(library, stores, embedder, progress)
            if model is not None and model.fingerprint == embedder.identity.fingerprint:
                indexer.fill(library.passages.keys())
                indexer.publish(properties={"indexes": name})
                library.forget_retired()
            else:
                indexer.reencode({"indexes": name}, self._read_again(altered, scan))

    def _read_again(self, article_ids: Collection[str], scan: Scan) -> dict[str, tuple[Article, str]]:
        """Articles of the corpus by id, of those named; their stored texts cannot be trusted."""
        versions = self.library.articles.versions()
        files = {versions[each].files[0] for each in article_ids if each in versions}
        found: dict[str, tuple[Article, str]] = {}
        for file in scan.files:
            if not files.isdisjoint(file.files):
                with contextlib.suppress(CorpusFileError):
                    for article in build_articles(read_bytes(file.path, file.file), file.file, file.options):
                        found[article.article_id] = (
                            replace(article, files=file.files),
                            stored_digest(file.digest, ANALYSIS),
                        )
        return found


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
    load_corpus(settings.corpus or Path(DEFAULT_CORPUS))  # refuse where nothing could replace it
    aside = f"{LIBRARY_FILE}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            (home / f"{LIBRARY_FILE}{suffix}").rename(home / f"{aside}{suffix}")
    problem = one_line(problem)
    notices.append(f"The library was {problem}; it was kept as {home / aside}, and a new one was made from the corpus.")
    return LibraryWriter(home)


def _still_partly_read(library: Library, stored: Mapping[str, StoredVersion], plan: FilePlan) -> list[Finding]:
    """Findings of earlier runs on files that have not changed since."""
    unchanged = {stored[article_id].files[0] for article_id in plan.unchanged}
    earlier = library.articles.findings()
    return [each for each in earlier if each.kind is FindingKind.PARTLY_READ and each.file in unchanged]


@dataclass(slots=True)
class _Reading:
    """Parses the files of a plan in worker processes, as the articles are asked for."""

    scan: Scan
    plan: FilePlan
    pool: ArticleBuilder
    progress: Progress
    made: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)  # ids before and now, by file
    problems: list[CorpusFileError] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def articles(self) -> Iterator[tuple[Article, str]]:
        """The articles with their digests; a file that cannot be read is one of the problems or findings."""
        taken = set(self.plan.unchanged) - {each for _, old in self.plan.read for each in old}
        results = self.pool.run(job for file, _ in self.plan.read if (job := self._job(file)) is not None)
        by_file = {file.file: (file, old) for file, old in self.plan.read}
        for done, (job, result) in enumerate(results, start=1):
            file, old = by_file[job.file]
            if isinstance(result, NoTextError):
                self.findings.append(Finding(FindingKind.NO_TEXT, file.file, result.problem))
            elif isinstance(result, CorpusFileError):
                self.problems.append(result)
            else:
                self.findings += partly_read(file.file, result)
                yield from self._accepted(file, old, result, taken)
            self.progress("Parsing files", done, len(self.plan.read))

    def _accepted(
        self, file: SourceFile, old: tuple[str, ...], articles: tuple[Article, ...], taken: set[str]
    ) -> Iterator[tuple[Article, str]]:
        ids = []
        for article in articles:
            self.problems += self.scan.config.missing_paragraphs(article)
            if article.article_id in taken:
                problem = f'another file gives an article "{article.article_id}" as well'
                self.problems.append(CorpusFileError(file.file, problem, "Rename one of the two."))
                continue
            taken.add(article.article_id)
            ids.append(article.article_id)
            yield replace(article, files=file.files), stored_digest(file.digest, ANALYSIS)
        self.made.append((old, tuple(ids)))

    def _job(self, file: SourceFile) -> Job | None:
        try:
            return Job(file.file, read_bytes(file.path, file.file), file.options)
        except CorpusFileError as error:
            self.problems.append(error)
            return None


def corpus_folder(settings: Settings, library: Library) -> Path | None:
    """Folder of the corpus: the one that the settings name, else that of the last run, else the seeds.

    ``None`` where only archives, repositories and pages were indexed.
    """
    remembered = library.properties.get(CORPUS_FOLDER)
    if settings.corpus is None and remembered is None and source_folders(settings.home / SOURCES_FOLDER):
        return None
    return settings.corpus or Path(remembered or DEFAULT_CORPUS)


def _counted(stage: str, progress: Progress) -> Callable[[int], None]:
    done = 0

    def advance(passages: int) -> None:
        nonlocal done
        done += passages
        progress(stage, done, None)

    return advance
