"""The bot's articles, opened again after every indexing for as long as the bot runs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot.services.article_source import Articles
from retrieval.core.settings import Settings
from retrieval.core.types import ModelIdentity
from retrieval.search.session import ModelCache
from tests.conftest import Workspace
from tests.integration.server.conftest import RemoteLibrary
from tests.support.doubles.fakes import WordEmbedder

_HANDLES = Path("/proc/self/fd")


class Loading:
    """Opens embedders, the one that ``model`` names; remembers how many."""

    def __init__(self, model: str = "words") -> None:
        self.model = model
        self.loaded = 0

    def __call__(self, _settings: Settings, _known: ModelIdentity | None) -> WordEmbedder:
        """A new one."""
        self.loaded += 1
        return WordEmbedder(self.model)


def held() -> tuple[int, int]:
    """Open files and running threads of this process."""
    return len(list(_HANDLES.iterdir())), threading.active_count()


@pytest.mark.skipif(not _HANDLES.is_dir(), reason="this system does not list open files there")
@pytest.mark.parametrize("on_server", [False, True])
def test_nothing_is_left_behind(remote: RemoteLibrary, workspace: Workspace, *, on_server: bool) -> None:
    """The model is loaded once; no file, connection or thread of an earlier opening stays."""
    loading = Loading()
    settings = remote.workspace.settings if on_server else workspace.settings
    with Articles(settings, models=ModelCache(loading)) as articles:
        for _ in range(2):
            articles.refresh(force=True)
        before = held()
        for _ in range(10):
            articles.refresh(force=True)
            assert articles.ask("What do visitors of the harbour pay?", 1).quotes
        assert articles.health().good
        after = held()
    assert loading.loaded == 1
    assert after[0] <= before[0] + 2  # one of SQLite or Chroma may come and go
    assert after[1] == before[1]


def test_a_damaged_index_is_rebuilt_at_the_start(workspace: Workspace) -> None:
    """A kill at a bad moment may damage Chroma's files: whatever starts the bot again mends that."""
    workspace.fill(2)
    workspace.index()
    damaged = next(workspace.home.glob("indexes-*")) / "chroma" / "chroma.sqlite3"
    damaged.write_bytes(b"\x00scribble" * 99)
    with Articles(workspace.settings, models=ModelCache(Loading())) as articles:
        assert articles.ask("What do visitors of the harbour pay?", 1).quotes


def test_another_model(workspace: Workspace) -> None:
    """A library that was rebuilt with another model gets that one, and the one before is released."""
    workspace.fill(2)
    workspace.index()
    loading = Loading()
    with Articles(workspace.settings, models=ModelCache(loading)) as articles:
        loading.model = "other words"
        Workspace(workspace.settings, WordEmbedder("other words")).index(rebuild=True)
        articles.refresh()
        assert articles.title_index.model == "other words"
        assert articles.ask("What do visitors of the harbour pay?", 1).quotes
    assert loading.loaded == 2
