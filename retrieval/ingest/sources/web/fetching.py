"""Fetches a page, or all that a sitemap or a feed lists, into a folder with a configuration that holds the links."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.sources.materialise import safe_name
from retrieval.ingest.sources.web.client import Page, WebClient, WebError
from retrieval.ingest.sources.web.listings import read_listing

_STATE = ".fetched.json"
_MAX_URLS, _MAX_NESTING = 50_000, 2
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "text/csv": ".csv",
}
#: Paths of sitemaps and feeds that stand for the whole site.
_USUAL = frozenset(
    {"", "sitemap.xml", "sitemap_index.xml", "sitemap.xml.gz", "feed", "feed.xml", "rss.xml", "atom.xml"}
)
_TEXT_ENDINGS = frozenset({".md", ".rst", ".txt"})


@dataclass(slots=True)
class Fetched:
    """Result: the folder's name, numbers of documents, and what could not be fetched."""

    name: str
    files: int = 0
    unchanged: int = 0
    problems: list[CorpusFileError] = field(default_factory=list)


def fetch_source(
    url: str, sources: Path, client: WebClient, progress: Callable[[int, int], None] | None = None
) -> Fetched:
    """Fetch what an address names: a page or document, or all that a sitemap or a feed lists.

    A page that cannot be fetched now keeps its former version; one that is no longer listed is deleted.

    Raises:
        WebError: when the address itself cannot be fetched.
    """
    first = client.fetch(url)
    result = Fetched(_source_name(url))
    folder = sources / result.name
    folder.mkdir(parents=True, exist_ok=True)
    state = _read_state(folder / _STATE)
    listed = read_listing(first.body) is not None
    pages: dict[str, Page | None] = dict.fromkeys(_listed(first, client, result)) if listed else {url: first}
    kept: dict[str, dict[str, Any]] = {}
    for done, (each, page) in enumerate(pages.items(), start=1):
        former = state.get(each, {})
        try:
            _store(folder, each, page or client.fetch(each, former.get("validators")), former, kept, result)
        except WebError as error:
            result.problems.append(error)
            if former and not error.gone:
                kept[each] = former
        if progress is not None:
            progress(done, len(pages))
    _finish(folder, state, kept)
    return result


def _listed(page: Page, client: WebClient, result: Fetched, nesting: int = 0) -> list[str]:
    """Addresses in a sitemap or feed, those of its sitemaps included."""
    listing = read_listing(page.body)
    if listing is None:
        return []
    urls = [urljoin(page.url, each) for each in listing.urls]
    if listing.kind != "index":
        return urls[:_MAX_URLS]
    found: list[str] = []
    for each in urls if nesting < _MAX_NESTING else ():
        if len(found) >= _MAX_URLS:
            break
        try:
            found += _listed(client.fetch(each), client, result, nesting + 1)
        except WebError as error:
            result.problems.append(error)
    return found[:_MAX_URLS]


def _store(
    folder: Path, url: str, page: Page, former: dict[str, Any], kept: dict[str, dict[str, Any]], result: Fetched
) -> None:
    if page.unchanged and former:
        kept[url] = former
        result.unchanged += 1
        return
    ending = _ending(page, url)
    if ending is None:
        problem = f"its format {page.content_type[:60]!r} is not read"
        raise WebError(url, problem, "Leave it out, or index a file in another format.", gone=True)
    file = _file_name(url, ending)
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(page.body)
    new.replace(path)
    kept[url] = {"file": file, "validators": dict(page.validators)}
    result.files += 1


def _ending(page: Page, url: str) -> str | None:
    named = PurePosixPath(urlsplit(page.url).path).suffix.lower() or PurePosixPath(urlsplit(url).path).suffix.lower()
    ending = _ENDINGS.get(page.content_type)
    if ending == ".txt" and named in _TEXT_ENDINGS:
        return named
    if ending is None and page.content_type in {"", "application/octet-stream"} and named in _ENDINGS.values():
        return named
    return ending


def _file_name(url: str, ending: str) -> str:
    """Path of a page's file: the address's own path, made safe; with a digest where that alone is not unique."""
    parts = urlsplit(url)
    names = [safe_name(unquote(each)) for each in parts.path.split("/") if each][:12] or ["index"]
    if names[-1].lower().endswith(ending):
        names[-1] = names[-1][: -len(ending)] or "index"
    plain = "/" + "/".join(names)
    if parts.query or unquote(parts.path).rstrip("/").removesuffix(ending) not in {plain, plain.removesuffix("/index")}:
        names[-1] += "-" + hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:10]
    return "/".join(names) + ending


def _source_name(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path.strip("/")
    plain = path in {
        "",
        "sitemap.xml",
        "sitemap_index.xml",
        "sitemap.xml.gz",
        "feed",
        "feed.xml",
        "rss.xml",
        "atom.xml",
    }
    return safe_name(parts.netloc if plain else f"{parts.netloc}-{path}")


def _read_state(path: Path) -> dict[str, dict[str, Any]]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _finish(folder: Path, before: dict[str, dict[str, Any]], kept: dict[str, dict[str, Any]]) -> None:
    """Delete what is no longer listed, and write the state and the links of the files."""
    files = {each["file"] for each in kept.values()}
    for each in before.values():
        if each["file"] not in files:
            (folder / each["file"]).unlink(missing_ok=True)
    lines = ["# Links of the pages that were fetched; written by `pullquote index --fetch`."]
    for url, each in kept.items():
        lines += [f"[articles.{json.dumps(each['file'])}]", f"url = {json.dumps(url)}"]
    (folder / "pullquote.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / _STATE).write_text(json.dumps(kept), encoding="utf-8")
