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

from retrieval.core.chroma_endpoint import ChromaServer
from retrieval.core.errors import IndexesDisagreeError, IndexesReplacedError, VectorsUnavailableError
from retrieval.core.health import VectorState, Verdict
from retrieval.core.settings import Settings
from retrieval.core.types import Answer
from retrieval.index.vector import ServerVectorIndex, delete_collections, probe_server
from retrieval.index.vector.monitor import MonitoredVectors
from retrieval.maintenance.doctor import run_checks
from retrieval.search.searcher import KEYWORDS_ALONE
from retrieval.storage.home.lock import owning
from retrieval.storage.library import Library
from tests.conftest import Workshop
from tests.integration.server.conftest import Room, until
from tests.support.chroma_process import ChromaProcess, Front
from tests.support.ports import free_port

QUESTION = "What do visitors of the harbour of town number 1 pay?"
TOKEN = "s3cret-token-of-the-server"


def alone(answer: Answer) -> bool:
    """Whether an answer was found by keywords alone, and says so."""
    assert answer.keyword_only == (KEYWORDS_ALONE in answer.notes)
    shown = answer.quotes or answer.closest
    assert shown[0].passage.article_id == "a1"
    return answer.keyword_only


def test_away_at_the_start_and_there_later(room: Room, own_server: ChromaProcess) -> None:
    """A searcher opens without its server, answers from keywords and says so; the vectors come by themselves."""
    room = room.reached(own_server.url, database=None)
    room.workshop.index()
    own_server.kill()
    with room.watched() as searcher:
        assert searcher.health().state is VectorState.UNAVAILABLE
        assert "CHROMA_URL" in searcher.health().detail
        assert alone(searcher.ask(QUESTION))
        own_server.start()
        until(lambda: searcher.health().good)
        assert not alone(searcher.ask(QUESTION))
        assert room.states() == [VectorState.UNAVAILABLE, VectorState.GOOD]


def test_killed_and_restarted_under_questions(room: Room, own_server: ChromaProcess) -> None:
    """Eight threads get all answers while the server dies and comes back; each change is reported once."""
    room = room.reached(own_server.url, database=None)
    room.workshop.index()
    with room.watched() as searcher, ThreadPoolExecutor(8) as pool:
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
    assert room.states() == [VectorState.UNAVAILABLE, VectorState.GOOD]


def test_lost_before_anybody_asks(room: Room, own_server: ChromaProcess) -> None:
    """A server that goes away is noticed without any question."""
    room = room.reached(own_server.url, database=None)
    room.workshop.index()
    with (
        Library(room.workshop.home) as library,
        MonitoredVectors(room.server, library, changed=room.changes.append, longest=0.2),
    ):
        own_server.kill()
        until(lambda: room.states() == [VectorState.UNAVAILABLE])


def test_slow(room: Room, front: Front) -> None:
    """One question waits for a server that has become slow, the next one does not; quick again, it is asked again."""
    room.workshop.index()
    room = room.reached(front.url)
    with room.watched() as searcher:
        front.delay = 60
        started = time.monotonic()
        assert alone(searcher.ask(QUESTION))
        assert time.monotonic() - started < 5
        started = time.monotonic()
        assert all(alone(searcher.ask(QUESTION)) for _ in range(5))
        assert time.monotonic() - started < 1.5
        assert searcher.health().state is VectorState.SLOW
        front.ending.set()
        front.delay = 0
        until(lambda: searcher.health().good)
    assert room.states() == [VectorState.SLOW, VectorState.GOOD]


def test_closing_waits_for_no_server(room: Room, front: Front) -> None:
    """A server that hangs does not delay the end of the program."""
    room.workshop.index()
    room = room.reached(front.url)
    with room.watched() as searcher:
        front.delay = 60
        assert alone(searcher.ask(QUESTION))
        until(lambda: len(front.paths) > 0)
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
def test_no_chroma_of_our_version(front: Front, own: dict[str, tuple[int, object]], said: str) -> None:
    """A server of another version and something that is no Chroma are named as what they are."""
    front.own = own
    with pytest.raises(VectorsUnavailableError) as found:
        probe_server(ChromaServer(url=front.url))
    assert found.value.health.state is VectorState.UNSUPPORTED_VERSION
    assert said in str(found.value)


def test_upgraded(room: Room, front: Front) -> None:
    """An old server, without these addresses, is distinguished from one that is away; upgraded, it is searched."""
    room.workshop.index()
    front.own = {"*": (404, {"detail": "Not Found"})}
    room = room.reached(front.url)
    with room.watched() as searcher:
        assert searcher.health().state is VectorState.UNSUPPORTED_VERSION
        assert alone(searcher.ask(QUESTION))
        front.own = {}
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
    with Front(chroma.port, tls=context).running() as front:
        with pytest.raises(VectorsUnavailableError, match="CHROMA_CA_FILE"):
            probe_server(ChromaServer(url=front.url))
        given = {"CHROMA_URL": front.url, "CHROMA_CA_FILE": str(certificate), "CHROMA_DATABASE": database}
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
    room: Room, front: Front, caplog: pytest.LogCaptureFixture, header: str, value: str, cloud: bool
) -> None:
    """The token opens the door, sent either way; without it the state says so, and nothing ever shows it."""
    caplog.set_level(logging.DEBUG)
    front.wanted = (header, value)
    if cloud:  # which tenant and database it is, the token says
        identity = {"user_id": "a", "tenant": "default_tenant", "databases": [room.server.database]}
        front.own = {"/api/v2/auth/identity": (200, identity)}
    room = room.reached(
        front.url, token=SecretStr(TOKEN), cloud=cloud, database=None if cloud else room.server.database
    )
    room.workshop.index()
    with room.watched() as searcher:
        assert not alone(searcher.ask(QUESTION))
        front.wanted = (header, "another")
        assert alone(searcher.ask(QUESTION))
        assert searcher.health().state is VectorState.REFUSED
        checks = run_checks(room.workshop.settings)
        assert {c.subject: c.verdict for c in checks}["Chroma server"] is Verdict.BAD
        with pytest.raises(VectorsUnavailableError) as refused:
            room.workshop.index()
    shown = f"{room.changes} {checks} {refused.value} {refused.value!r} {room.workshop.settings!r} {caplog.text}"
    assert "CHROMA_TOKEN" in str(refused.value)
    assert TOKEN not in shown


def test_a_token_that_is_repeated(front: Front, chroma: ChromaProcess) -> None:
    """A server that writes what it was sent into its errors does not bring the token into ours, or their tracebacks."""
    server = ChromaServer(url=front.url, token=SecretStr(TOKEN), database=chroma.database())
    with ServerVectorIndex(server, "passages", make=True) as index:
        front.own = {"*": (500, {"you sent": TOKEN})}
        with pytest.raises(VectorsUnavailableError, match=r"you sent.*\[token\]") as refused:
            index.count()
    assert TOKEN not in "".join(traceback.format_exception(refused.value))


def test_no_token_where_one_is_wanted(room: Room, front: Front) -> None:
    """A server that wants a token is distinguished from one that refuses it."""
    front.wanted = ("Authorization", "Bearer x")
    with pytest.raises(VectorsUnavailableError, match=r"wants a token\. Set CHROMA_TOKEN"):
        probe_server(ChromaServer(url=front.url))


def test_volume_lost(room: Room) -> None:
    """Vectors that the server has lost are filled again from the library, without encoding a word."""
    room.workshop.index()
    with room.watched() as searcher:
        encoded = len(room.workshop.embedder.encoded)
        delete_collections(room.server, "pullquote-", "")
        assert alone(searcher.ask(QUESTION))
        until(lambda: searcher.health().good)
        assert not alone(searcher.ask(QUESTION))
        assert len(room.workshop.embedder.encoded) == encoded
    assert room.agrees()
    assert room.states() == [VectorState.INCOMPLETE, VectorState.GOOD]


def test_some_vectors_lost_while_another_process_writes(room: Room) -> None:
    """Nobody fills the vectors while another process owns the data folder; when it is done they are."""
    room.workshop.index()
    with room.index() as index:
        index.remove(sorted(index.keys())[:2])
    with owning(room.workshop.home), room.watched() as searcher:
        until(lambda: "is being written by" in searcher.health().detail)
        assert alone(searcher.ask(QUESTION))
    with room.watched() as searcher:
        until(lambda: searcher.health().good)
    assert room.agrees()


def test_another_state(room: Room) -> None:
    """A server's volume that was put back from an older day is not trusted, however many vectors it holds."""
    room.workshop.index()
    with room.index() as index:
        index.write(["a-state-of-long-ago"])
    with room.watched() as searcher:
        assert searcher.health().state is VectorState.INCOMPLETE
        until(lambda: searcher.health().good)
    assert room.agrees()


def test_replaced_by_another_process(room: Room, chroma: ChromaProcess) -> None:
    """An index that was rebuilt meanwhile is no fault of the server: the search raises, so that it is opened again."""
    room.workshop.index()
    with room.watched() as searcher:
        room.workshop.index(rebuild=True)
        with pytest.raises(IndexesReplacedError):
            searcher.ask(QUESTION)
        assert not room.changes
    with room.watched() as searcher:
        assert not alone(searcher.ask(QUESTION))
    assert room.agrees()


def test_indexing_without_a_server(room: Room) -> None:
    """One clear line, and the library is as it was; with the server back the next run brings all into step."""
    room.workshop.index()
    with Library(room.workshop.home) as library:
        before = (library.articles.digests(), library.properties.state())
    room.workshop.write("new.txt", "The windmill of town number 9 is described here. Visitors of the windmill pay.")
    away = room.reached(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(VectorsUnavailableError, match="cannot be reached"):
        away.workshop.index()
    with Library(room.workshop.home) as library:
        assert (library.articles.digests(), library.properties.state()) == before
    assert room.workshop.index().plan.add == ("new",)
    assert room.agrees()


class Failing(dict[str, tuple[int, object]]):
    """A front's own answers: after so many requests that were let through, each gets HTTP 503."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self.left = allowed

    def get(self, path: str, default: object = None) -> object:  # type: ignore[override]
        self.left -= 1
        return (503, {}) if self.left < 0 else default


def test_lost_in_the_middle_of_indexing(room: Room, front: Front) -> None:
    """Wherever the server goes away, searches see whole articles of one version, and the next run completes it."""
    room.workshop.index()
    reached = room.reached(front.url)
    failures = 0
    for version, allowed in enumerate(range(6, 1000, 14), start=2):
        room.workshop.fill(3, version=version)
        front.own = Failing(allowed)
        try:
            reached.workshop.index()
            break
        except VectorsUnavailableError as error:
            failures += "HTTP 503" in str(error)
        with warnings.catch_warnings():  # what fails within the making of Chroma's client is never closed
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        with room.workshop.search() as searcher:
            answer = searcher.ask("Which edition describes the harbour of town number 1?")
            words = {word for quote in (*answer.quotes, *answer.closest) for word in quote.text.split()}
            assert len({word for word in words if word.startswith("edition")}) == 1
        room.workshop.index()
        assert room.agrees()
    assert failures > 1


def test_there_and_back(room: Room) -> None:
    """From the data folder to a server and back, each time only filled from the library, never out of date."""
    here = Room.of(room.workshop, None)
    here.workshop.index()
    encoded = len(room.workshop.embedder.encoded)
    with room.watched() as searcher:  # moved: filled by itself
        until(lambda: searcher.health().good)
        assert not alone(searcher.ask(QUESTION))
    assert room.agrees()
    assert len(room.workshop.embedder.encoded) == encoded
    room.workshop.fill(3, version=2)
    room.workshop.index()
    encoded = len(room.workshop.embedder.encoded)
    with pytest.raises(IndexesDisagreeError), here.workshop.search():  # what it held is of the day before
        pass
    here.workshop.index()
    assert here.workshop.texts() == here.workshop.wanted()
    assert len(room.workshop.embedder.encoded) == encoded
    with here.workshop.search() as searcher:
        assert searcher.health().good
        assert not alone(searcher.ask(QUESTION))
    room.workshop.index()
    assert room.agrees()


def test_two_libraries_on_one_server(room: Room, tmp_path: Path) -> None:
    """Two libraries in one database keep out of each other's way while they index, rebuild or lose articles."""
    other = Workshop(
        room.workshop.settings.model_copy(update={"home": tmp_path / "other home", "corpus": tmp_path / "other"}),
        room.workshop.embedder,
    )
    other.fill(5)
    second = Room.of(other, room.server)
    room.workshop.index()
    other.index()
    room.workshop.index(rebuild=True)
    assert room.agrees()
    assert second.agrees()
    other.index(rebuild=True)
    assert room.agrees()
    assert second.agrees()
