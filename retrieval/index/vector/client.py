"""A Chroma client with timeouts, which leaves no sessions open.

chromadb.HttpClient has no timeout and makes three requests in its constructor.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future

import chromadb
import httpx
from chromadb.api.client import Client
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaAuthError

from retrieval.core.chroma_endpoint import ChromaServer
from retrieval.core.health import VectorState
from retrieval.index.vector.probe import headers, probe_server, trust, unavailable, unreachable, unsupported_version
from retrieval.index.vector.timeouts import QUERY_TIMEOUTS, Timeouts


class Connection:
    """A client of a server, with timeouts. ``close`` also closes the sessions that Chroma's own leaves open."""

    def __init__(self, client: Client, settings: ChromaSettings, timeouts: Timeouts) -> None:
        """Set the timeouts of an open client.

        Raises:
            LookupError: when this release of Chroma keeps its sessions elsewhere.
        """
        self.client = client
        self._settings = settings
        # There is no public access to the sessions, nor to their timeouts.
        servers = [getattr(owner, "_server", None) for owner in (client, getattr(client, "_admin_client", None))]
        sessions = [getattr(server, "_session", None) for server in servers]
        self._sessions = [session for session in sessions if isinstance(session, httpx.Client)]
        if len(self._sessions) < len(sessions):
            self.close()
            raise LookupError("no sessions")
        for session in self._sessions:
            session.timeout = timeouts.limits()
            session.event_hooks = {"response": [_refuse_by_status, timeouts.bound_body]}

    def close(self) -> None:
        """Close every connection; the client cannot be used afterwards."""
        with contextlib.suppress(Exception):  # nothing of ours is in there
            self.client.close()
        for session in self._sessions:
            session.close()
        _forget(self._settings)


def _forget(settings: ChromaSettings) -> None:
    """Delete the entry that every client, failed ones included, leaves in Chroma's registry for ever."""
    kept = getattr(SharedSystemClient, "_identifier_to_system", {})
    for identifier, system in list(kept.items()):
        if system.settings is settings:
            kept.pop(identifier, None)


def connect(server: ChromaServer, timeouts: Timeouts = QUERY_TIMEOUTS) -> Connection:
    """Probe the server and open a client.

    Raises:
        VectorsUnavailableError: when the server is out of order.
    """
    probe_server(server, timeouts)
    settings = ChromaSettings(anonymized_telemetry=False)
    if server.ca_file is not None:
        # The setting's type allows a path as well, but httpx gives that up in favour of what stands here.
        settings.chroma_server_ssl_verify = trust(server)  # type: ignore[assignment]
    try:
        return _within(2 * timeouts.answer, lambda: Connection(_client(server, settings), settings, timeouts), settings)
    except ChromaAuthError:
        detail = "has another tenant or database for this token. Check CHROMA_TENANT and CHROMA_DATABASE, or unset them"
        raise unavailable(server, VectorState.REFUSED, detail) from None
    except LookupError:
        detail = "cannot be used with this release of the package chromadb. Install chromadb 1.5.9"
        raise unsupported_version(server, detail) from None
    except Exception as error:  # noqa: BLE001 - a bare Exception is what its client makes of many answers
        probe_server(server, timeouts)  # raises a precise error, unless the server has recovered
        raise unreachable(server, error) from None


def _client(server: ChromaServer, settings: ChromaSettings) -> Client:
    token = server.token.get_secret_value() if server.token else None
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
            headers=headers(server),
            settings=settings,
            tenant=server.tenant or DEFAULT_TENANT,
            database=server.database or DEFAULT_DATABASE,
        )
    assert isinstance(client, Client)  # noqa: S101 - narrows the library's declared type
    return client


def _within(seconds: float, make: Callable[[], Connection], settings: ChromaSettings) -> Connection:
    """Call ``make`` in a thread, which is abandoned after so many ``seconds``. Raises httpx.ReadTimeout."""
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
    """Response hook: raise by status, since Chroma's client hides what a proxy before the server answers."""
    if response.status_code in {401, 403, 429, 502, 503, 504} or 300 <= response.status_code < 400:
        response.raise_for_status()
