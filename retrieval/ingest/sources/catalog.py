"""``catalog.toml``: what a corpus folder's owner says of its articles beside their text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import TitleSource
from retrieval.ingest.parsers.front_matter import is_web_address, one_line

CATALOG_NAME = "catalog.toml"
_TEXTS = ("title", "publisher", "author", "published", "url", "language")
_KEYS = (*_TEXTS, "title_source", "keep", "drop", "repair")
_SOURCES = {"assigned": TitleSource.ASSIGNED, "document": TitleSource.DOCUMENT}
_TOML_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """What the catalog says of one article; ``keep`` and ``drop`` are paragraph numbers from 1."""

    title: str | None = None
    title_source: TitleSource = TitleSource.CATALOG
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    keep: frozenset[int] = frozenset()
    drop: frozenset[int] = frozenset()
    repair: bool = True
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """The entries by article id; an article without one gets an empty entry."""

    file: str = CATALOG_NAME
    entries: dict[str, CatalogEntry] = field(default_factory=dict)

    def entry(self, article_id: str) -> CatalogEntry:
        """What is said of the article, if anything."""
        return self.entries.get(article_id, CatalogEntry())

    def strangers(self, article_ids: Iterable[str]) -> tuple[CorpusFileError, ...]:
        """One error for each entry whose article does not exist."""
        known = frozenset(article_ids)
        return tuple(
            CorpusFileError(
                self.file,
                f'there is no article "{article_id}"',
                "Use the file's name without its ending, or remove the entry.",
                entry.line,
            )
            for article_id, entry in self.entries.items()
            if article_id not in known
        )

    def missing_paragraphs(self, article_id: str, numbers: Iterable[int]) -> tuple[CorpusFileError, ...]:
        """An error if keep or drop name paragraphs that the article does not have."""
        entry = self.entry(article_id)
        absent = sorted((entry.keep | entry.drop).difference(numbers))
        if not absent:
            return ()
        named = ", ".join(map(str, absent[:10]))
        remedy = f"See `pullquote source {article_id}` for the numbers."
        return (CorpusFileError(self.file, f'"{article_id}" has no paragraph {named}', remedy, entry.line),)


def load_catalog(folder: Path) -> Catalog:
    """Read the folder's catalog; a missing file is an empty catalog.

    Raises ``CorpusFileError`` with the line for anything but a sound catalog: a typing error that was
    passed over would quietly lose what its author meant.
    """
    try:
        source = (folder / CATALOG_NAME).read_bytes()
    except FileNotFoundError:
        return Catalog()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = f"it cannot be read ({reason})"
        raise CorpusFileError(CATALOG_NAME, problem, "Check its permissions.") from error
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = 1 + source.count(b"\n", 0, error.start)
        raise CorpusFileError(CATALOG_NAME, "it is not in UTF-8", "Save it as UTF-8.", line) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        last = 1 + text.rstrip("\n").count("\n")
        reason = re.sub(r" \(at .*\)$", "", str(error))[:120]
        line = int(found[1]) if found else last
        raise CorpusFileError(CATALOG_NAME, f"it is no valid TOML ({reason})", "Correct it.", line) from error
    return _Reading(text).catalog(values)


class _Reading:
    """Checks the parsed values, with the text at hand to name the line of what is wrong."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def catalog(self, values: dict[str, Any]) -> Catalog:
        for key in values:
            if key != "articles":
                raise self._wrong(f'unknown key "{key}"', 'Only tables [articles."ID"] belong here.', "", key)
        articles = values.get("articles", {})
        if not isinstance(articles, dict):
            raise self._wrong("articles is no table", 'Write [articles."ID"].', "", "articles")
        return Catalog(entries={name: self._entry(name, fields) for name, fields in articles.items()})

    def _entry(self, name: str, fields: object) -> CatalogEntry:
        if not isinstance(fields, dict):
            raise self._wrong(f'"{name}" is no table', f'Write [articles."{name}"].', "", name)
        values: dict[str, Any] = {key: self._value(name, key, value) for key, value in fields.items()}
        entry = CatalogEntry(**values, line=self._line(name))
        both = entry.keep & entry.drop
        if both:
            problem = f"paragraph {min(both)} is kept and dropped"
            raise self._wrong(problem, "Name it in one of the two.", name, "drop")
        if entry.title is None and "title_source" in fields:
            raise self._wrong("title_source without a title", "Add the title.", name, "title_source")
        return entry

    def _value(self, name: str, key: str, value: object) -> object:
        if key not in _KEYS:
            raise self._wrong(f'unknown key "{key}"', f"Known are {', '.join(_KEYS)}.", name, key)
        if key in {"keep", "drop"}:
            numbers = value if isinstance(value, list) else [None]
            if not all(isinstance(each, int) and not isinstance(each, bool) and each > 0 for each in numbers):
                problem = f"{key} is no list of paragraph numbers"
                raise self._wrong(problem, f"Write {key} = [1, 2].", name, key)
            return frozenset(numbers)
        if key == "repair":
            if not isinstance(value, bool):
                raise self._wrong("repair is neither true nor false", "Write repair = false.", name, key)
            return value
        if key == "title_source":
            if not isinstance(value, str) or value not in _SOURCES:
                raise self._wrong("unknown title_source", 'Write "assigned" or "document".', name, key)
            return _SOURCES[value]
        return self._text(name, key, value)

    def _text(self, name: str, key: str, value: object) -> str:
        line = one_line(value, key)
        if not line or (key != "published" and not isinstance(value, str)):
            raise self._wrong(f"{key} is no text", f'Write {key} = "…".', name, key)
        if key == "url" and not is_web_address(line):
            raise self._wrong("url is no web address", "Start it with https://.", name, key)
        return line

    def _wrong(self, problem: str, remedy: str, name: str, key: str) -> CorpusFileError:
        where = f' (article "{name}")' if name else ""
        return CorpusFileError(CATALOG_NAME, problem + where, remedy, self._line(name, key))

    def _line(self, name: str, key: str = "") -> int | None:
        """The line of a key below the article's name, as well as plain searching finds it."""
        quoted = rf"[\"']?{re.escape(name)}[\"']?\s*"
        header = re.compile(rf"articles[\"']?\s*\.\s*{quoted}[\].=]|^\s*{quoted}=" if name else "")
        first = next((at for at, line in enumerate(self._lines) if header.search(line)), 0)
        pattern = re.compile(rf"(?:^\s*|[\[.{{,]\s*)[\"']?{re.escape(key)}\b")
        lines = range(first, len(self._lines))
        found = next((at for at in lines if key and pattern.search(self._lines[at])), None)
        return 1 + (first if found is None else found)
