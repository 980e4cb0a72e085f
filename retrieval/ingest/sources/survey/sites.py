"""Site generators: the folder that a generator publishes, and where, by the settings beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.text.metadata import MetadataError, is_web_address, one_line, parse_toml, parse_yaml
from retrieval.ingest.sources.config.links import LinkStyle
from retrieval.ingest.sources.folder import read_bytes

_LARGEST = 1 << 20  # bytes of a generator's settings
_SPHINX = re.compile(r"^\s{0,4}(?:extensions|html_theme|html_baseurl|project)\s*=", re.MULTILINE)
_MKDOCS_LINE = re.compile(
    r"^(site_url|site_name|docs_dir|use_directory_urls):[ \t]+[\"']?([^\"'#\n]{1,500}?)[\"']?[ \t]*$", re.MULTILINE
)
_QUOTED = r"""\s{0,20}[:=]\s{0,20}(['"`])([^'"`\n]{1,500})\1"""


@dataclass(frozen=True, slots=True)
class Site:
    """Documentation that a generator publishes. ``folder`` holds its sources, ``settings`` is the file that says so.

    ``base_url`` and ``name`` are ``None`` where the settings do not state them.
    """

    generator: str
    settings: Path
    folder: Path
    links: LinkStyle | None = None
    base_url: str | None = None
    name: str | None = None


def read_site(settings: Path) -> Site | None:
    """Read a generator's settings; ``None`` if the file is none, or cannot be read."""
    reader = _READERS.get(settings.name)
    if reader is None:
        return None
    try:
        text = read_bytes(settings, settings.name, _LARGEST).decode("utf-8", "replace")
        return reader(settings, text.replace("\r\n", "\n"))
    except (CorpusFileError, MetadataError, ValueError):
        return None


def _mkdocs(settings: Path, text: str) -> Site | None:
    try:
        values = parse_yaml(text)
    except MetadataError:  # its settings may be too involved for what is allowed; a top-level line is plain
        values = {match[1]: match[2] for match in _MKDOCS_LINE.finditer(text)}
    if not isinstance(values, dict):
        return None
    folder = settings.parent / (_text(values, "docs_dir") or "docs")
    flat = (_text(values, "use_directory_urls") or "").lower() == "false"  # a.html instead of a/
    links = LinkStyle.SPHINX if flat else LinkStyle.MKDOCS
    return Site("MkDocs", settings, folder, links, _address(_text(values, "site_url")), _text(values, "site_name"))


def _docusaurus(settings: Path, text: str) -> Site:
    found = {key: match[2] for key in ("url", "baseUrl", "routeBasePath", "title") if (match := _value(key, text))}
    base = urljoin(found.get("url", ""), found.get("baseUrl", "/").rstrip("/") + "/")
    base_url = _address(urljoin(base, found.get("routeBasePath", "docs").strip("/")))
    return Site("Docusaurus", settings, settings.parent / "docs", LinkStyle.DOCUSAURUS, base_url, found.get("title"))


def _sphinx(settings: Path, text: str) -> Site | None:
    if not _SPHINX.search(text):
        return None
    base_url, name = _value("html_baseurl", text), _value("project", text)
    address = _address(base_url[2]) if base_url else None
    return Site("Sphinx", settings, settings.parent, LinkStyle.SPHINX, address, name[2] if name else None)


def _hugo(settings: Path, text: str) -> Site | None:
    values = parse_toml(text)
    content = settings.parent / (_text(values, "contentDir") or "content")
    if not content.is_dir():
        return None
    base_url = _address(_text(values, "baseURL") or _text(values, "baseurl"))
    return Site("Hugo", settings, content, LinkStyle.MKDOCS, base_url, _text(values, "title"))


def _jekyll(settings: Path, text: str) -> Site:
    name = re.search(r"^title:[ \t]*([^\n#]{1,200})", text, re.MULTILINE)
    return Site("Jekyll", settings, settings.parent, name=name[1].strip(" '\"") if name else None)


def _value(key: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w.]){key}{_QUOTED}", text)


def _text(values: Mapping[str, Any], key: str) -> str | None:
    value = values.get(key)
    if isinstance(value, list) and value:  # !ENV [VARIABLE, "default"]
        value = value[-1]
    return one_line(value, key) if isinstance(value, str) else None


def _address(value: str | None) -> str | None:
    return value if value and is_web_address(value) else None


_READERS = {
    "mkdocs.yml": _mkdocs,
    "mkdocs.yaml": _mkdocs,
    **{f"docusaurus.config.{ending}": _docusaurus for ending in ("js", "ts", "mjs", "cjs")},
    "conf.py": _sphinx,
    "hugo.toml": _hugo,
    "_config.yml": _jekyll,
}
SETTINGS_NAMES = frozenset(_READERS)


def sites_above(folder: Path, levels: int = 3) -> Iterator[Site]:
    """Sites whose settings lie in the folder or up to three levels above it, the nearest first."""
    for above in (folder, *list(folder.parents)[:levels]):
        for name in sorted(SETTINGS_NAMES):
            site = read_site(above / name) if (above / name).is_file() else None
            if site is not None:
                yield site
