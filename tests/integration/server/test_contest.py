"""A copy of a data folder that uses the same database of the same server."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.core.health import VectorState
from retrieval.index.vector.monitor import MonitoredVectors
from retrieval.storage.library import Library
from tests.conftest import Workspace, article_text
from tests.integration.server.conftest import RemoteLibrary, until

QUICK = 0.05


@contextmanager
def monitored(remote: RemoteLibrary) -> Iterator[MonitoredVectors]:
    """Monitor the vectors of a remote library, many times a second."""

    def refill(_ended: Callable[[], bool]) -> None:
        remote.workspace.index()

    with (
        Library(remote.workspace.home) as library,
        MonitoredVectors(remote.server, library, refill, remote.changes.append, longest=QUICK) as vectors,
    ):
        yield vectors


def copied(remote: RemoteLibrary, folder: Path) -> RemoteLibrary:
    """The same library elsewhere, with an article more."""
    settings = remote.workspace.settings
    originals = (settings.home, remote.workspace.corpus)
    home, corpus = (Path(shutil.copytree(each, folder / each.name)) for each in originals)
    (corpus / "b.txt").write_text(article_text(7), encoding="utf-8")
    there = Workspace(settings.model_copy(update={"home": home, "corpus": corpus}), remote.workspace.embedder)
    return RemoteLibrary.of(there, remote.server)


def test_a_copied_data_folder(remote: RemoteLibrary, tmp_path: Path) -> None:
    """Both put their vectors back a few times; then one gives up and says what to do, and the other is left alone."""
    remote.workspace.index()
    other = copied(remote, tmp_path / "elsewhere")
    other.workspace.index()
    with monitored(remote) as ours, monitored(other) as theirs:
        both = (ours, theirs)
        until(lambda: any("CHROMA_DATABASE" in vectors.health().detail for vectors in both), 60)
        until(lambda: any(vectors.health().good for vectors in both))
        reported = len(remote.changes), len(other.changes)
        time.sleep(20 * QUICK)
        assert {vectors.health().state for vectors in both} == {VectorState.GOOD, VectorState.INCOMPLETE}
        assert (len(remote.changes), len(other.changes)) == reported
