"""Fixtures of all tests: no network, hypothesis's profile, a corpus to write, the seeds indexed once."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from retrieval.cli import main
from retrieval.core.settings import Settings
from retrieval.core.types import ModelIdentity
from retrieval.index.embedding import Embedder, SentenceTransformerEmbedder
from retrieval.index.lexical import TantivyLexicalIndex
from retrieval.index.sync import IndexReport, run_indexing
from retrieval.index.vector import ChromaVectorIndex
from retrieval.ingest.isolation import InlineParser
from retrieval.search.searcher import Searcher
from retrieval.search.session import open_searcher, open_session
from retrieval.storage.library import Library
from tests.support.doubles.fakes import WordEmbedder
from tests.support.offline import sitecustomize  # noqa: F401 - keeps this process on this machine
from tests.support.processes import fork_server
from tests.support.processes.chroma_process import ChromaProcess

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"

os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(ROOT / "tests" / "support" / "offline"), *filter(None, [os.environ.get("PYTHONPATH")])]
)
for name in (
    "PULLQUOTE_HOME",
    "PULLQUOTE_CORPUS",
    "EMBEDDING_MODEL",
    "RERANKER_MODEL",
    "PULLQUOTE_DEBUG",
    "CHROMA_URL",
):
    os.environ.pop(name, None)

hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")


@dataclass(frozen=True)
class Run:
    """Result of a command: its exit code and its output."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Its output as one JSON document."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line that it wrote to standard error; anything else there fails the test."""
        assert "Traceback" not in self.err
        lines = self.err.rstrip("\n").split("\n")
        assert len(lines) == 1, f"not one line:\n{self.err}"
        return lines[0]


Pullquote = Callable[..., Run]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as discord.py does."""
    return "asyncio"


@pytest.fixture(scope="session")
def pullquote() -> Pullquote:
    """Runs the command in this process, so that libraries are loaded once."""

    def run(*arguments: object) -> Run:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["pullquote", *map(str, arguments)])
            with pytest.raises(SystemExit) as stopped:
                main()
        code = stopped.value.code
        return Run(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())

    return run


def run_command(*arguments: object, timeout: float = 100, fresh: bool = False, **environment: str) -> Run:
    """Run the command in a process of its own, as a user does; a ``fresh`` one has everything to import."""
    whole = os.environ | {"PULLQUOTE_THREADS": "2"} | environment
    with Path(os.devnull).open("rb") as nothing, TemporaryFile() as out, TemporaryFile() as err:
        if fresh:
            command = [sys.executable, "-m", "retrieval", *map(str, arguments)]
            code = subprocess.run(
                command, stdin=nothing, stdout=out, stderr=err, check=False, timeout=timeout, cwd=ROOT, env=whole
            ).returncode
        else:
            streams = nothing.fileno(), out.fileno(), err.fileno()
            process = fork_server.start("retrieval", arguments, environment=whole, folder=ROOT, streams=streams)
            code = process.end(timeout)
        out.seek(0)
        err.seek(0)
        return Run(code, out.read().decode(), err.read().decode())


@dataclass(frozen=True)
class OpenStores:
    """Library, both indexes and embedder, as a search opens them; the indexes can be written too."""

    library: Library
    vectors: ChromaVectorIndex
    words: TantivyLexicalIndex
    embedder: Embedder


@dataclass(frozen=True)
class Workspace:
    """A corpus folder to write into and a data folder beside it; what is indexed goes through ``embedder``."""

    settings: Settings
    embedder: WordEmbedder

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def corpus(self) -> Path:
        assert self.settings.corpus is not None
        return self.settings.corpus

    def write(self, name: str, text: str | bytes) -> Path:
        """Put a file into the corpus folder."""
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def fill(self, count: int = 3, *, version: int = 1) -> None:
        """Write articles ``a0``, ``a1``, … of four paragraphs, each of which names its article and version."""
        for number in range(count):
            self.write(f"a{number}.txt", article_text(number, version))

    @contextmanager
    def search(self) -> Iterator[Searcher]:
        """Ask what is in the data folder."""
        with open_searcher(self.settings, self.embedder.opened) as searcher:
            yield searcher

    @contextmanager
    def stores(self) -> Iterator[OpenStores]:
        """The library and both indexes in the data folder, as a search opens them."""
        with open_session(self.settings, self.embedder.opened) as opened:
            assert isinstance(opened.vectors, ChromaVectorIndex)
            yield OpenStores(opened.library, opened.vectors, opened.words, opened.embedder)

    def texts(self) -> dict[str, str]:
        """The articles that a search sees. Fails if the three stores do not hold the very same passages."""
        with self.stores() as opened:
            live = set(opened.library.passages.keys())
            assert opened.vectors.keys() == live
            assert opened.words.keys() == live
            return {name: str(opened.library.articles.text(name)) for name in opened.library.articles.digests()}

    def wanted(self) -> dict[str, str]:
        """The articles of the corpus folder."""
        return {path.stem: path.read_text(encoding="utf-8") for path in self.corpus.rglob("*.txt")}

    def index(self, **options: Any) -> IndexReport:
        """Bring the data folder into step with the corpus folder."""
        return run_indexing(self.settings, open_embedder=self.embedder.opened, open_parser=InlineParser, **options)


def article_text(number: int, version: int = 1) -> str:
    """An article of four paragraphs; every paragraph says which article and version it belongs to."""
    subjects = ("harbour", "orchard", "railway", "library")
    return "\n".join(
        f"The {subject} of town number {number} is described in edition{version} of its guide. "
        f"Visitors of the {subject} pay {number + 10} crowns, says edition{version} on page {page}."
        for page, subject in enumerate(subjects, start=1)
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty corpus folder and no data folder yet; encoding costs nothing."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    return Workspace(Settings(home=tmp_path / "home", corpus=corpus), WordEmbedder())


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    """A Chroma server that all tests share; each takes a database of its own."""
    process = ChromaProcess(tmp_path_factory.mktemp("chroma"))
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="session")
def model() -> SentenceTransformerEmbedder:
    """The default embedding model, loaded once."""
    return SentenceTransformerEmbedder(threads=2)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, model: SentenceTransformerEmbedder) -> Settings:
    """A data folder with the seeds, made with the real model. Tests only read it."""
    settings = Settings(home=tmp_path_factory.mktemp("seeded"), corpus=SEEDS, threads=2)

    def opened(_: Settings, known: ModelIdentity | None) -> SentenceTransformerEmbedder:
        return model

    report = run_indexing(settings, open_embedder=opened, open_parser=InlineParser)
    assert not report.problems
    return settings


@pytest.fixture(scope="session")
def searcher(seeded: Settings, model: SentenceTransformerEmbedder) -> Iterator[Searcher]:
    """Asks the seeds, with the real model."""
    with open_searcher(seeded, lambda _settings, _known: model) as opened:
        yield opened
