"""Sitemaps and feeds: the addresses that they list. Both are XML from a stranger: no entities, no network."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Literal, NamedTuple

from lxml import etree

_MAX_URLS = 50_000
_MAX_BYTES = 50 << 20  # of a sitemap that is unpacked
_ROOTS: dict[str, Literal["sitemap", "index", "feed"]] = {
    "urlset": "sitemap", "sitemapindex": "index", "rss": "feed", "feed": "feed", "RDF": "feed",
}  # fmt: skip


class Listing(NamedTuple):
    """Addresses in a sitemap, a sitemap of sitemaps, or a feed."""

    kind: Literal["sitemap", "index", "feed"]
    urls: list[str]


def read_listing(body: bytes) -> Listing | None:
    """Read a sitemap or a feed, packed by gzip or not; ``None`` if it is neither. A damaged end costs itself alone."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _MAX_BYTES)
        except zlib.error:
            return None
    if b"<" not in body[:1_000] or b"<!ENTITY" in body:
        return None
    events = etree.iterparse(
        BytesIO(body), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, recover=False,
    )  # fmt: skip
    found: dict[str, None] = {}
    kind = None
    try:
        _, root = next(events)
        kind = _ROOTS.get(_name(root))
        for event, element in events if kind else ():
            if event == "end":
                found |= dict.fromkeys(_address(element, kind or ""))
                if _name(element) in {"url", "sitemap", "item", "entry"}:
                    _forget(element)
            if len(found) >= _MAX_URLS:
                break
    except (etree.XMLSyntaxError, StopIteration):
        pass
    return Listing(kind, list(found)) if kind else None


def _name(element: etree._Element | None) -> str:
    return etree.QName(element).localname if element is not None and isinstance(element.tag, str) else ""


def _address(element: etree._Element, kind: str) -> list[str]:
    """The address in an element of an entry: one, or none."""
    name, above = _name(element), _name(element.getparent())
    text = (element.text or "").strip()
    if kind != "feed":
        return [text] if text and name == "loc" and above in {"url", "sitemap"} else []
    if name != "link" or above not in {"item", "entry"} or element.get("rel", "alternate") != "alternate":
        return []
    address = element.get("href") or text
    return [address] if address else []


def _forget(element: etree._Element) -> None:
    """Free an entry that was read, and those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
