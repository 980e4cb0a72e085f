"""Reaches a Chroma server: asks what it is before any work, opens a client that waits no longer than it is told to.

Chroma's client waits for ever, asks the server three things while it is made, and tells an unreachable server, a
refused token and a wrong address by the same exception. So the server is asked a plain question first.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from urllib.parse import quote

import chromadb
import httpx
from chromadb.api.client import Client
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaAuthError

from retrieval.chroma_server import ChromaServer
from retrieval.errors import VectorsAwayError
from retrieval.vector_health import VectorHealth, VectorState

_MAJOR = "1"
_START = "Start it, or check CHROMA_URL; CHROMA_URL unset keeps the vectors in the data folder"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, and for each answer."""

    connection: float
    answer: float


#: A person is waiting.
ASKING = Patience(1.0, 2.0)
#: A page of vectors takes its time to be stored.
WRITING = Patience(3.0, 60.0)


def greet(server: ChromaServer, patience: Patience = ASKING) -> str:
    """The server's version. Raises VectorsAwayError where it is away, slow, no Chroma 1, or refuses the token."""
    _silence()
    try:
        with httpx.Client(headers=_headers(server), timeout=_limits(patience), verify=_trust(server)) as http:
            version = _plain_text(server, http.get(f"{server.url}/api/v2/version"))
            http.get(f"{server.url}/api/v2/auth/identity").raise_for_status()
            if not server.cloud:
                _check_database(server, http)
    except (httpx.HTTPError, OSError) as error:
        raise away(server, error) from None
    if version.partition(".")[0] != _MAJOR:
        raise _foreign(server, f"is version {version}. Run a Chroma server of version {_MAJOR}")
    return version


def _check_database(server: ChromaServer, http: httpx.Client) -> None:
    tenant, database = server.tenant or DEFAULT_TENANT, server.database or DEFAULT_DATABASE
    found = http.get(f"{server.url}/api/v2/tenants/{quote(tenant, safe='')}/databases/{quote(database, safe='')}")
    if found.status_code == httpx.codes.NOT_FOUND:
        wanted = f"tenant {tenant!r} with a database {database!r}"
        detail = f"has no {wanted}. Create them there, or change CHROMA_TENANT and CHROMA_DATABASE"
        raise out_of_order(server, VectorState.AWAY, detail)
    found.raise_for_status()


def _plain_text(server: ChromaServer, response: httpx.Response) -> str:
    response.raise_for_status()
    try:
        version = response.json()
    except ValueError:
        version = None
    if not isinstance(version, str) or not version.isascii() or not version.isprintable() or len(version) > 40:
        raise _foreign(server, "is none: something else answers there. Check CHROMA_URL")
    return version


def _foreign(server: ChromaServer, detail: str) -> VectorsAwayError:
    return out_of_order(server, VectorState.FOREIGN, detail)


def out_of_order(server: ChromaServer, state: VectorState, detail: str) -> VectorsAwayError:
    """The error for a server of which ``detail`` says what is wrong and what to do."""
    return VectorsAwayError(server.place, VectorHealth(state, f"{server.place} {detail}"))


def away(server: ChromaServer, error: Exception) -> VectorsAwayError:
    """What an exception of httpx or Chroma means to whoever runs the server; it never holds the token."""
    if isinstance(error, httpx.HTTPStatusError):
        return _of_status(server, error.response.status_code)
    if isinstance(error, ChromaAuthError):
        return _of_status(server, 403)
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
        return out_of_order(server, VectorState.SLOW, "takes too long to answer. Look at its load")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        detail = "has a certificate that is not trusted. Name the file of its authority in CHROMA_CA_FILE"
        return out_of_order(server, VectorState.AWAY, detail)
    if isinstance(error, (httpx.TransportError, OSError)):
        return out_of_order(server, VectorState.AWAY, f"cannot be reached ({_short(server, error)}). {_START}")
    return out_of_order(server, VectorState.AWAY, f"failed ({_short(server, error)}). Look at its log")


def _of_status(server: ChromaServer, status: int) -> VectorsAwayError:
    if status in {401, 403}:
        problem = "refuses the token. Check" if server.token else "wants a token. Set"
        return out_of_order(server, VectorState.REFUSED, f"{problem} CHROMA_TOKEN or CHROMA_TOKEN_FILE")
    if status in {404, 410} or 300 <= status < 400:
        detail = f"has nothing of version {_MAJOR} there (HTTP {status}). Check CHROMA_URL, or upgrade the server"
        return out_of_order(server, VectorState.FOREIGN, detail)
    return out_of_order(server, VectorState.AWAY, f"answers with HTTP {status}. Look at its log")


def _short(server: ChromaServer, error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    if server.token:  # a server may repeat what it was sent
        text = text.replace(server.token.reveal(), "[token]")
    return "".join(character for character in text if character.isprintable())[:160]


class Connection:
    """A client of a server, with time limits. ``close`` lets go of what the client's own leaves behind."""

    def __init__(self, client: Client, settings: ChromaSettings, patience: Patience) -> None:
        """Raises LookupError where this release of Chroma keeps its sessions elsewhere."""
        self.client = client
        self._settings = settings
        # There is no public way, to them or to their time limits.
        servers = [getattr(owner, "_server", None) for owner in (client, getattr(client, "_admin_client", None))]
        sessions = [getattr(server, "_session", None) for server in servers]
        self._sessions = [session for session in sessions if isinstance(session, httpx.Client)]
        if len(self._sessions) < len(sessions):
            self.close()
            raise LookupError("no sessions")
        for session in self._sessions:
            session.timeout = _limits(patience)
            session.event_hooks = {"response": [_refuse_by_status]}

    def close(self) -> None:
        """Close every connection; the client cannot be used afterwards."""
        with contextlib.suppress(Exception):  # nothing of ours is in there
            self.client.close()
        for session in self._sessions:
            session.close()
        _forget(self._settings)


def _forget(settings: ChromaSettings) -> None:
    """Every client that is made, or fails to be, leaves an entry there for as long as the program runs."""
    kept = getattr(SharedSystemClient, "_identifier_to_system", {})
    for identifier, system in list(kept.items()):
        if system.settings is settings:
            kept.pop(identifier, None)


def connect(server: ChromaServer, patience: Patience = ASKING) -> Connection:
    """Ask the server what it is, and open a client. Raises VectorsAwayError."""
    greet(server, patience)
    settings = ChromaSettings(anonymized_telemetry=False)
    if server.ca_file is not None:
        # The setting's type allows a path as well, but httpx gives that up in favour of what stands here.
        settings.chroma_server_ssl_verify = _trust(server)  # type: ignore[assignment]
    try:
        return _within(2 * patience.answer, lambda: Connection(_client(server, settings), settings, patience), settings)
    except ChromaAuthError:
        detail = "has another tenant or database for this token. Check CHROMA_TENANT and CHROMA_DATABASE, or unset them"
        raise out_of_order(server, VectorState.REFUSED, detail) from None
    except LookupError:
        detail = "cannot be used with this release of the package chromadb. Install chromadb 1.5.9"
        raise _foreign(server, detail) from None
    except Exception as error:  # noqa: BLE001 - a bare Exception is what its client makes of many answers
        greet(server, patience)  # it tells what is the matter, unless that is over
        raise away(server, error) from None


def _client(server: ChromaServer, settings: ChromaSettings) -> Client:
    token = server.token.reveal() if server.token else None
    if server.cloud:
        url = httpx.URL(server.url)
        secure = url.scheme == "https"
        client = chromadb.CloudClient(
            server.tenant,
            server.database,
            token,
            settings,
            cloud_host=url.host,
            cloud_port=url.port or (443 if secure else 80),
            enable_ssl=secure,
        )
    else:
        client = chromadb.HttpClient(
            server.url,
            ssl=server.url.startswith("https:"),
            headers=_headers(server),
            settings=settings,
            tenant=server.tenant or DEFAULT_TENANT,
            database=server.database or DEFAULT_DATABASE,
        )
    assert isinstance(client, Client)  # noqa: S101 - narrows the library's declared type
    return client


def _within(seconds: float, make: Callable[[], Connection], settings: ChromaSettings) -> Connection:
    """What ``make`` makes, in a thread that is left behind if that takes too long. Raises httpx.ReadTimeout."""
    made: Future[Connection] = Future()
    late = threading.Event()

    def work() -> None:
        try:
            connection = make()
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
            _forget(settings)
            made.set_exception(error)
            return
        made.set_result(connection)
        if late.is_set():
            connection.close()

    threading.Thread(target=work, name="chroma-client", daemon=True).start()
    try:
        return made.result(seconds)
    except TimeoutError:
        late.set()
        raise httpx.ReadTimeout("the server stopped answering") from None


def _refuse_by_status(response: httpx.Response) -> None:
    """Chroma's client makes a nameless exception of what a proxy before the server answers."""
    if response.status_code in {401, 403, 502, 503, 504} or 300 <= response.status_code < 400:
        response.raise_for_status()


def _headers(server: ChromaServer) -> dict[str, str]:
    """The token both ways: which one a proxy before the server looks at is its own matter."""
    if not server.token:
        return {}
    token = server.token.reveal()
    return {"Authorization": f"Bearer {token}", "X-Chroma-Token": token}


def _limits(patience: Patience) -> httpx.Timeout:
    return httpx.Timeout(patience.answer, connect=patience.connection)


def _trust(server: ChromaServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


def _silence() -> None:
    """Their errors reach the user through ours, and a line for every request helps nobody."""
    for name, level in (("chromadb", logging.CRITICAL), ("httpx", logging.WARNING), ("httpcore", logging.WARNING)):
        logging.getLogger(name).setLevel(level)
