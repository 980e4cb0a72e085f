"""Fetching: polite, within bounds, never into a private network, and only what has changed."""

from __future__ import annotations

import gzip
import ipaddress
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from retrieval.ingest.sources.config import load_config
from retrieval.ingest.sources.web import WebClient, WebError, client, fetch_source
from retrieval.ingest.sources.web.addresses import PinnedTransport, is_public
from retrieval.ingest.sources.web.listings import read_listing

ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://x.org"/>
<entry><link rel="enclosure" href="https://x.org/mp3"/><link href="https://x.org/b"/></entry></feed>
"""


@dataclass
class Site:
    """A server on this machine; ``pages`` are bodies, or addresses to redirect to, by path."""

    url: str
    pages: dict[str, bytes | str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server whose robots.txt forbids /private."""
    here = Site("", {"/robots.txt": b"User-agent: *\nDisallow: /private\n"})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, self.headers.get("If-None-Match")))
            page = here.pages.get(self.path)
            if self.headers.get("If-None-Match") == '"1"':
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(404 if page is None else 302 if isinstance(page, str) else 200)
            if isinstance(page, str):
                self.send_header("Location", page)
            elif self.path != "/robots.txt":
                for name, value in here.headers.items():
                    self.send_header(name, value)
            self.end_headers()
            if isinstance(page, bytes):
                self.wfile.write(page)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here.url = f"http://docs.test:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield here
        server.shutdown()


def local(pauses: list[float] | None = None) -> WebClient:
    """A client for which every host is this machine."""
    transport = PinnedTransport(lambda *_: ["127.0.0.1"], lambda _: True)
    return WebClient(transport, (pauses if pauses is not None else []).append)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "240.0.0.1",  # noqa: S104
     "100.64.0.1", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "2002:a00:1::",
     "64:ff9b::a00:1", "::"],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    """Neither private, local, multicast and reserved addresses, nor such an address within an IPv6 one."""
    assert not is_public(ipaddress.ip_address(address))
    assert is_public(ipaddress.ip_address("93.184.216.34"))


def test_a_host_with_a_private_address_is_refused_at_every_redirect(site: Site) -> None:
    """One private address among others is enough, and a redirect is checked like the first address."""
    addresses = {"docs.test": ["127.0.0.1"], "mixed.test": ["93.184.216.34", "10.0.0.1"], "gone.test": []}
    transport = PinnedTransport(lambda host, _: addresses[host], lambda each: str(each) == "127.0.0.1")
    site.pages["/to"] = "http://mixed.test/"
    with WebClient(transport, lambda _: None) as web:
        with pytest.raises(WebError, match="private network"):
            web.fetch("http://mixed.test/")
        with pytest.raises(WebError, match="has no address"):
            web.fetch("http://gone.test/")
        with pytest.raises(WebError, match="private network"):
            web.fetch(f"{site.url}/to")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://docs.test/", "http://a:b@docs.test/", "http:///x", "x"])
def test_only_web_addresses_are_fetched(url: str) -> None:
    """Other schemes, and addresses with a password, are refused before anything is asked."""
    with local() as web, pytest.raises(WebError, match="no web address"):
        web.fetch(url)


def test_robots_txt_and_pauses_are_kept(site: Site) -> None:
    """What robots.txt forbids is not asked for, and a host is asked once a second or as slowly as it wants."""
    site.pages |= {"/a": b"A", "/robots.txt": b"User-agent: *\nCrawl-delay: 3\nDisallow: /private\n"}
    pauses: list[float] = []
    with local(pauses) as web:
        web.fetch(f"{site.url}/a")
        with pytest.raises(WebError, match=r"robots\.txt of the site forbids it"):
            web.fetch(f"{site.url}/private/x")

    assert [path for path, _ in site.asked] == ["/robots.txt", "/a"]
    assert 2 < pauses[0] <= 3


def test_size_redirects_and_bombs_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large document, a packed one, and a circle of redirects each end in one line."""
    monkeypatch.setattr(client, "_MAX_BYTES", 1 << 20)
    site.pages |= {"/large": bytes(2 << 20), "/circle": "/circle"}
    with local() as web:
        with pytest.raises(WebError, match="larger than 1 MB"):
            web.fetch(f"{site.url}/large")
        with pytest.raises(WebError, match="redirects more than 5 times"):
            web.fetch(f"{site.url}/circle")
        with pytest.raises(WebError, match="answers with 404"):
            web.fetch(f"{site.url}/none")
        site.headers["Content-Encoding"] = "gzip"
        site.pages["/bomb"] = gzip.compress(bytes(64 << 20))
        with pytest.raises(WebError, match="larger than 1 MB"):
            web.fetch(f"{site.url}/bomb")


def test_a_sitemap_is_fetched_once_and_then_only_what_has_changed(site: Site, tmp_path: Path) -> None:
    """Pages become files with their links, the second run asks with the validators, what is no longer listed goes."""
    urls = [f"{site.url}/{path}" for path in ("a/", "b/c.html", "private/d", "gone")]
    listed = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    site.pages |= {
        "/sitemap.xml": f"<sitemapindex><sitemap><loc>{site.url}/1.xml.gz</loc></sitemap></sitemapindex>".encode(),
        "/1.xml.gz": gzip.compress(f"<urlset>{listed}</urlset>".encode()),
        "/a/": b"<p>A</p>",
        "/b/c.html": b"<p>C</p>",
    }
    site.headers = {"Content-Type": "text/html; charset=utf-8", "ETag": '"1"'}
    with local() as web:
        first = fetch_source(f"{site.url}/sitemap.xml", tmp_path, web)
    folder = tmp_path / first.name
    assert (first.files, first.unchanged) == (2, 0)
    assert ["robots.txt" in str(first.problems[0]), "404" in str(first.problems[1])] == [True, True]
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.html")) == ["a.html", "b/c.html"]
    assert load_config(folder).entry("b/c.html", "b/c").url == urls[1]

    site.pages["/1.xml.gz"] = f"<urlset><url><loc>{urls[0]}</loc></url></urlset>".encode()
    with local() as web:
        second = fetch_source(f"{site.url}/sitemap.xml", tmp_path, web)

    assert (second.files, second.unchanged, second.problems) == (0, 1, [])
    assert ("/a/", '"1"') in site.asked
    assert [p.relative_to(folder).as_posix() for p in folder.rglob("*.html")] == ["a.html"]


@pytest.mark.parametrize(
    ("xml", "urls"),
    [
        ("<rss><channel><link>https://x.org</link><item><link>https://x.org/a</link></item></channel></rss>", ["a"]),
        (ATOM, ["b"]),
        ("<urlset><url><loc> https://x.org/a </loc></url><url><loc>https://x.org/b</loc></url><u", ["a", "b"]),
        ("<html><a href='https://x.org/a'></a></html>", None),
        ('<!DOCTYPE r [<!ENTITY a "b">]><urlset><url><loc>https://x.org/&a;</loc></url></urlset>', None),
        ("no xml", None),
    ],
)  # fmt: skip
def test_sitemaps_and_feeds_are_told_from_pages(xml: str, urls: list[str] | None) -> None:
    """RSS, Atom and sitemaps give the addresses of their entries; a page and a file with entities give none."""
    listing = read_listing(xml.encode())

    assert (listing and [url.rpartition("/")[2] for url in listing.urls]) == urls
