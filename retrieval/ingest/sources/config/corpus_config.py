"""Configuration of a corpus folder: reads ``pullquote.toml`` and ``catalog.toml`` and answers for each path."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article
from retrieval.ingest.parsers.rows import RowColumns
from retrieval.ingest.parsers.text.metadata import clipped
from retrieval.ingest.sources.config.globs import compiled, fixed_folder
from retrieval.ingest.sources.config.links import LinkStyle, page_link, pattern_link
from retrieval.ingest.sources.config.schema import CatalogEntry, ConfigFile, DefaultMetadata, Section
from retrieval.ingest.sources.config.validation import parse_config, remove_mistakes
from retrieval.ingest.sources.folder import read_bytes

#: Names of the file, at the top of the corpus folder. The first takes precedence, key by key.
CONFIG_NAMES = ("pullquote.toml", "catalog.toml")
_MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CorpusConfig:
    """Configuration of a corpus folder. Paths are relative to it, with slashes.

    ``problems`` are its mistakes: each cost one key, the rest is in force. ``notices`` are no mistakes. ``shared`` are
    file names without their ending that several files have, so that they name no article.

    Example:
        >>> config = load_config(Path("handbook"))
        >>> config.allows("CHANGELOG.md")
        'excluded by "CHANGELOG*"'
    """

    file: ConfigFile = field(default_factory=ConfigFile)
    problems: tuple[CorpusFileError, ...] = ()
    notices: tuple[str, ...] = ()
    name: str = CONFIG_NAMES[0]
    shared: frozenset[str] = frozenset()

    def allows(self, path: str) -> str | None:
        """The reason why the file is no article; ``None`` if it is one."""
        included = self.file.include
        if included and _last_match(included, path) is None:
            return "not named by include"
        excluding = _last_match(self.file.exclude, path)
        return f'excluded by "{clipped(excluding, "title")}"' if excluding else None

    def entry(self, path: str, article_id: str) -> CatalogEntry:
        """What the owner states of this article: it takes precedence over the document. Empty if nothing.

        An entry is named by the file's path, by the article's id (the path without its ending), or by the file's name
        without its ending where only one file has it.
        """
        return next((self.file.articles[name] for name in self._names(path, article_id)), CatalogEntry())

    def defaults(self, path: str, slug: str | None = None) -> DefaultMetadata:
        """What holds for the article where neither its entry nor its document states it, the computed link included.

        ``slug`` is what the front matter of a Docusaurus page names as its address.
        """
        merged: dict[str, str | None] = {}
        for section in (self.file, *(section for _, section in self._sections(path))):
            merged |= section.defaults.model_dump(exclude_none=True)
        return DefaultMetadata(**merged, url=self._link(path, slug))

    def rows(self, path: str) -> RowColumns:
        """Columns of a CSV, TSV or JSON Lines file; each is ``None`` where nothing is stated."""
        merged: dict[str, Any] = {}
        for section in (self.file, *(section for _, section in self._sections(path))):
            merged |= section.rows.model_dump(exclude_none=True)
        return RowColumns(**merged)

    def unknown_articles(self, files: Mapping[str, str]) -> list[CorpusFileError]:
        """One error for each entry that names none of ``files``, or several: article ids by their paths."""
        known: set[str] = set()
        stems = Counter(PurePosixPath(path).stem for path in files)
        for path, article_id in files.items():
            known |= {path, article_id}
        known |= {stem for stem, count in stems.items() if count == 1}
        problems = []
        for name in sorted(self.file.articles.keys() - known):
            shown = clipped(name, "title")
            if stems[name] > 1:
                problem, remedy = f'"{shown}" names {stems[name]} files', "Write the path of one."
            else:
                problem, remedy = f'there is no article "{shown}"', "Write a file's path, or remove the entry."
            problems.append(CorpusFileError(self.name, problem, remedy))
        return problems

    def missing_paragraphs(self, article: Article) -> list[CorpusFileError]:
        """An error if keep or drop name paragraphs that the article does not have."""
        entry, name = self.entry(article.files[0], article.article_id), article.article_id
        known = {number for each in article.passages for number in range(each.paragraph, each.last_paragraph + 1)}
        absent = sorted((entry.keep | entry.drop) - known - {each.paragraph for each in article.omissions})
        problem = f'"{name}" has no paragraph {", ".join(map(str, absent[:10]))}'
        remedy = f"See `pullquote source {name}` for the numbers."
        return [CorpusFileError(self.name, problem, remedy)] if absent else []

    def _names(self, path: str, article_id: str) -> Iterable[str]:
        stem = PurePosixPath(path).stem
        names = (path, article_id, *([] if stem in self.shared else [stem]))
        return (name for name in names if name in self.file.articles)

    def _sections(self, path: str) -> Iterable[tuple[str, Section]]:
        return ((pattern, section) for pattern, section in self.file.folders.items() if compiled(pattern).matches(path))

    def _link(self, path: str, slug: str | None) -> str | None:
        """The link by the last section that states how links are made; a folder's own is relative to that folder."""
        source: Section = self.file
        below, links = path, self.file.links
        for pattern, section in self._sections(path):
            links = section.links or links
            if section.base_url or section.url:
                source, below = section, path.removeprefix(fixed_folder(pattern) + "/")
        if source.url:
            return pattern_link(source.url, below)
        if source.base_url:
            return page_link(source.base_url, links or LinkStyle.PLAIN, below, slug)
        return None


def load_config(folder: Path, paths: Iterable[str] = ()) -> CorpusConfig:
    """Read the folder's configuration, empty without a file. ``paths`` are all files of the corpus, if known.

    Each mistake is one of its ``problems``, with the line of its key.
    """
    present = [name for name in CONFIG_NAMES if os.path.lexists(folder / name)]
    values: dict[str, Any] = {}
    problems: list[CorpusFileError] = []
    for name in reversed(present):
        try:
            read, mistakes = parse_config(read_bytes(folder / name, name, _MAX_BYTES), name)
        except CorpusFileError as error:
            read, mistakes = {}, [error]
        values = _merged(values, read)
        problems += mistakes
    notices = []
    if len(present) > 1:
        problems += remove_mistakes(values, present[0])
        notices.append(f"{present[0]} and {present[1]} are both read; what {present[0]} says takes precedence.")
    stems = Counter(PurePosixPath(path).stem for path in paths)
    return CorpusConfig(
        ConfigFile.model_validate(values),
        tuple(problems),
        tuple(notices),
        present[0] if present else CONFIG_NAMES[0],
        frozenset(stem for stem, count in stems.items() if count > 1),
    )


def _last_match(patterns: tuple[str, ...], path: str) -> str | None:
    """The last pattern that matches the path, as in a ``.gitignore``; ``None`` if it is one that starts with ``!``."""
    for pattern in reversed(patterns):
        if compiled(pattern.removeprefix("!")).matches(path):
            return None if pattern.startswith("!") else pattern
    return None


def _merged(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    """Both tables, key by key; where both hold a value, ``upper`` takes precedence."""
    result = dict(lower)
    for key, value in upper.items():
        below = result.get(key)
        result[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result
