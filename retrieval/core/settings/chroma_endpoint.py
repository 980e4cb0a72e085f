"""Address, tenant, database and credentials of a Chroma server."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from retrieval.core.errors import SettingsError
from retrieval.core.settings.environment import EnvironmentSettings, UserPath, from_variable, secret_from_file, variable

_CLOUD = ".trychroma.com"
_EXAMPLE = "write it like http://chroma:8000 or https://api.trychroma.com"
_MAX_LABEL = 63  # characters between two dots of a host name
_TOKEN = re.compile(r"[!-~]{1,4096}")  # HTTP servers refuse longer headers


def _address(stated: str) -> str:
    """Accept an address of scheme, host, port and path only. Messages repeat nothing: it may hold a password."""
    try:
        parts = urlsplit(stated)
        port = parts.port
    except ValueError:
        raise ValueError(f"it is no address; {_EXAMPLE}") from None
    if "@" in parts.netloc:
        raise ValueError("it must hold no user name or password; put the token into CHROMA_TOKEN")
    plain = stated.isascii() and stated.isprintable() and not set(stated) & set(' \\"<>')
    labels = (parts.hostname or "").removesuffix(".").split(".")
    is_host = all(0 < len(label) <= _MAX_LABEL for label in labels)
    if parts.scheme not in {"http", "https"} or not is_host or port == 0 or not plain:
        raise ValueError(f"it is no http or https address; {_EXAMPLE}")
    if parts.query or parts.fragment:
        raise ValueError(f"it must end with the host, the port or a path; {_EXAMPLE}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class ChromaServer(EnvironmentSettings):
    """A Chroma server and a database on it. ``None`` leaves tenant and database to the server's defaults.

    ``ca_file`` holds the only certificate authorities that are trusted, in PEM form. ``cloud``: the server is Chroma
    Cloud, which derives tenant and database from the token.
    """

    url: Annotated[str, AfterValidator(_address)] = from_variable("CHROMA_URL", ...)
    token: SecretStr | None = None
    tenant: str | None = from_variable("CHROMA_TENANT", None)
    database: str | None = from_variable("CHROMA_DATABASE", None)
    ca_file: UserPath | None = from_variable("CHROMA_CA_FILE", None)
    cloud: bool = False

    @property
    def place(self) -> str:
        """The server as messages name it; its address holds no credentials."""
        return f"The Chroma server {self.url}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **values: Any) -> Self:
        """Read the server that ``CHROMA_URL`` names; raises as the base class does."""
        server = super().from_env(environ, token=_token(environ), **values)
        parts = urlsplit(server.url)
        if server.ca_file is not None:
            _check_ca_file(server.ca_file, parts.scheme)
        if not f".{parts.hostname}".endswith(_CLOUD):
            return server
        if parts.scheme != "https":
            raise SettingsError("CHROMA_URL", "Chroma Cloud is reached by https only")
        if server.token is None:
            raise SettingsError("CHROMA_TOKEN", "Chroma Cloud wants an API key; set it, or CHROMA_TOKEN_FILE")
        return server.model_copy(update={"cloud": True})


def _token(environ: Mapping[str, str]) -> str | None:
    name, token = "CHROMA_TOKEN", variable(environ, "CHROMA_TOKEN")
    if variable(environ, "CHROMA_TOKEN_FILE") is not None:
        if token is not None:
            raise SettingsError("CHROMA_TOKEN_FILE", "CHROMA_TOKEN is set too; keep one of them")
        name, token = "CHROMA_TOKEN_FILE", secret_from_file(environ, "CHROMA_TOKEN_FILE")
    if token is not None and not _TOKEN.fullmatch(token):
        raise SettingsError(name, "a token is one word of ASCII letters, digits and signs")
    return token


def _check_ca_file(file: Path, scheme: str) -> None:
    if scheme != "https":
        raise SettingsError("CHROMA_CA_FILE", "it needs a CHROMA_URL that begins with https")
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:  # ssl.SSLError is one
        problem = "holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingsError("CHROMA_CA_FILE", f"{file} cannot be used ({problem})") from None
