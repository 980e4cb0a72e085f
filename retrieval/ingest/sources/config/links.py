"""Links of articles: the address at which a site generator publishes a source file."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin

from retrieval.ingest.parsers.text.metadata import is_web_address

PLACEHOLDERS = ("{path}", "{stem}", "{name}")
_RENDERED = {
    "mkdocs": frozenset({".md", ".markdown"}),
    "docusaurus": frozenset({".md", ".mdx"}),
    "sphinx": frozenset({".rst", ".md", ".txt"}),
}
#: "01-" of "01-install"; dates and versions begin otherwise.
_NUMBER_PREFIX = re.compile(r"\A(?!\d+[-_.]\d)\d+ ?[-_.]+ ?(?=[^-_.\s])")


class LinkStyle(StrEnum):
    """Generator of a site, which decides how the path of a file becomes the path of a page."""

    MKDOCS = "mkdocs"
    DOCUSAURUS = "docusaurus"
    SPHINX = "sphinx"
    PLAIN = "plain"


def page_link(base_url: str, style: LinkStyle, path: str, slug: str | None = None) -> str | None:
    """Link of the page that the site's generator makes of a file; ``None`` if that is no web address.

    ``slug`` is what the front matter of a Docusaurus page names as its address.

    Example:
        >>> page_link("https://example.org/docs", LinkStyle.MKDOCS, "a/b.md")
        'https://example.org/docs/a/b/'
    """
    base = base_url.rstrip("/") + "/"
    if PurePosixPath(path).suffix.lower() not in _RENDERED.get(style, ()):
        return _checked(base + _quoted(path))  # a generator copies other files as they are
    parts = path.split("/")
    stem = PurePosixPath(parts[-1]).stem
    if style is LinkStyle.SPHINX:
        return _checked(base + _quoted("/".join([*parts[:-1], f"{stem}.html"])))
    if style is LinkStyle.MKDOCS:
        folders = parts[:-1] if stem.lower() in {"index", "readme", "_index"} else [*parts[:-1], stem]
        return _checked(base + "".join(f"{_quoted(folder)}/" for folder in folders))
    return _checked(_docusaurus(base, parts[:-1], stem, slug))


def _docusaurus(base: str, folders: list[str], stem: str, slug: str | None) -> str:
    plain = [_NUMBER_PREFIX.sub("", folder) for folder in folders]
    name = _NUMBER_PREFIX.sub("", stem)
    if slug:
        if slug.startswith("/"):
            return base + _quoted(slug.lstrip("/"))
        return urljoin(base + "".join(f"{_quoted(folder)}/" for folder in plain), _quoted(slug))
    if name.lower() in {"index", "readme"} or (plain and name.lower() == plain[-1].lower()):
        return base + _quoted("/".join(plain)) + ("/" if plain else "")
    return base + _quoted("/".join([*plain, name]))


def pattern_link(pattern: str, path: str) -> str | None:
    """Link that a pattern with ``{path}``, ``{stem}`` (without the ending) or ``{name}`` (its last part) gives."""
    file = PurePosixPath(path)
    values = {"{path}": path, "{stem}": str(file.with_suffix("")), "{name}": file.stem}
    pieces = re.split(r"(\{(?:path|stem|name)\})", pattern)
    return _checked("".join(_quoted(values[piece]) if piece in values else piece for piece in pieces))


def is_link_pattern(value: str) -> bool:
    """True if the value is a web address with at least one of the placeholders, and no other braces."""
    bare = value
    for placeholder in PLACEHOLDERS:
        bare = bare.replace(placeholder, "x")
    return bare != value and "{" not in bare and "}" not in bare and is_web_address(bare)


def _quoted(path: str) -> str:
    return quote(path, errors="replace")


def _checked(link: str) -> str | None:
    return link if is_web_address(link) else None
