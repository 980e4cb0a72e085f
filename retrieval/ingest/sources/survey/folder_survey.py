"""Survey of a folder: formats, the site that it is the source of, release notes, tables."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from retrieval.ingest.sources.survey.sites import SETTINGS_NAMES, Site, read_site, sites_above

_FORMATS = {
    "Markdown": (".md", ".markdown", ".mdx"),
    "plain text": (".txt", ".text"),
    "reStructuredText": (".rst",),
    "HTML": (".html", ".htm", ".xhtml"),
    "PDF": (".pdf",),
    "DOCX": (".docx",),
    "ODT": (".odt",),
    "EPUB": (".epub",),
    "tables": (".csv", ".tsv", ".jsonl", ".ndjson"),
    "mail": (".eml", ".mbox"),
}
_FORMAT_OF = {ending: name for name, endings in _FORMATS.items() for ending in endings}
#: Names of release notes: the first are left out, the others proposed.
RELEASE_NOTES = ("CHANGELOG*", "changelog*")
PROPOSED = ("CHANGES*", "HISTORY*", "release-notes*", "release_notes*", "RELEASES*", "releases.md")
_MAX_FILES, _MAX_SITES = 200_000, 20
_MANY = 50  # files of plain text that are a collection of articles rather than notes


@dataclass(slots=True)
class Survey:
    """What a folder holds. ``formats`` counts files by format, ``sites`` have their sources in it or around it."""

    folder: Path
    formats: Counter[str] = field(default_factory=Counter)
    others: int = 0
    sites: list[Site] = field(default_factory=list)
    release_notes: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    vault: bool = False

    @property
    def documents(self) -> int:
        """Number of files in a known format."""
        return self.formats.total()

    def describe(self) -> str:
        """Describe the folder in a line: what it is, and its files by format."""
        counts = ", ".join(f"{count:,} {name}" for name, count in self.formats.most_common())
        return f"{self._kind()}: {counts or 'no file in a known format'}"

    def _kind(self) -> str:
        if self.sites:
            generators = dict.fromkeys(site.generator for site in self.sites)
            return f"Documentation of {' and '.join(generators)}"
        if self.vault:
            return "An Obsidian vault"
        most, count = next(iter(self.formats.most_common(1)), ("", 0))
        if most == "plain text" and count >= _MANY:
            return "A collection of articles as plain text"
        return {"PDF": "A folder of PDFs", "tables": "Tables of texts", "mail": "Mail"}.get(
            most, "A folder of documents"
        )


def survey_folder(folder: Path) -> Survey:
    """Look at the names of a folder's files, and at the settings of site generators in it and above it."""
    folder = folder.resolve()
    survey = Survey(folder, vault=(folder / ".obsidian").is_dir())
    found: list[Site] = []
    for path in islice(_files(folder), _MAX_FILES):
        name = _FORMAT_OF.get(path.suffix.lower())
        if name is None:
            survey.others += 1
        else:
            survey.formats[name] += 1
            _note(survey, path, name)
        if path.name in SETTINGS_NAMES and len(found) < _MAX_SITES and (site := read_site(path)):
            found.append(site)
    survey.sites = (
        _relevant(folder, found)
        or [site for site in sites_above(folder) if folder.is_relative_to(site.folder.resolve())][:1]
    )
    return survey


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(files) if not name.startswith("."))


def _note(survey: Survey, path: Path, form: str) -> None:
    if form == "tables":
        survey.tables.append(path.relative_to(survey.folder).as_posix())
    for pattern in (*RELEASE_NOTES, *PROPOSED):
        if fnmatchcase(path.name, pattern) and pattern not in survey.release_notes:
            survey.release_notes.append(pattern)


def _relevant(folder: Path, sites: list[Site]) -> list[Site]:
    """Sites whose sources lie in the folder, each folder once."""
    inside = {site.folder.resolve(): site for site in reversed(sites) if site.folder.is_dir()}
    return [site for path, site in sorted(inside.items()) if path.is_relative_to(folder)]
