"""Columns of a table of texts: which holds the text, the title and the metadata of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from retrieval.core.errors import CorpusFileError

_NAMES = {
    "text": ("text", "body", "content", "article", "answer", "description"),
    "title": ("title", "headline", "question", "subject", "heading", "name"),
    "published": ("published", "date", "published_at", "publish_date", "pubdate"),
    "url": ("url", "link"),
    "author": ("author", "authors", "byline"),
    "publisher": ("publisher", "source", "site"),
    "id": ("id", "guid", "uuid", "slug"),
}
_KNOWN = frozenset(name for names in _NAMES.values() for name in names)
_SAMPLE = 200  # rows that decide
_LONG = 40  # characters on average of a text that is found by its length
_MAX_NAME = 60  # characters
_SHOWN = 8  # names in a message

#: Cells of a row that are not empty, by their columns.
Row = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class RowColumns:
    """Names of the columns of a table; ``None`` where they are to be found. ``each`` row is an article or a passage."""

    text: str | None = None
    title: str | None = None
    published: str | None = None
    url: str | None = None
    author: str | None = None
    publisher: str | None = None
    id: str | None = None
    each: Literal["article", "passage"] = "article"


class Columns(dict[str, int]):
    """Indexes of the columns by their roles, as the fields of ``RowColumns`` are called."""

    def value(self, row: Row, role: str) -> str:
        """What a row holds in a role; empty where it has no such column."""
        return row.get(self.get(role, -1), "")


def is_header(row: Row, below: Sequence[Row], wanted: RowColumns) -> bool:
    """Tell whether the first row of a table names its columns."""
    names = [cell.strip().casefold() for cell in row.values()]
    named = {str(value).casefold() for field, value in _configured(wanted) if field != "each"}
    if named & set(names):
        return True
    short = all(0 < len(name) <= _MAX_NAME and not any(map(str.isdigit, name)) for name in names)
    if not short or len(set(names)) < len(names):
        return False
    longest = max((len(cell) for each in below[:_SAMPLE] for cell in each.values()), default=0)
    return not _KNOWN.isdisjoint(names) or longest > _MAX_NAME


def find_columns(names: Sequence[str], rows: Sequence[Row], wanted: RowColumns, file: str) -> Columns:
    """Find the columns that are named in the configuration, and the others by their usual names or their length.

    Raises:
        CorpusFileError: if there is no column of that name, or none that is the text.
    """
    places: dict[str, int] = {}
    for at, name in enumerate(names):
        places.setdefault(name.strip().casefold(), at)
    columns = Columns()
    for role, name in _configured(wanted):
        if name.strip().casefold() not in places:
            problem = f"it has no column {name!r} (but {_listed(names)})"
            raise CorpusFileError(file, problem, "Correct the name in pullquote.toml.")
        columns[role] = places[name.strip().casefold()]
    for role, usual in _NAMES.items():
        if role not in columns:
            free = (places[name] for name in usual if name in places and places[name] not in columns.values())
            filled = (at for at in free if any(row.get(at, "").strip() for row in rows))
            first = next(filled, None)
            if first is not None:
                columns[role] = first
    if "text" not in columns:
        text = _longest(rows, set(columns.values()))
        if text is None:
            raise CorpusFileError(
                file, f"none of its columns is called or looks like the text ({_listed(names)})",
                'Name it in pullquote.toml, as text = "…" of its columns.',
            )  # fmt: skip
        columns["text"] = text
    return columns


def _configured(wanted: RowColumns) -> list[tuple[str, str]]:
    named = replace(wanted, each="article")
    pairs = [(field.name, getattr(named, field.name)) for field in fields(named) if field.name != "each"]
    return [(role, name) for role, name in pairs if name]


def _longest(rows: Sequence[Row], taken: set[int]) -> int | None:
    """The column whose values are by far the longest, and sentences."""
    sizes: dict[int, int] = {}
    words: dict[int, int] = {}
    sample = rows[:_SAMPLE]
    for row in sample:
        for at, cell in row.items():
            if at not in taken:
                sizes[at] = sizes.get(at, 0) + len(cell)
                words[at] = words.get(at, 0) + cell.count(" ")
    ranked = sorted(sizes, key=lambda at: sizes[at], reverse=True)
    if not ranked or sizes[ranked[0]] < _LONG * len(sample) or words[ranked[0]] < 4 * len(sample):
        return None
    return ranked[0] if len(ranked) == 1 or sizes[ranked[0]] >= 2 * sizes[ranked[1]] else None


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name.strip()[:_MAX_NAME] or "…" for name in names[:_SHOWN])
    return f"{shown}, …" if len(names) > _SHOWN else shown
