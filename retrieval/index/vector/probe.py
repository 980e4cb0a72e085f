"""Plain requests to a Chroma server: its probe before any work, headers, and errors that say what to do.

Chroma's client raises the same exception for an unreachable server, a refused token and a wrong address.
"""

from __future__ import annotations

import logging
import ssl
from urllib.parse import quote

import httpx
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT
from chromadb.errors import ChromaAuthError

from retrieval.core.errors import VectorsUnavailableError, one_line
from retrieval.core.health import VectorHealth, VectorState
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.index.vector.timeouts import QUERY_TIMEOUTS, Timeouts

_MAJOR = "1"
_START = "Start it, or check CHROMA_URL; CHROMA_URL unset keeps the vectors in the data folder"


def probe_server(server: ChromaServer, timeouts: Timeouts = QUERY_TIMEOUTS) -> str:
    """Return the server's version.

    Raises:
        VectorsUnavailableError: when it is unreachable, slow, no Chroma 1, or refuses the token.
    """
    # The libraries' errors become ours, and a line for every request is noise.
    for name, level in (("chromadb", logging.CRITICAL), ("httpx", logging.WARNING), ("httpcore", logging.WARNING)):
        logging.getLogger(name).setLevel(level)
    hooks = {"response": [timeouts.bound_body]}
    try:
        with httpx.Client(
            headers=headers(server), timeout=timeouts.limits(), verify=trust(server), event_hooks=hooks
        ) as http:
            version = _plain_text(server, http.get(f"{server.url}/api/v2/version"))
            if version.partition(".")[0] != _MAJOR:
                raise unsupported_version(server, f"is version {version}. Run a Chroma server of version {_MAJOR}")
            http.get(f"{server.url}/api/v2/auth/identity").raise_for_status()
            if not server.cloud:
                _check_database(server, http)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
        raise unreachable(server, error) from None
    return version


def _check_database(server: ChromaServer, http: httpx.Client) -> None:
    tenant, database = server.tenant or DEFAULT_TENANT, server.database or DEFAULT_DATABASE
    found = http.get(f"{server.url}/api/v2/tenants/{quote(tenant, safe='')}/databases/{quote(database, safe='')}")
    if found.status_code == httpx.codes.NOT_FOUND:
        wanted = f"tenant {tenant!r} with a database {database!r}"
        detail = f"has no {wanted}. Create them there, or change CHROMA_TENANT and CHROMA_DATABASE"
        raise unavailable(server, VectorState.UNAVAILABLE, detail)
    found.raise_for_status()


def _plain_text(server: ChromaServer, response: httpx.Response) -> str:
    response.raise_for_status()
    try:
        version = response.json()
    except ValueError:
        version = None
    if not isinstance(version, str) or not version.isascii() or not version.isprintable() or len(version) > 40:
        raise unsupported_version(server, "is none: something else answers there. Check CHROMA_URL")
    return version


def unsupported_version(server: ChromaServer, detail: str) -> VectorsUnavailableError:
    return unavailable(server, VectorState.UNSUPPORTED_VERSION, detail)


def unavailable(server: ChromaServer, state: VectorState, detail: str) -> VectorsUnavailableError:
    """Error about a server; ``detail`` says what is wrong and what to do."""
    return VectorsUnavailableError(server.place, VectorHealth(state, f"{server.place} {detail}"))


def unreachable(server: ChromaServer, error: Exception) -> VectorsUnavailableError:
    """Error for an exception of httpx or Chroma; it never holds the token."""
    if isinstance(error, httpx.HTTPStatusError):
        return _of_status(server, error.response.status_code)
    if isinstance(error, ChromaAuthError):
        return _of_status(server, 403)
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
        return unavailable(server, VectorState.SLOW, "takes too long to answer. Look at its load")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        detail = "has a certificate that is not trusted. Name the file of its authority in CHROMA_CA_FILE"
        return unavailable(server, VectorState.UNAVAILABLE, detail)
    if isinstance(error, (httpx.TransportError, httpx.InvalidURL, UnicodeError, OSError)):
        return unavailable(server, VectorState.UNAVAILABLE, f"cannot be reached ({_short(server, error)}). {_START}")
    return unavailable(server, VectorState.UNAVAILABLE, f"failed ({_short(server, error)}). Look at its log")


def _of_status(server: ChromaServer, status: int) -> VectorsUnavailableError:
    if status in {401, 403}:
        problem = "refuses the token. Check" if server.token else "wants a token. Set"
        return unavailable(server, VectorState.REFUSED, f"{problem} CHROMA_TOKEN or CHROMA_TOKEN_FILE")
    if status in {404, 410} or 300 <= status < 400:
        detail = f"has nothing of version {_MAJOR} there (HTTP {status}). Check CHROMA_URL, or upgrade the server"
        return unavailable(server, VectorState.UNSUPPORTED_VERSION, detail)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        detail = f"takes no more requests now (HTTP {status}). Look at its limits"
    else:
        detail = f"answers with HTTP {status}. Look at its log"
    return unavailable(server, VectorState.UNAVAILABLE, detail)


def _short(server: ChromaServer, error: Exception) -> str:
    text = one_line(error) or type(error).__name__
    if server.token:  # a server may repeat what it was sent
        text = text.replace(server.token.get_secret_value(), "[token]")
    return "".join(character for character in text if character.isprintable())[:160]


def headers(server: ChromaServer) -> dict[str, str]:
    """Request headers: the token in both forms, since a proxy before the server may read either."""
    if not server.token:
        return {}
    token = server.token.get_secret_value()
    return {"Authorization": f"Bearer {token}", "X-Chroma-Token": token}


def trust(server: ChromaServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)
