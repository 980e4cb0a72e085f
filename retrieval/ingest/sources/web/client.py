"""HTTP client for documents: polite (robots.txt, a pause between requests), and bounded in time, size and place."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from retrieval.core.errors import CorpusFileError
from retrieval.core.system import version
from retrieval.ingest.sources.web.addresses import PinnedTransport, RefusedAddressError

_MAX_BYTES, _MAX_ROBOTS = 20 << 20, 500_000
_MAX_SECONDS = 60.0
_TIMEOUT = httpx.Timeout(20, connect=10)
_MAX_REDIRECTS = 5
_PAUSE, _LONGEST_PAUSE = 1.0, 10.0  # seconds between two requests to a host
_LONGEST_URL = 2_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class WebError(CorpusFileError):
    """A page cannot be fetched. ``gone``: the server says that there is none."""

    def __init__(self, url: str, problem: str, remedy: str, *, gone: bool = False) -> None:
        super().__init__(url[:200], problem, remedy)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. ``url`` is where redirects led; ``validators`` serve the next conditional request."""

    url: str
    body: bytes
    content_type: str
    validators: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False


class WebClient:
    """Client that fetches one document after the other.

    Example:
        >>> with WebClient() as client:
        ...     client.fetch("https://example.org/").content_type
        'text/html'
    """

    def __init__(
        self, transport: httpx.BaseTransport | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.agent = f"pullquote/{version()}"
        headers = {"User-Agent": self.agent, "Accept-Encoding": "identity"}
        self._client = httpx.Client(
            transport=transport or PinnedTransport(), headers=headers, timeout=_TIMEOUT, trust_env=False
        )
        self._pause = pause
        self._robots: dict[str, Protego | None] = {}
        self._last: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Page:
        """Fetch a document; with ``validators`` of an earlier answer it may be ``unchanged``.

        Raises:
            WebError: when it cannot be had, or robots.txt forbids it.
        """
        origin = url
        for _ in range(_MAX_REDIRECTS + 1):
            if not self._permitted(url):
                raise WebError(origin, "robots.txt of the site forbids it", "Ask the site's owner for the files.")
            page = self._get(url, origin, validators or {}, _MAX_BYTES)
            if isinstance(page, Page):
                return page
            url = page
        raise WebError(origin, f"it redirects more than {_MAX_REDIRECTS} times", "Name the page that it leads to.")

    def _permitted(self, url: str) -> bool:
        """Ask robots.txt, read once for each site: without one everything is allowed, while it fails nothing."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            self._robots[site] = self._read_robots(site)
        rules = self._robots[site]
        return rules is not None and bool(rules.can_fetch(url, self.agent))

    def _read_robots(self, site: str) -> Protego | None:
        url = f"{site}/robots.txt"
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                page = self._get(url, url, {}, _MAX_ROBOTS)
            except WebError as error:
                if error.gone:
                    return Protego.parse("")
                raise
            if isinstance(page, Page):
                return Protego.parse(page.body.decode("utf-8", "replace"))
            url = page
        return None

    def _get(self, url: str, origin: str, validators: Mapping[str, str], most: int) -> Page | str:
        """The document, or the address that it redirects to."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > _LONGEST_URL or parts.username:
            raise WebError(origin, "it is no web address that can be fetched", "Name one with http:// or https://.")
        self._wait(parts.netloc)
        started = time.monotonic()
        try:
            with self._client.stream("GET", url, headers=dict(validators)) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    return urljoin(url, response.headers["location"])
                if response.status_code == httpx.codes.NOT_MODIFIED and validators:
                    return Page(url, b"", "", validators, unchanged=True)
                _check_status(response, origin)
                body = _body(response, origin, most, started)
        except RefusedAddressError as error:
            raise WebError(origin, str(error), "Only pages of the public internet are fetched.") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            problem = f"it cannot be fetched ({type(error).__name__})"
            raise WebError(origin, problem, "Check the address and the network, then try again.") from error
        kept = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
        found = {name: response.headers[header][:500] for name, header in kept.items() if header in response.headers}
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Page(url, body, content_type, found)

    def _wait(self, host: str) -> None:
        """Leave a pause between two requests to a host, as long as its robots.txt asks, within reason."""
        rules = next((rules for site, rules in self._robots.items() if site.endswith(f"://{host}")), None)
        asked = rules.crawl_delay(self.agent) if rules is not None else None
        pause = min(max(float(asked or 0), _PAUSE), _LONGEST_PAUSE)
        if host in self._last:
            left = self._last[host] + pause - time.monotonic()
            if left > 0:
                self._pause(left)
        self._last[host] = time.monotonic()


def _check_status(response: httpx.Response, origin: str) -> None:
    status = response.status_code
    if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
        raise WebError(origin, f"the server answers with {status}", "Try again later.")
    if not response.is_success:
        raise WebError(origin, f"the server answers with {status}", "Check the address.", gone=True)


def _body(response: httpx.Response, origin: str, most: int, started: float) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in {"identity", "gzip", ""}:
        raise WebError(origin, f"it comes in the encoding {encoding[:20]!r}", "Download it and index the file.")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += inflate.decompress(chunk, most + 1) if inflate else chunk
            if len(body) > most:
                raise WebError(origin, f"it is larger than {most / 2**20:.0f} MB", "Download it and index the file.")
            if time.monotonic() - started > _MAX_SECONDS:
                raise WebError(origin, f"it takes longer than {_MAX_SECONDS:.0f} seconds", "Try again later.")
    except zlib.error as error:
        raise WebError(origin, "its compression is damaged", "Try again later.") from error
    return bytes(body)
