"""``catalog.toml``: metadata and corrections that a corpus folder's owner gives for its articles."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article, TitleSource
from retrieval.ingest.parsers.metadata import MetadataError, clipped, is_web_address, one_line, parse_toml
from retrieval.ingest.sources.folder import read_bytes

CATALOG_NAME = "catalog.toml"
_MAX_BYTES = 8 * 1024 * 1024
_MAX_PARAGRAPH = 10**9
_MISTAKES = {
    "title_source": ("is unknown", 'Write "assigned" or "document".'),
    "url": ("is no web address", "Start it with https://."),
    "keep": ("is no list of paragraph numbers", "Write keep = [1, 2]."),
    "drop": ("is no list of paragraph numbers", "Write drop = [1, 2]."),
    "repair": ("is neither true nor false", "Write repair = false."),
}


def _line(value: object, info: ValidationInfo) -> str:
    name = info.field_name or ""
    line = one_line(value, name)
    if not line or (name != "published" and not isinstance(value, str)):
        raise ValueError("no text")
    if name == "url" and not is_web_address(line):
        raise ValueError("no web address")
    return line


def _title_source(value: object) -> TitleSource:
    if value not in (TitleSource.ASSIGNED, TitleSource.DOCUMENT):
        raise ValueError("unknown")
    return TitleSource(str(value))


_Line = Annotated[str, BeforeValidator(_line)]
_Paragraphs = frozenset[Annotated[int, Strict(), Field(gt=0, le=_MAX_PARAGRAPH)]]


class CatalogEntry(BaseModel):
    """Metadata and corrections of one article; ``keep`` and ``drop`` are paragraph numbers from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: _Line | None = None
    title_source: Annotated[TitleSource, BeforeValidator(_title_source)] = TitleSource.CATALOG
    publisher: _Line | None = None
    author: _Line | None = None
    published: _Line | None = None
    url: _Line | None = None
    language: _Line | None = None
    keep: _Paragraphs = frozenset()
    drop: _Paragraphs = frozenset()
    repair: Annotated[bool, Strict()] = True

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        both = self.keep & self.drop
        if both:
            raise ValueError(f"keeps and drops paragraph {min(both)}", "Name it in one of the two.")
        if self.title is None and "title_source" in self.model_fields_set:
            raise ValueError("has a title_source without a title", "Add the title.")
        return self


@dataclass(frozen=True, slots=True)
class Catalog:
    """Entries by article id; ``problems`` are the mistakes, each entry with one left out."""

    entries: dict[str, CatalogEntry] = field(default_factory=dict)
    problems: tuple[CorpusFileError, ...] = ()

    def entry(self, article_id: str) -> CatalogEntry:
        """Entry of the article; an empty one if the catalog has none."""
        return self.entries.get(article_id, CatalogEntry())

    def unknown_articles(self, article_ids: Iterable[str]) -> list[CorpusFileError]:
        """One error for each entry whose article does not exist."""
        names = [clipped(name, "title") for name in self.entries.keys() - set(article_ids)]
        remedy = "Use the file's name without its ending, or remove the entry."
        return [_problem(f'there is no article "{name}"', remedy) for name in sorted(names)]

    def missing_paragraphs(self, article: Article) -> list[CorpusFileError]:
        """An error if keep or drop name paragraphs that the article does not have."""
        entry, name = self.entry(article.article_id), article.article_id
        known = {number for each in article.passages for number in range(each.paragraph, each.last_paragraph + 1)}
        absent = sorted((entry.keep | entry.drop) - known - {each.paragraph for each in article.omissions})
        problem = f'"{name}" has no paragraph {", ".join(map(str, absent[:10]))}'
        return [_problem(problem, f"See `pullquote source {name}` for the numbers.")] if absent else []


def load_catalog(folder: Path) -> Catalog:
    """Read the folder's catalog, empty without a file; each mistake is one problem, with the path of its key."""
    path = folder / CATALOG_NAME
    if not os.path.lexists(path):
        return Catalog()
    try:
        return _validated(_parsed(read_bytes(path, CATALOG_NAME, _MAX_BYTES)))
    except CorpusFileError as error:
        return Catalog(problems=(error,))


def _parsed(source: bytes) -> dict[str, object]:
    try:
        return parse_toml(source.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = 1 + source.count(b"\n", 0, error.start)
        raise _problem("it is not in UTF-8", "Save it as UTF-8.", line) from error
    except MetadataError as error:
        raise _problem(f"it is no valid TOML ({error})", "Correct it.", error.line) from error


def _validated(values: dict[str, object]) -> Catalog:
    entries: dict[str, CatalogEntry] = {}
    remedy = 'Only tables [articles."ID"] belong here.'
    unknown = [key for key in values if key != "articles"]
    problems = [_problem(f'unknown key "{clipped(key, "title")}"', remedy) for key in unknown]
    articles = values.get("articles", {})
    if not isinstance(articles, dict):
        return Catalog(problems=(*problems, _problem("articles is no table", 'Write [articles."ID"].')))
    for name, fields in articles.items():
        try:
            entries[name] = CatalogEntry.model_validate(fields)
        except ValidationError as error:
            problems += _mistakes(name, error)
    return Catalog(entries, tuple(problems))


def _mistakes(name: str, error: ValidationError) -> list[CorpusFileError]:
    """One problem for each wrong key of an entry."""
    path = f'articles."{clipped(name, "title")}"'
    found: dict[str, CorpusFileError] = {}
    for detail in error.errors(include_url=False, include_input=False):
        key = clipped(str(detail["loc"][0]), "title") if detail["loc"] else ""
        if detail["type"] == "extra_forbidden":
            what, remedy = "is unknown", f"Known are {', '.join(CatalogEntry.model_fields)}."
        elif key:
            what, remedy = _MISTAKES.get(key, ("is no text", f'Write {key} = "…".'))
        elif detail["type"] == "value_error":
            what, remedy = detail["ctx"]["error"].args
        else:
            what, remedy = "is no table", f"Write [{path}]."
        found.setdefault(key, _problem(f"{path}.{key} {what}" if key else f"{path} {what}", remedy))
    return list(found.values())


def _problem(problem: str, remedy: str, line: int | None = None) -> CorpusFileError:
    return CorpusFileError(CATALOG_NAME, problem, remedy, line)
