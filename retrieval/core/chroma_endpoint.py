"""Which Chroma server holds the vectors: its address and what it wants to know of us, as the settings say it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from retrieval.core.errors import SettingsError
from retrieval.core.secret import Secret

_CLOUD = ".trychroma.com"
_EXAMPLE = "write it like http://chroma:8000 or https://api.trychroma.com"
_LONGEST_PART = 64  # characters of a host's name between two dots; they have to be fewer
_LONGEST_TOKEN = 4096  # characters; more would not pass as a header


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A server and a database on it. ``None`` leaves tenant and database to the server's defaults.

    ``ca_file`` holds the certificates of an authority of one's own, which then is the only one that is trusted.
    ``cloud``: it is Chroma Cloud, which knows tenant and database by the token.
    """

    url: str
    token: Secret | None = None
    tenant: str | None = None
    database: str | None = None
    ca_file: Path | None = None
    cloud: bool = False

    @property
    def place(self) -> str:
        """The server as messages name it; its address holds no credentials."""
        return f"The Chroma server {self.url}"


def chroma_server_from(get: Callable[[str], str | None]) -> ChromaServer | None:
    """The server that the variables name, ``None`` without ``CHROMA_URL``. Raises SettingsError.

    ``get`` gives a variable's value, ``None`` where it is not set.
    """
    stated = get("CHROMA_URL")
    if stated is None:
        return None
    parts = _address(stated)
    host = parts.hostname or ""
    cloud = host == _CLOUD[1:] or host.endswith(_CLOUD)
    token = _token(get)
    if cloud and parts.scheme != "https":
        raise SettingsError("CHROMA_URL", "Chroma Cloud is reached by https only")
    if cloud and token is None:
        raise SettingsError("CHROMA_TOKEN", "Chroma Cloud wants an API key; set it, or CHROMA_TOKEN_FILE")
    url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    return ChromaServer(url, token, get("CHROMA_TENANT"), get("CHROMA_DATABASE"), _ca_file(get, parts.scheme), cloud)


def _address(stated: str) -> SplitResult:
    """The parts of an address that holds nothing but scheme, host, port and path."""
    try:
        parts = urlsplit(stated)
        port = parts.port
    except ValueError:
        raise SettingsError("CHROMA_URL", f"it is no address; {_EXAMPLE}") from None
    if "@" in parts.netloc:  # nothing of it is repeated: it may be a password
        raise SettingsError("CHROMA_URL", "it must hold no user name or password; put the token into CHROMA_TOKEN")
    plain = stated.isascii() and stated.isprintable() and not set(stated) & set(' \\"<>')
    if parts.scheme not in {"http", "https"} or not _is_name(parts.hostname or "") or port == 0 or not plain:
        raise SettingsError("CHROMA_URL", f"it is no http or https address; {_EXAMPLE}")
    if parts.query or parts.fragment:
        raise SettingsError("CHROMA_URL", f"it must end with the host, the port or a path; {_EXAMPLE}")
    return parts


def _is_name(host: str) -> bool:
    """Whether a host can be looked for: no part of its name is empty or too long."""
    return all(0 < len(part) < _LONGEST_PART for part in host.removesuffix(".").split("."))


def _token(get: Callable[[str], str | None]) -> Secret | None:
    token, file = get("CHROMA_TOKEN"), get("CHROMA_TOKEN_FILE")
    name = "CHROMA_TOKEN"
    if token is not None and file is not None:
        raise SettingsError("CHROMA_TOKEN_FILE", "CHROMA_TOKEN is set too; keep one of them")
    if file is not None:
        name = "CHROMA_TOKEN_FILE"
        try:
            token = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(name, f"{file} cannot be read ({error.strerror})") from error
        except UnicodeDecodeError:
            raise SettingsError(name, f"{file} holds no text") from None
        if not token:
            raise SettingsError(name, f"{file} is empty")
    if token is None:
        return None
    if not token.isascii() or not token.isprintable() or " " in token or len(token) > _LONGEST_TOKEN:
        raise SettingsError(name, "a token is one word of ASCII letters, digits and signs")
    return Secret(token)


def _ca_file(get: Callable[[str], str | None], scheme: str) -> Path | None:
    stated = get("CHROMA_CA_FILE")
    if stated is None:
        return None
    if scheme != "https":
        raise SettingsError("CHROMA_CA_FILE", "it needs a CHROMA_URL that begins with https")
    path = Path(stated).expanduser()
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        problem = "holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingsError("CHROMA_CA_FILE", f"{path} cannot be used ({problem})") from None
    return path
