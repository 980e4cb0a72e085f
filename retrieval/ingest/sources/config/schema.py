"""Schema of ``pullquote.toml``: the tables and keys that it may hold."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationInfo,
    model_validator,
)

from retrieval.core.types import TitleSource
from retrieval.ingest.parsers.text.metadata import is_web_address, one_line
from retrieval.ingest.sources.config.links import LinkStyle, is_link_pattern

_MAX_PARAGRAPH = 10**9
_MAX_PATTERNS, _LONGEST_PATTERN = 1_000, 500


def _line(value: object, info: ValidationInfo) -> str:
    name = info.field_name or ""
    line = one_line(value, name)
    if not line or (name != "published" and not isinstance(value, str)):
        raise ValueError("is no text", f'Write {name} = "…".')
    if name in {"url", "base_url"} and not is_web_address(line):
        raise ValueError("is no web address", "Start it with https://.")
    return line


def _title_source(value: object) -> TitleSource:
    if value not in (TitleSource.ASSIGNED, TitleSource.DOCUMENT):
        raise ValueError("is unknown", 'Write "assigned" or "document".')
    return TitleSource(str(value))


def _pattern(value: object) -> str:
    if not isinstance(value, str) or not is_link_pattern(value):
        raise ValueError("is no pattern of a link", 'Write url = "https://example.org/{stem}.html".')
    return value


def _glob(value: object) -> str:
    if not isinstance(value, str) or not value.strip("!/ ") or len(value) > _LONGEST_PATTERN or not value.isprintable():
        raise ValueError("holds what is no glob", 'Write globs like "CHANGELOG*" or "drafts/**".')
    return value


def _column(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("is no name of a column", f'Write {info.field_name} = "body".')
    return value


_Line = Annotated[str, BeforeValidator(_line)]
_Paragraphs = frozenset[Annotated[int, Strict(), Field(gt=0, le=_MAX_PARAGRAPH)]]
_Glob = Annotated[str, BeforeValidator(_glob)]
_Globs = Annotated[tuple[_Glob, ...], Field(max_length=_MAX_PATTERNS)]
_Column = Annotated[str, BeforeValidator(_column)]
_LinkPattern = Annotated[str, BeforeValidator(_pattern)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CatalogEntry(_Table):
    """Metadata and corrections of one article; ``keep`` and ``drop`` are paragraph numbers from 1."""

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
            raise ValueError(f"keeps and drops paragraph {min(both)}", "Name it in one of the two.", "keep", "drop")
        if self.title is None and "title_source" in self.model_fields_set:
            raise ValueError("has a title_source without a title", "Add the title.", "title_source")
        return self


class Defaults(_Table):
    """Metadata of the articles whose own document does not state it."""

    publisher: _Line | None = None
    author: _Line | None = None
    published: _Line | None = None
    language: _Line | None = None


class DefaultMetadata(Defaults):
    """Defaults of one article, with the link that is computed from its path."""

    url: str | None = None


class Rows(_Table):
    """Columns of a CSV, TSV or JSON Lines file, and whether a row is an article or a passage of one."""

    text: _Column | None = None
    title: _Column | None = None
    published: _Column | None = None
    url: _Column | None = None
    author: _Column | None = None
    publisher: _Column | None = None
    id: _Column | None = None
    each: Literal["article", "passage"] | None = None


class Section(_Table):
    """What holds for the corpus, or for the part of it that a glob names."""

    base_url: _Line | None = None
    links: LinkStyle | None = None
    url: _LinkPattern | None = None
    defaults: Defaults = Defaults()
    rows: Rows = Rows()


class ConfigFile(Section):
    """The whole file. Of several folder sections that match a path, a later one goes before an earlier one."""

    include: _Globs = ()
    exclude: _Globs = ()
    folders: Annotated[dict[_Glob, Section], Field(max_length=_MAX_PATTERNS)] = {}
    articles: dict[str, CatalogEntry] = {}
