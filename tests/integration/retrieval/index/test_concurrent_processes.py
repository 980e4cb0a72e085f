"""One data folder and several processes: one writes, any number read, and each reads whole articles."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from retrieval.core.errors import HomeBusyError, IndexesReplacedError
from retrieval.core.settings import Settings
from retrieval.index.sync import run_indexing
from retrieval.maintenance.doctor import run_checks
from tests.conftest import Pullquote, Workspace, article_text
from tests.support.doubles.fakes import WordEmbedder

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.support.kills.indexing"])


def _index_slowly(settings: Settings, line: Connection) -> None:
    """Index; before the encoding, say so and wait for a word."""
    seen: list[str] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "Encoding passages" and not seen:
            seen.append(stage)
            line.send(os.getpid())
            line.recv()

    run_indexing(settings, open_embedder=WordEmbedder().opened, progress=progress)
    line.send("done")


def _index_often(settings: Settings, line: Connection, times: int) -> None:
    """Write versions 2, 1, 2, … of the articles into the corpus and index each."""
    workspace = Workspace(settings, WordEmbedder())
    for turn in range(times):
        workspace.fill(3, version=2 - turn % 2)
        workspace.index(rebuild=turn % 5 == 4)
    line.send("done")


def test_while_one_writes_others_read_and_none_writes(workspace: Workspace, pullquote: Pullquote) -> None:
    """A second writer is refused with the owner's pid; readers get the old articles, and the new ones afterwards."""
    workspace.fill(2)
    workspace.index()
    workspace.fill(2, version=2)
    mine, theirs = _FORKS.Pipe()
    child = _FORKS.Process(target=_index_slowly, args=(workspace.settings, theirs))
    child.start()
    assert mine.poll(60)
    pid = mine.recv()
    with pytest.raises(HomeBusyError, match=f"process {pid}"):
        workspace.index()
    refused = pullquote("index", workspace.corpus, "--home", workspace.home)
    assert refused.code == 2
    assert str(pid) in refused.complaint
    with workspace.search() as searcher:
        assert searcher.find("edition1").total == 8
        assert searcher.find("edition2").total == 0
    assert pullquote("sources", "--home", workspace.home).code == 0
    assert any(f"owned by process {pid}" in check.finding for check in run_checks(workspace.settings))
    with workspace.search() as searcher:
        assert searcher.find("edition1").total == 8
        mine.send("go on")
        assert mine.poll(60)
        child.join(60)
        assert searcher.find("edition2").total == 8
        assert searcher.find("edition1").total == 0
    workspace.index()


def test_searches_while_articles_change(workspace: Workspace) -> None:
    """Asked all the time while versions change, every quote is whole, of one version, and none is called altered."""
    workspace.fill(3)
    workspace.index()
    mine, theirs = _FORKS.Pipe()
    child = _FORKS.Process(target=_index_often, args=(workspace.settings, theirs, 12))
    child.start()
    possible = {line for number in range(3) for version in (1, 2) for line in article_text(number, version).split("\n")}
    asked = 0
    while not mine.poll():
        try:
            with workspace.search() as searcher:
                for _ in range(5):
                    answer = searcher.ask("How many crowns do visitors of the harbour pay?", quotes=5)
                    quotes = (*answer.quotes, *answer.closest)
                    assert {quote.text for quote in quotes} <= possible
                    assert not any("checksum" in note for note in answer.notes)
                    assert {quote.text for quote in searcher.find("harbour").hits} <= possible
                    asked += 1
        except IndexesReplacedError:
            continue  # a rebuild has put other indexes in the place of those that were open, or about to be opened
    assert mine.recv() == "done"
    child.join(60)
    assert child.exitcode == 0
    assert asked > 5
    assert workspace.texts() == workspace.wanted()


def test_a_reader_leaves_the_folder_as_it_is(workspace: Workspace, tmp_path: Path) -> None:
    """Searching changes no article and no index."""
    workspace.fill(2)
    workspace.index()
    with workspace.search() as searcher:
        before = searcher.find("harbour")
        searcher.ask("Who visits the harbour?")
    with workspace.search() as searcher:
        assert searcher.find("harbour") == before
    assert workspace.texts() == workspace.wanted()
