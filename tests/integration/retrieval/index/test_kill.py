"""Killed at any moment, a search sees whole articles, and the next run ends with the three stores in agreement."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from retrieval.core.errors import DamagedIndexError, IndexesDisagreeError, ModelMismatchError, NotIndexedError
from retrieval.core.settings import Settings
from retrieval.index.lexical import TantivyLexicalIndex
from retrieval.storage.library import Library
from tests.conftest import Workspace, article_text
from tests.support.doubles.fakes import WordEmbedder
from tests.support.kills import indexing

#: How many times each scenario is killed: at turns, and at steps spread over the run; the same in every run.
TURNS, POINTS = 5, 4
PARAGRAPHS = 4
#: Exit code of a check that finds Chroma's files damaged.
CHROMA_DAMAGED = 3

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.support.kills.indexing"])


@dataclass(frozen=True)
class Scenario:
    """Articles that were there, articles that are wanted, and the options of the run that is killed."""

    before: dict[str, int]
    after: dict[str, int]
    rebuild: bool = False
    model: str = "words"
    lose: str = ""


THREE = {"a0": 1, "a1": 1, "a2": 1}
SCENARIOS = {
    "first": Scenario({}, THREE),
    "replace": Scenario(THREE, {"a0": 2, "a1": 2, "a2": 1}),
    "remove": Scenario(THREE, {"a1": 1}),
    "mixed": Scenario(THREE, {"a0": 2, "a2": 1, "a3": 1}),
    "rebuild": Scenario(THREE, THREE, rebuild=True),
    "rebuild and change": Scenario(THREE, {"a0": 2, "a1": 1}, rebuild=True),
    "another model": Scenario(THREE, {"a0": 2, "a1": 1, "a2": 1}, rebuild=True, model="other"),
    "lost keywords": Scenario(THREE, THREE, lose="tantivy"),
    "lost vectors": Scenario(THREE, {"a0": 2, "a1": 1, "a2": 1}, lose="chroma"),
}


def write(workspace: Workspace, versions: dict[str, int]) -> None:
    """Make the corpus folder hold exactly these versions."""
    for path in workspace.corpus.iterdir():
        path.unlink()
    for name, version in versions.items():
        workspace.write(f"{name}.txt", article_text(int(name[1:]), version))


def start(settings: Settings, scenario: Scenario, fatal: int = 0, counted: Path | None = None) -> BaseProcess:
    """Start the run of a scenario in a process of its own."""
    options = {"rebuild": scenario.rebuild, "fatal": fatal, "counted": counted}
    child = _FORKS.Process(target=indexing.run, args=(settings, scenario.model), kwargs=options)
    child.start()
    return child


def prepared(workspace: Workspace, scenario: Scenario) -> None:
    """The data folder as it was, and the corpus as it is wanted."""
    if scenario.before:
        write(workspace, scenario.before)
        workspace.index()
    for folder in workspace.home.glob(f"indexes-*/{scenario.lose}") if scenario.lose else ():
        shutil.rmtree(folder)
    write(workspace, scenario.after)


def copied(workspace: Workspace, place: Path, model: str = "words") -> Workspace:
    """The same corpus with a data folder of its own."""
    home = place / "home"
    if workspace.home.exists():
        shutil.copytree(workspace.home, home)
    return Workspace(workspace.settings.model_copy(update={"home": home}), WordEmbedder(model))


def seen(workspace: Workspace) -> dict[str, int]:
    """The version of each article that a search sees now. Fails if one is shown in part or mixed."""
    with workspace.stores() as opened:
        live = set(opened.library.passages.keys())
        assert opened.vectors.keys() >= live
        assert opened.words.keys() >= live
        texts = {name: str(opened.library.articles.text(name)) for name in opened.library.articles.digests()}
    versions = {name: 1 + ("edition2" in text) for name, text in texts.items()}
    assert texts == {name: article_text(int(name[1:]), version) for name, version in versions.items()}
    with workspace.search() as searcher:
        for version in (1, 2):
            whole = {name for name, there in versions.items() if there == version}
            findings = searcher.find(f"edition{version}", limit=100)
            hits = [hit.passage.article_id for hit in findings.hits]
            assert sorted(hits) == sorted([*whole] * PARAGRAPHS)
        answer = searcher.ask("How many crowns do visitors of the harbour pay?")
        for quote in (*answer.quotes, *answer.closest):
            assert f"edition{versions[quote.passage.article_id]}" in quote.text
    return versions


def check_in_between(workspace: Workspace, scenario: Scenario) -> None:
    """After the kill: every article is whole, none is lost, and nothing unheard of has come."""
    old = Workspace(workspace.settings, WordEmbedder())
    try:
        versions = seen(old)
    except NotIndexedError:
        assert not scenario.before
        return
    except IndexesDisagreeError:
        assert scenario.lose
        return
    except ModelMismatchError:
        assert scenario.model != "words"
        versions = seen(workspace)
    for name in scenario.before.keys() | scenario.after.keys() | versions.keys():
        possible = {scenario.before.get(name), scenario.after.get(name)}
        assert versions.get(name) in possible, name


def check_next_run(workspace: Workspace, scenario: Scenario) -> None:
    """The run after the kill makes everything as it is wanted, and leaves nothing else behind."""
    workspace.index(rebuild=scenario.model != "words", allow_removal=True)
    assert workspace.texts() == workspace.wanted()
    assert seen(workspace) == scenario.after
    with workspace.stores() as opened:
        assert opened.library.passages.retired() == []
        assert opened.library.check() is None
        folder = opened.library.properties.indexes_folder()
    assert [path.name for path in workspace.home.glob("indexes-*")] == [folder]


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_any_step(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """At turns and at steps spread over the run: whole articles in between, agreement after the next run."""
    scenario = SCENARIOS[name]
    prepared(workspace, scenario)
    counting = copied(workspace, tmp_path / "counting", scenario.model)
    child = start(counting.settings, scenario, counted=tmp_path / "steps")
    child.join(60)
    assert child.exitcode == 0
    assert seen(counting) == scenario.after
    steps, *turns = map(int, (tmp_path / "steps").read_text().split())
    assert steps > 100
    assert len(turns) >= TURNS
    chosen = random.Random(name)  # noqa: S311 - a choice to be repeated, not a secret
    points = [1 + (point * steps + chosen.randrange(steps)) // POINTS for point in range(POINTS)]
    for fatal in sorted({*points, *chosen.sample(turns, TURNS)}):
        killed = copied(workspace, tmp_path / str(fatal), scenario.model)
        child = start(killed.settings, scenario, fatal)
        child.join(60)
        assert child.exitcode == -signal.SIGKILL, f"step {fatal} of {steps}"
        try:
            check_in_between(killed, scenario)
            check_next_run(killed, scenario)
        except BaseException as error:
            error.add_note(f"{name}: killed before step {fatal} of {steps}")
            raise


def test_killed_over_and_over(workspace: Workspace, tmp_path: Path) -> None:
    """Run after run is killed a little later than the one before, on the same data folder, until one gets through."""
    scenario = SCENARIOS["mixed"]
    prepared(workspace, scenario)
    for attempt in range(40):
        child = start(workspace.settings, scenario, fatal=40 * attempt + 30)
        child.join(60)
        if child.exitcode == 0:
            break
        check_in_between(workspace, scenario)
    else:
        pytest.fail("no run got through")
    assert attempt > 3
    check_next_run(workspace, scenario)


def _large(article: int, version: int) -> str:
    return "\n".join(f"Paragraph {n} of article {article} in edition{version} speaks of it." for n in range(400))


def check_vectors(workspace: Workspace) -> None:
    """Check in a process of its own, which Chroma may crash, that the vector index lacks no passage."""
    try:
        with workspace.stores() as opened:
            assert set(opened.library.passages.keys()) <= opened.vectors.keys()
    except DamagedIndexError as error:
        sys.exit(CHROMA_DAMAGED if Path(error.place).name == "chroma" else 1)


@pytest.mark.parametrize("rebuild", [False, True], ids=["index", "rebuild"])
def test_killed_at_any_time(workspace: Workspace, tmp_path: Path, rebuild: bool) -> None:
    """Killed from outside, in the middle of the stores' own work too, while large articles are replaced.

    Chroma's files do not always stand that; the library does, and the next run makes of it what was lost.
    """

    def write_all(version: int) -> None:
        for number in range(4):
            workspace.write(f"large{number}.txt", _large(number, version))

    write_all(1)
    workspace.index()
    write_all(2)
    scenario = Scenario({}, {}, rebuild=rebuild)
    began = time.monotonic()
    timing = copied(workspace, tmp_path / "timing")
    start(timing.settings, scenario).join(100)
    whole = time.monotonic() - began
    assert timing.texts() == timing.wanted()
    for part in (0.3, 0.55, 0.8):
        child = start(workspace.settings, scenario)
        child.join(part * whole)
        child.kill()
        child.join()
        checking = _FORKS.Process(target=check_vectors, args=(workspace,))
        checking.start()
        checking.join(60)
        assert checking.exitcode in {0, CHROMA_DAMAGED, -signal.SIGSEGV}, "no other store may suffer from a kill"
        if checking.exitcode == -signal.SIGSEGV:  # Chroma's own code: only without these files does it start again
            with Library(workspace.home) as library:
                shutil.rmtree(workspace.home / library.properties.indexes_folder() / "chroma")
        with Library(workspace.home) as library:
            with TantivyLexicalIndex(workspace.home / library.properties.indexes_folder() / "tantivy") as words:
                assert set(library.passages.keys()) <= words.keys()
            assert library.passages.count() == 4 * 400
            for number in range(4):
                assert library.articles.text(f"large{number}") in {_large(number, 1), _large(number, 2)}
    workspace.index()
    assert workspace.texts() == workspace.wanted()
