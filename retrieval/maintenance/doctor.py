"""Checks of the installation and its data folder, each with a plain remedy."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from retrieval.core.chroma_endpoint import ChromaServer
from retrieval.core.errors import NotIndexedError, RetrievalError, VectorsUnavailableError
from retrieval.core.health import Check, Verdict
from retrieval.core.settings import Settings
from retrieval.index.embedding import find_model, fingerprint
from retrieval.index.lexical import TantivyLexicalIndex
from retrieval.index.vector import ChromaVectorIndex, ServerVectorIndex, probe_server
from retrieval.ingest import load_corpus
from retrieval.maintenance import environment_checks
from retrieval.maintenance.plugins import plugin_checks
from retrieval.storage.home.index_state import StateFile, StateMarker, is_current
from retrieval.storage.home.layout import LEXICAL_FOLDER, VECTOR_FOLDER, collection_name
from retrieval.storage.home.lock import is_owned, owner_of
from retrieval.storage.library import Library
from retrieval.storage.library.rows import sha256

__all__ = ["Check", "Verdict", "run_checks"]

PACKAGES = ("chromadb", "tantivy", "sentence-transformers", "torch", "discord.py")
_MIN_FREE_DISK = 1_000_000_000  # bytes


def run_checks(settings: Settings, environ: Mapping[str, str] | None = None) -> list[Check]:
    """Run all checks: installation, inputs, data folder, stores. Never raises a RetrievalError.

    With ``environ``, the variables that are set, the checks of other packages run too.

    Example:
        >>> run_checks(Settings())[0].subject  # doctest: +SKIP
        'Installation'
    """
    home = settings.home
    checks = [
        _installed(),
        _model(settings),
        _corpus(settings),
        _folder(home),
        _disk(home),
        environment_checks.check_memory(),
    ]
    if settings.chroma is not None:
        checks.append(_server(settings.chroma))
    checks += [*environment_checks.lock_holders(home), *_stores(settings)]
    checks += [*environment_checks.check_databases(home), *environment_checks.stale_copies(home)]
    return checks if environ is None else [*checks, *plugin_checks(environ)]


def _errors_as_bad(subject: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except RetrievalError as error:
        return Check(subject, Verdict.BAD, str(error))


def _installed() -> Check:
    found = []
    for name in ("pullquote", *PACKAGES):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            return Check("Installation", Verdict.BAD, f"{name} is not installed", "Run: make setup")
    return Check("Installation", Verdict.GOOD, f"Python {platform.python_version()}, {', '.join(found)}")


def _model(settings: Settings) -> Check:
    def check() -> Check:
        name = settings.embedding_model
        return Check("Model", Verdict.GOOD, f"{name} ({fingerprint(find_model(name))})")

    return _errors_as_bad("Model", check)


def _corpus(settings: Settings) -> Check:
    def check() -> Check:
        corpus = load_corpus(settings.corpus)
        if corpus.problems:
            problems = "; ".join(map(str, corpus.problems[:3]))
            more = f" (and {len(corpus.problems) - 3} more)" if len(corpus.problems) > 3 else ""
            return Check("Corpus", Verdict.BAD, f"{settings.corpus}: {problems}{more}")
        return Check("Corpus", Verdict.GOOD, f"{settings.corpus}: {len(corpus.articles)} articles, all readable")

    return _errors_as_bad("Corpus", check)


def _folder(home: Path) -> Check:
    if not home.exists():
        return Check("Data folder", Verdict.NOTE, f"{home} does not exist yet", "Run: pullquote index")
    if not home.is_dir():
        return Check(
            "Data folder", Verdict.BAD, f"{home} is a file", "Name another folder with --home or PULLQUOTE_HOME."
        )
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


def _server(server: ChromaServer) -> Check:
    def check() -> Check:
        try:
            version = probe_server(server)
        except VectorsUnavailableError as error:
            finding, _, remedy = error.health.detail.partition(". ")
            return Check("Chroma server", Verdict.BAD, f"{error.health.state}: {finding}", f"{remedy}.")
        sent = "a token" if server.token else "no token"
        return Check("Chroma server", Verdict.GOOD, f"{server.url}, version {version}, {sent} is sent")

    return _errors_as_bad("Chroma server", check)


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
    articles = library.articles.summaries()
    altered = set(library.articles.altered())
    for article in articles:
        source, expected = library.articles.source(article.article_id)
        if sha256(source) != expected:
            altered.add(article.article_id)
    if altered:
        finding = f"the stored text no longer matches its checksum: {', '.join(sorted(altered))}"
        return Check("Library", Verdict.BAD, finding, "Run: pullquote index --rebuild")
    return Check(
        "Library", Verdict.GOOD, f"{len(articles)} articles, {library.passages.count()} passages, all checksums match"
    )


def _indexes(settings: Settings, library: Library) -> Iterator[Check]:
    identity = library.properties.model()
    current = fingerprint(find_model(settings.embedding_model))
    if identity is not None and identity.fingerprint != current:
        finding = f"the library was made with {identity}, the current model is {settings.embedding_model} ({current})"
        remedy = "Set EMBEDDING_MODEL back, or run: pullquote index --rebuild"
        yield Check("Model of the library", Verdict.BAD, finding, remedy)
    live = set(library.passages.keys())
    folder = library.properties.indexes_folder()
    if not (settings.home / folder).is_dir():
        yield Check("Indexes", Verdict.BAD, f"{settings.home / folder} is missing", "Run: pullquote index")
        return
    with TantivyLexicalIndex(settings.home / folder / LEXICAL_FOLDER) as words:
        yield from _index("Keyword index", live, words.keys(), library, StateFile(settings.home / folder))
    try:
        with _vectors(settings, library, folder) as vectors:
            if identity is not None:
                # a damaged vector index can still count
                vectors.nearest(np.ones(identity.dimensions, dtype=np.float32), min(1000, len(live)))
            note = vectors if isinstance(vectors, ServerVectorIndex) else StateFile(settings.home / folder)
            yield from _index("Vector index", live, vectors.keys(), library, note)
    except VectorsUnavailableError as error:
        finding, _, remedy = error.health.detail.partition(". ")
        yield Check("Vector index", Verdict.BAD, f"{error.health.state}: {finding}", f"{remedy}.")


def _vectors(settings: Settings, library: Library, folder: str) -> ChromaVectorIndex | ServerVectorIndex:
    if settings.chroma is None:
        return ChromaVectorIndex(settings.home / folder / VECTOR_FOLDER)
    return ServerVectorIndex(settings.chroma, collection_name(library.properties.library_id(), folder))


def _index(name: str, live: set[int], keys: set[int], library: Library, note: StateMarker) -> Iterator[Check]:
    missing, extra = len(live - keys), len(keys - live)
    if missing or extra:
        finding = f"{missing} passages missing, {extra} left over"
        yield Check(name, Verdict.BAD, finding, "Run: pullquote index")
    elif not is_current(note, library.properties.state):
        yield Check(name, Verdict.BAD, "it was made for another state of the library", "Run: pullquote index")
    else:
        yield Check(name, Verdict.GOOD, f"{len(keys)} passages, the same as in the library")
