"""Checks of the installation and its data folder, each with a plain remedy."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from retrieval.core.errors import CorpusFileError, NoTextError, NotIndexedError, RetrievalError, VectorsUnavailableError
from retrieval.core.health import Check, Verdict
from retrieval.core.settings import DEFAULT_CORPUS, Settings
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.index.embedding import find_model, fingerprint
from retrieval.index.lexical import TantivyLexicalIndex
from retrieval.index.sync import corpus_folder
from retrieval.index.vector import ChromaVectorIndex, ServerVectorIndex, probe_server
from retrieval.ingest import scan_corpus
from retrieval.ingest.isolation import Job, ParserPool
from retrieval.ingest.sources.folder import read_bytes
from retrieval.maintenance.environment_checks import (
    check_databases,
    check_memory,
    check_parsers,
    lock_holders,
    stale_copies,
)
from retrieval.maintenance.plugins import plugin_checks
from retrieval.storage.home.index_state import StateFile, StateMarker, is_current
from retrieval.storage.home.layout import LEXICAL_FOLDER, VECTOR_FOLDER, collection_name
from retrieval.storage.home.lock import is_owned, owner_of
from retrieval.storage.library import Library
from retrieval.storage.library.rows import sha256

PACKAGES = ("chromadb", "tantivy", "sentence-transformers", "torch", "discord.py")
_MIN_FREE_DISK = 1_000_000_000  # bytes


def run_checks(settings: Settings, environ: Mapping[str, str] | None = None) -> list[Check]:
    """Run all checks: installation, inputs, data folder, stores. Never raises a RetrievalError.

    With ``environ``, the variables that are set, the checks of other packages run too.

    Example:
        >>> run_checks(Settings())[0].subject  # doctest: +SKIP
        'Installation'
    """
    home, model = settings.home, settings.embedding_model
    checks = [
        _installed(),
        _errors_as_bad("Model", lambda: f"{model} ({fingerprint(find_model(model))})"),
        _errors_as_bad("Corpus", lambda: _corpus(_corpus_folder(settings))),
        _folder(home),
        _disk(home),
        check_memory(),
        check_parsers(),
    ]
    if (server := settings.chroma) is not None:
        checks.append(_errors_as_bad("Chroma server", lambda: _server(server)))
    checks += [*lock_holders(home), *_stores(settings), *check_databases(home), *stale_copies(home)]
    return checks if environ is None else [*checks, *plugin_checks(environ)]


def _errors_as_bad(subject: str, check: Callable[[], str]) -> Check:
    """Run a check that returns its good finding, or raises."""
    try:
        return Check(subject, Verdict.GOOD, check())
    except VectorsUnavailableError as error:
        return _unavailable(subject, error)
    except RetrievalError as error:
        return Check(subject, Verdict.BAD, str(error))


def _unavailable(subject: str, error: VectorsUnavailableError) -> Check:
    finding, _, remedy = error.health.detail.partition(". ")
    return Check(subject, Verdict.BAD, f"{error.health.state}: {finding}", f"{remedy}.")


def _installed() -> Check:
    found = []
    for name in ("pullquote", *PACKAGES):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            return Check("Installation", Verdict.BAD, f"{name} is not installed", "Run: make setup")
    return Check("Installation", Verdict.GOOD, f"Python {platform.python_version()}, {', '.join(found)}")


def _corpus_folder(settings: Settings) -> Path | None:
    """Folder that the settings name, else that of the last run."""
    if settings.corpus is None:
        with contextlib.suppress(RetrievalError), Library(settings.home) as library:
            return corpus_folder(settings, library)
    return settings.corpus or Path(DEFAULT_CORPUS)


def _corpus(folder: Path | None) -> str:
    if folder is None:
        return "no folder; archives, repositories and pages alone"
    scan = scan_corpus(folder)
    problems: list[RetrievalError] = list(scan.problems)
    jobs = (Job(each.file, read_bytes(each.path, each.file), each.options) for each in scan.files)
    with ParserPool() as pool:  # whatever a file does, it does not end this check
        failed = [result for _, result in pool.run(jobs) if isinstance(result, CorpusFileError)]
    problems += [error for error in failed if not isinstance(error, NoTextError)]
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        raise RetrievalError(f"{folder}: {'; '.join(map(str, problems[:3]))}{more}")
    return f"{folder}: {len(scan.files) - len(failed)} articles, all readable"


def _folder(home: Path) -> Check:
    if not home.exists():
        return Check("Data folder", Verdict.NOTE, f"{home} does not exist yet", "Run: pullquote index")
    if not home.is_dir():
        remedy = "Name another folder with --home or PULLQUOTE_HOME."
        return Check("Data folder", Verdict.BAD, f"{home} is a file", remedy)
    if not os.access(home, os.W_OK | os.X_OK):
        remedy = f"Give this user the right to write {home}."
        return Check("Data folder", Verdict.BAD, f"{home} is not writable", remedy)
    if is_owned(home):  # no lock is taken: that would turn away a process that starts to write now
        return Check("Data folder", Verdict.NOTE, f"{home} is owned by process {owner_of(home)}")
    return Check("Data folder", Verdict.GOOD, f"{home} is writable, no other process is writing it")


def _disk(home: Path) -> Check:
    place = next(folder for folder in (home.absolute(), *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    finding = f"{free / 1e9:.1f} GB free"
    if free < _MIN_FREE_DISK:
        return Check("Disk", Verdict.BAD, finding, "Make room: an indexing run needs space beside the present indexes.")
    return Check("Disk", Verdict.GOOD, finding)


def _server(server: ChromaServer) -> str:
    sent = "a token" if server.token else "no token"
    return f"{server.url}, version {probe_server(server)}, {sent} is sent"


def _stores(settings: Settings) -> Iterator[Check]:
    """Check the library, and that both derived indexes hold its passages."""
    try:
        with Library(settings.home) as library:
            yield _library(library)
            yield from _indexes(settings, library)
    except NotIndexedError as error:
        yield Check("Library", Verdict.NOTE, "nothing is indexed yet", str(error).rpartition(". ")[2])
    except RetrievalError as error:
        yield Check("Library", Verdict.BAD, str(error))


def _library(library: Library) -> Check:
    problem = library.check()
    if problem is not None:
        return Check("Library", Verdict.BAD, f"damaged: {problem}", "Run: pullquote index --rebuild")
    ids = [article.article_id for article in library.articles.summaries()]
    sources = ((article_id, *library.articles.source(article_id)) for article_id in ids)
    altered = {article_id for article_id, source, expected in sources if sha256(source) != expected}
    altered.update(library.articles.altered())
    if altered:
        finding = f"the stored text no longer matches its checksum: {', '.join(sorted(altered))}"
        return Check("Library", Verdict.BAD, finding, "Run: pullquote index --rebuild")
    finding = f"{len(ids)} articles, {library.passages.count()} passages, all checksums match"
    return Check("Library", Verdict.GOOD, finding)


def _indexes(settings: Settings, library: Library) -> Iterator[Check]:
    identity = library.properties.model()
    current = fingerprint(find_model(settings.embedding_model))
    if identity is not None and identity.fingerprint != current:
        finding = f"the library was made with {identity}, the current model is {settings.embedding_model} ({current})"
        remedy = "Set EMBEDDING_MODEL back, or run: pullquote index --rebuild"
        yield Check("Model of the library", Verdict.BAD, finding, remedy)
    live = set(library.passages.keys())
    folder = settings.home / library.properties.indexes_folder()
    if not folder.is_dir():
        yield Check("Indexes", Verdict.BAD, f"{folder} is missing", "Run: pullquote index")
        return
    with TantivyLexicalIndex(folder / LEXICAL_FOLDER) as words:
        yield _index("Keyword index", live, words.keys(), library, StateFile(folder))
    try:
        with _vectors(settings, library, folder) as vectors:
            if identity is not None:
                # a damaged vector index can still count
                vectors.nearest(np.ones(identity.dimensions, dtype=np.float32), min(1000, len(live)))
            marker = vectors if isinstance(vectors, ServerVectorIndex) else StateFile(folder)
            yield _index("Vector index", live, vectors.keys(), library, marker)
    except VectorsUnavailableError as error:
        yield _unavailable("Vector index", error)


def _vectors(settings: Settings, library: Library, folder: Path) -> ChromaVectorIndex | ServerVectorIndex:
    if settings.chroma is None:
        return ChromaVectorIndex(folder / VECTOR_FOLDER)
    return ServerVectorIndex(settings.chroma, collection_name(library.properties.library_id(), folder.name))


def _index(name: str, live: set[int], keys: set[int], library: Library, marker: StateMarker) -> Check:
    missing, extra = len(live - keys), len(keys - live)
    if not (missing or extra) and is_current(marker, library.properties.state):
        return Check(name, Verdict.GOOD, f"{len(keys)} passages, the same as in the library")
    finding = "it was made for another state of the library"
    if missing or extra:
        finding = f"{missing} passages missing, {extra} left over"
    return Check(name, Verdict.BAD, finding, "Run: pullquote index")
