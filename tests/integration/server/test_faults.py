"""A server that is away, lost, slow, foreign or unfriendly: questions go on, the vectors come back by themselves."""

from __future__ import annotations

import gc
import logging
import shutil
import ssl
import subprocess
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from retrieval.core.errors import IndexesDisagreeError, IndexesReplacedError, VectorsUnavailableError
from retrieval.core.health import VectorState, Verdict
from retrieval.core.settings import Settings
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.core.types import Answer
from retrieval.index.vector import ServerVectorIndex, delete_collections, probe_server
from retrieval.index.vector.monitor import MonitoredVectors
from retrieval.maintenance.doctor import run_checks
from retrieval.search.searcher import KEYWORDS_ALONE
from retrieval.storage.home.lock import owning
from retrieval.storage.library import Library
from tests.conftest import Workspace
from tests.integration.server.conftest import RemoteLibrary, until
from tests.support.processes.chroma_process import ChromaProcess, FaultyProxy
from tests.support.processes.ports import free_port

QUESTION = "What do visitors of the harbour of town number 1 pay?"
TOKEN = "s3cret-token-of-the-server"


def alone(answer: Answer) -> bool:
    """True if an answer was found by keywords alone, and says so."""
    assert answer.keyword_only == (KEYWORDS_ALONE in answer.notes)
    shown = answer.quotes or answer.closest
    assert shown[0].passage.article_id == "a1"
    return answer.keyword_only


def test_away_at_the_start_and_there_later(remote: RemoteLibrary, own_server: ChromaProcess) -> None:
    """A searcher opens without its server, answers from keywords and says so; the vectors come by themselves."""
    remote = remote.reached(own_server.url, database=None)
    remote.workspace.index()
    own_server.kill()
    with remote.monitored_searcher() as searcher:
        assert searcher.health().state is VectorState.UNAVAILABLE
        assert "CHROMA_URL" in searcher.health().detail
        assert alone(searcher.ask(QUESTION))
        own_server.start()
        until(lambda: searcher.health().good)
        assert not alone(searcher.ask(QUESTION))
        assert remote.states() == [VectorState.UNAVAILABLE, VectorState.GOOD]


def test_killed_and_restarted_under_questions(remote: RemoteLibrary, own_server: ChromaProcess) -> None:
    """Eight threads get all answers while the server dies and comes back; each change is reported once."""
    remote = remote.reached(own_server.url, database=None)
    remote.workspace.index()
    with remote.monitored_searcher() as searcher, ThreadPoolExecutor(8) as pool:
        before = list(pool.map(searcher.ask, [QUESTION] * 16))
        asked = [pool.submit(searcher.ask, QUESTION) for _ in range(40)]
        own_server.kill()
        asked += [pool.submit(searcher.ask, QUESTION) for _ in range(40)]
        without = [future.result() for future in asked]
        own_server.start()
        until(lambda: searcher.health().good)
        after = list(pool.map(searcher.ask, [QUESTION] * 16))
    assert not any(alone(answer) for answer in (*before, *after))
    assert alone(without[-1])
    assert remote.states() == [VectorState.UNAVAILABLE, VectorState.GOOD]


def test_lost_before_the_first_question(remote: RemoteLibrary, own_server: ChromaProcess) -> None:
    """A server that goes away is noticed without any question."""
    remote = remote.reached(own_server.url, database=None)
    remote.workspace.index()
    with (
        Library(remote.workspace.home) as library,
        MonitoredVectors(remote.server, library, changed=remote.changes.append, longest=0.2),
    ):
        own_server.kill()
        until(lambda: remote.states() == [VectorState.UNAVAILABLE])


def test_slow(remote: RemoteLibrary, proxy: FaultyProxy) -> None:
    """One question waits for a server that has become slow, the next one does not; quick again, it is asked again."""
    remote.workspace.index()
    remote = remote.reached(proxy.url)
    with remote.monitored_searcher() as searcher:
        proxy.delay = 60
        started = time.monotonic()
        assert alone(searcher.ask(QUESTION))
        assert time.monotonic() - started < 5
        started = time.monotonic()
        assert all(alone(searcher.ask(QUESTION)) for _ in range(5))
        assert time.monotonic() - started < 1.5
        assert searcher.health().state is VectorState.SLOW
        proxy.ending.set()
        proxy.delay = 0
        until(lambda: searcher.health().good)
    assert remote.states() == [VectorState.SLOW, VectorState.GOOD]


def test_closing_waits_for_no_server(remote: RemoteLibrary, proxy: FaultyProxy) -> None:
    """A server that hangs does not delay the end of the program."""
    remote.workspace.index()
    remote = remote.reached(proxy.url)
    with remote.monitored_searcher() as searcher:
        proxy.delay = 60
        assert alone(searcher.ask(QUESTION))
        until(lambda: len(proxy.paths) > 0)
        started = time.monotonic()
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"/api/v2/version": (200, "0.6.3")}, "is version 0.6.3"),
        ({"/api/v2/version": (200, {"hello": "world"})}, "something else answers there"),
        ({"/api/v2/version": (302, {})}, "HTTP 302"),
    ],
)
def test_no_chroma_of_our_version(proxy: FaultyProxy, own: dict[str, tuple[int, object]], said: str) -> None:
    """A server of another version and something that is no Chroma are named as what they are."""
    proxy.own = own
    with pytest.raises(VectorsUnavailableError) as found:
        probe_server(ChromaServer(url=proxy.url))
    assert found.value.health.state is VectorState.UNSUPPORTED_VERSION
    assert said in str(found.value)


def test_upgraded(remote: RemoteLibrary, proxy: FaultyProxy) -> None:
    """An old server, without these addresses, is distinguished from one that is away; upgraded, it is searched."""
    remote.workspace.index()
    proxy.own = {"*": (404, {"detail": "Not Found"})}
    remote = remote.reached(proxy.url)
    with remote.monitored_searcher() as searcher:
        assert searcher.health().state is VectorState.UNSUPPORTED_VERSION
        assert alone(searcher.ask(QUESTION))
        proxy.own = {}
        until(lambda: searcher.health().good)


def test_an_authority_of_ones_own(chroma: ChromaProcess, tmp_path: Path) -> None:
    """TLS is trusted by the authority that the settings name, and by no other; it cannot be left unchecked."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    database = chroma.database()
    with FaultyProxy(chroma.port, tls=context).running() as proxy:
        with pytest.raises(VectorsUnavailableError, match="CHROMA_CA_FILE"):
            probe_server(ChromaServer(url=proxy.url))
        given = {"CHROMA_URL": proxy.url, "CHROMA_CA_FILE": str(certificate), "CHROMA_DATABASE": database}
        server = Settings.from_env(given).chroma
        assert server is not None
        with ServerVectorIndex(server, "passages", make=True) as index:
            assert index.count() == 0


def test_no_such_database(chroma: ChromaProcess) -> None:
    """A database that the server does not have is named, rather than made or searched for without an end."""
    with pytest.raises(VectorsUnavailableError, match="has no tenant 'default_tenant' with a database 'nowhere'"):
        probe_server(ChromaServer(url=chroma.url, database="nowhere"))


@pytest.mark.parametrize(
    ("header", "value", "cloud"),
    [("Authorization", f"Bearer {TOKEN}", False), ("X-Chroma-Token", TOKEN, False), ("X-Chroma-Token", TOKEN, True)],
)
def test_tokens(
    remote: RemoteLibrary, proxy: FaultyProxy, caplog: pytest.LogCaptureFixture, header: str, value: str, cloud: bool
) -> None:
    """The token opens the door, sent either way; without it the state says so, and nothing ever shows it."""
    caplog.set_level(logging.DEBUG)
    proxy.wanted = (header, value)
    if cloud:  # which tenant and database it is, the token says
        identity = {"user_id": "a", "tenant": "default_tenant", "databases": [remote.server.database]}
        proxy.own = {"/api/v2/auth/identity": (200, identity)}
    remote = remote.reached(
        proxy.url, token=SecretStr(TOKEN), cloud=cloud, database=None if cloud else remote.server.database
    )
    remote.workspace.index()
    with remote.monitored_searcher() as searcher:
        assert not alone(searcher.ask(QUESTION))
        proxy.wanted = (header, "another")
        assert alone(searcher.ask(QUESTION))
        assert searcher.health().state is VectorState.REFUSED
        checks = run_checks(remote.workspace.settings)
        assert {c.subject: c.verdict for c in checks}["Chroma server"] is Verdict.BAD
        with pytest.raises(VectorsUnavailableError) as refused:
            remote.workspace.index()
    shown = f"{remote.changes} {checks} {refused.value} {refused.value!r} {remote.workspace.settings!r} {caplog.text}"
    assert "CHROMA_TOKEN" in str(refused.value)
    assert TOKEN not in shown


def test_a_token_that_is_repeated(proxy: FaultyProxy, chroma: ChromaProcess) -> None:
    """A server that writes what it was sent into its errors does not bring the token into ours, or their tracebacks."""
    server = ChromaServer(url=proxy.url, token=SecretStr(TOKEN), database=chroma.database())
    with ServerVectorIndex(server, "passages", make=True) as index:
        proxy.own = {"*": (500, {"you sent": TOKEN})}
        with pytest.raises(VectorsUnavailableError, match=r"you sent.*\[token\]") as refused:
            index.count()
    assert TOKEN not in "".join(traceback.format_exception(refused.value))


def test_no_token_where_one_is_wanted(remote: RemoteLibrary, proxy: FaultyProxy) -> None:
    """A server that wants a token is distinguished from one that refuses it."""
    proxy.wanted = ("Authorization", "Bearer x")
    with pytest.raises(VectorsUnavailableError, match=r"wants a token\. Set CHROMA_TOKEN"):
        probe_server(ChromaServer(url=proxy.url))


def test_volume_lost(remote: RemoteLibrary) -> None:
    """Vectors that the server has lost are filled again from the library, without encoding a word."""
    remote.workspace.index()
    with remote.monitored_searcher() as searcher:
        encoded = len(remote.workspace.embedder.encoded)
        delete_collections(remote.server, "pullquote-", "")
        assert alone(searcher.ask(QUESTION))
        until(lambda: searcher.health().good)
        assert not alone(searcher.ask(QUESTION))
        assert len(remote.workspace.embedder.encoded) == encoded
    assert remote.agrees()
    assert remote.states() == [VectorState.INCOMPLETE, VectorState.GOOD]


def test_some_vectors_lost_while_another_process_writes(remote: RemoteLibrary) -> None:
    """The vectors are not filled while another process owns the data folder; when it is done they are."""
    remote.workspace.index()
    with remote.index() as index:
        index.remove(sorted(index.keys())[:2])
    with owning(remote.workspace.home), remote.monitored_searcher() as searcher:
        until(lambda: "is being written by" in searcher.health().detail)
        assert alone(searcher.ask(QUESTION))
    with remote.monitored_searcher() as searcher:
        until(lambda: searcher.health().good)
    assert remote.agrees()


def test_another_state(remote: RemoteLibrary) -> None:
    """A server's volume that was put back from an older day is not trusted, however many vectors it holds."""
    remote.workspace.index()
    with remote.index() as index:
        index.write(["a-state-of-long-ago"])
    with remote.monitored_searcher() as searcher:
        assert searcher.health().state is VectorState.INCOMPLETE
        until(lambda: searcher.health().good)
    assert remote.agrees()


def test_replaced_by_another_process(remote: RemoteLibrary, chroma: ChromaProcess) -> None:
    """An index that was rebuilt meanwhile is no fault of the server: the search raises, so that it is opened again."""
    remote.workspace.index()
    with remote.monitored_searcher() as searcher:
        remote.workspace.index(rebuild=True)
        with pytest.raises(IndexesReplacedError):
            searcher.ask(QUESTION)
        assert not remote.changes
    with remote.monitored_searcher() as searcher:
        assert not alone(searcher.ask(QUESTION))
    assert remote.agrees()


def test_indexing_without_a_server(remote: RemoteLibrary) -> None:
    """One clear line, and the library is as it was; with the server back the next run brings all into step."""
    remote.workspace.index()
    with Library(remote.workspace.home) as library:
        before = (library.articles.digests(), library.properties.state())
    remote.workspace.write("new.txt", "The windmill of town number 9 is described here. Visitors of the windmill pay.")
    away = remote.reached(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(VectorsUnavailableError, match="cannot be reached"):
        away.workspace.index()
    with Library(remote.workspace.home) as library:
        assert (library.articles.digests(), library.properties.state()) == before
    assert remote.workspace.index().plan.add == ("new",)
    assert remote.agrees()


class Failing(dict[str, tuple[int, object]]):
    """A proxy's own answers: after so many requests that were let through, each gets HTTP 503."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self.left = allowed

    def get(self, path: str, default: object = None) -> object:  # type: ignore[override]
        self.left -= 1
        return (503, {}) if self.left < 0 else default


def test_lost_in_the_middle_of_indexing(remote: RemoteLibrary, proxy: FaultyProxy) -> None:
    """Wherever the server goes away, searches see whole articles of one version, and the next run completes it."""
    remote.workspace.index()
    reached = remote.reached(proxy.url)
    failures = 0
    for version, allowed in enumerate(range(6, 1000, 14), start=2):
        remote.workspace.fill(3, version=version)
        proxy.own = Failing(allowed)
        try:
            reached.workspace.index()
            break
        except VectorsUnavailableError as error:
            failures += "HTTP 503" in str(error)
        with warnings.catch_warnings():  # what fails within the making of Chroma's client is never closed
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        with remote.workspace.search() as searcher:
            answer = searcher.ask("Which edition describes the harbour of town number 1?")
            words = {word for quote in (*answer.quotes, *answer.closest) for word in quote.text.split()}
            assert len({word for word in words if word.startswith("edition")}) == 1
        remote.workspace.index()
        assert remote.agrees()
    assert failures > 1


def test_there_and_back(remote: RemoteLibrary) -> None:
    """From the data folder to a server and back, each time only filled from the library, never out of date."""
    here = RemoteLibrary.of(remote.workspace, None)
    here.workspace.index()
    encoded = len(remote.workspace.embedder.encoded)
    with remote.monitored_searcher() as searcher:  # moved: filled by itself
        until(lambda: searcher.health().good)
        assert not alone(searcher.ask(QUESTION))
    assert remote.agrees()
    assert len(remote.workspace.embedder.encoded) == encoded
    remote.workspace.fill(3, version=2)
    remote.workspace.index()
    encoded = len(remote.workspace.embedder.encoded)
    with pytest.raises(IndexesDisagreeError), here.workspace.search():  # what it held is of the day before
        pass
    here.workspace.index()
    assert here.workspace.texts() == here.workspace.wanted()
    assert len(remote.workspace.embedder.encoded) == encoded
    with here.workspace.search() as searcher:
        assert searcher.health().good
        assert not alone(searcher.ask(QUESTION))
    remote.workspace.index()
    assert remote.agrees()


def test_two_libraries_on_one_server(remote: RemoteLibrary, tmp_path: Path) -> None:
    """Two libraries in one database keep out of each other's way while they index, rebuild or lose articles."""
    other = Workspace(
        remote.workspace.settings.model_copy(update={"home": tmp_path / "other home", "corpus": tmp_path / "other"}),
        remote.workspace.embedder,
    )
    other.fill(5)
    second = RemoteLibrary.of(other, remote.server)
    remote.workspace.index()
    other.index()
    remote.workspace.index(rebuild=True)
    assert remote.agrees()
    assert second.agrees()
    other.index(rebuild=True)
    assert remote.agrees()
    assert second.agrees()
