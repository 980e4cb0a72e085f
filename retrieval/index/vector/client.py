"""Chroma's own requests, with timeouts.

chromadb.HttpClient has no timeout, makes three requests in its constructor and leaves two sessions open, so its API
component is used without it.
"""

from __future__ import annotations

from typing import Any

import httpx
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.api.fastapi import FastAPI
from chromadb.api.models.Collection import Collection
from chromadb.auth.utils import maybe_set_tenant_and_database
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, System
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaAuthError
from chromadb.types import Collection as CollectionModel

from retrieval.core.health import VectorState
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.index.vector.probe import headers, probe_server, trust, unavailable, unreachable, unsupported_version
from retrieval.index.vector.timeouts import QUERY_TIMEOUTS, Timeouts

_LIST_PAGE = 100  # collections


class Connection:
    """One database on a server. Every method raises what Chroma and httpx raise."""

    def __init__(self, server: ChromaServer, timeouts: Timeouts = QUERY_TIMEOUTS) -> None:
        """Probe the server and find the database.

        Raises:
            VectorsUnavailableError: when the server is out of order.
        """
        probe_server(server, timeouts)
        settings = ChromaSettings(
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=server.url,
            chroma_server_http_port=80,  # wanted, but the one in the URL counts
            chroma_server_headers=headers(server),
        )
        if server.ca_file is not None:
            # The setting's type allows a path as well, but httpx gives that up in favour of what stands here.
            settings.chroma_server_ssl_verify = trust(server)  # type: ignore[assignment]
        self._api = System(settings).instance(FastAPI)
        session = getattr(self._api, "_session", None)  # there is no public way to set its timeouts, or to close it
        if not isinstance(session, httpx.Client):
            detail = "cannot be used with this release of the package chromadb. Install chromadb 1.5.9"
            raise unsupported_version(server, detail)
        session.timeout = timeouts.limits()
        session.event_hooks = {"response": [_refuse_by_status, timeouts.bound_body]}
        self._session = session
        self._database: dict[str, Any] = {
            "tenant": server.tenant or DEFAULT_TENANT,
            "database": server.database or DEFAULT_DATABASE,
        }
        if server.cloud:
            try:
                self._database = self._of_token(server)
            except BaseException:
                self.close()
                raise

    def _of_token(self, server: ChromaServer) -> dict[str, Any]:
        """Tenant and database for the server's token, unless the settings name them."""
        try:
            identity = self._api.get_user_identity()
            tenant, database = maybe_set_tenant_and_database(identity, True, server.tenant, server.database)
            if tenant and database:
                self._api.get_database(database, tenant)
                return {"tenant": tenant, "database": database}
        except ChromaAuthError:
            pass
        except Exception as error:  # noqa: BLE001 - a bare Exception is what it makes of many answers
            raise unreachable(server, error) from None
        detail = "has another tenant or database for this token. Check CHROMA_TENANT and CHROMA_DATABASE, or unset them"
        raise unavailable(server, VectorState.REFUSED, detail)

    def close(self) -> None:
        """Close every connection; the object cannot be used afterwards."""
        self._session.close()

    def collection(self, name: str, configuration: CreateCollectionConfiguration | None = None) -> Collection:
        """Collection ``name``, which must exist unless a ``configuration`` to make it with is given."""
        if configuration is None:
            return self._opened(self._api.get_collection(name, **self._database))
        return self._opened(self._api.get_or_create_collection(name, configuration=configuration, **self._database))

    def _opened(self, model: CollectionModel) -> Collection:
        return Collection(client=self._api, model=model, embedding_function=None)

    def names(self) -> list[str]:
        """Names of all collections."""
        names: list[str] = []
        while True:
            page = self._api.list_collections(limit=_LIST_PAGE, offset=len(names), **self._database)
            names += [found.name for found in page]
            if len(page) < _LIST_PAGE:
                return names

    def delete(self, name: str) -> None:
        """Delete a collection."""
        self._api.delete_collection(name, **self._database)

    def max_batch_size(self) -> int:
        """Most records that the server takes in one call; -1 where it does not say."""
        return self._api.get_max_batch_size()


def _refuse_by_status(response: httpx.Response) -> None:
    """Response hook: raise by status, since Chroma's client hides what a proxy before the server answers."""
    if response.status_code in {401, 403, 429, 502, 503, 504} or 300 <= response.status_code < 400:
        response.raise_for_status()
