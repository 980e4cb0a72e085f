"""Roots of a corpus: the owner's folder, and the folders that were made of archives, repositories and pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from retrieval.core.errors import CorpusFileError
from retrieval.core.timing import Progress, no_progress
from retrieval.ingest.pipeline import NoCorpusError, Scan, SourceFile, scan_corpus
from retrieval.ingest.sources.config import CorpusConfig


def source_folders(sources: Path) -> list[Path]:
    """Folders in ``sources``, by name; none if it does not exist."""
    if not sources.is_dir():
        return []
    return sorted(path for path in sources.iterdir() if path.is_dir() and not path.name.startswith("."))


def scan_roots(folder: Path | None, sources: Path, *, max_tokens: int = 256, progress: Progress = no_progress) -> Scan:
    """Scan the corpus folder, if there is one, and each folder in ``sources`` with its name before ids and files.

    A source that holds no document is a problem of its own.

    Raises:
        NoCorpusError: if there is no such corpus folder, or no document in it.
    """
    scans = [] if folder is None else [scan_corpus(folder, max_tokens=max_tokens, progress=progress)]
    config = scans[0].config if scans else CorpusConfig()
    for each in source_folders(sources):
        try:
            scans.append(_below(scan_corpus(each, max_tokens=max_tokens, progress=progress), each.name))
        except NoCorpusError:
            problem = CorpusFileError(each, "no file in it is in a known format", "Delete the folder.")
            scans.append(Scan((), (problem,), (), frozenset(), (), CorpusConfig()))
    problems = [problem for scan in scans for problem in scan.config.problems]
    return Scan(
        tuple(file for scan in scans for file in scan.files),
        tuple(problem for scan in scans for problem in scan.problems),
        tuple(finding for scan in scans for finding in scan.findings),
        frozenset(name for scan in scans for name in scan.unread),
        tuple(name for scan in scans for name in scan.unlisted),
        replace(config, problems=tuple(problems)),
    )


def _below(scan: Scan, name: str) -> Scan:
    """The scan of a source, its files and ids below its name."""
    return replace(
        scan,
        files=tuple(_file_below(file, name) for file in scan.files),
        findings=tuple(finding._replace(file=f"{name}/{finding.file}") for finding in scan.findings),
        unread=frozenset(f"{name}/{file}" for file in scan.unread),
        unlisted=tuple(f"{name}/{folder}" for folder in scan.unlisted),
    )


def _file_below(file: SourceFile, name: str) -> SourceFile:
    article_id = f"{name}/{file.article_id}"
    files = tuple(f"{name}/{each}" for each in file.files)
    return replace(file, files=files, article_id=article_id, options={**file.options, "article_id": article_id})
