"""Plan of an indexing run: which files to read, which articles stay and which go. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from retrieval.core.errors import RemovalRefusedError
from retrieval.ingest import Scan, SourceFile
from retrieval.storage.library import StoredVersion


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes to the library, as article ids in order."""

    add: tuple[str, ...]
    replace: tuple[str, ...]
    remove: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilePlan:
    """Files to read, with the ids of the articles that each gave before; ids that stay as they are; ids that go.

    ``moved`` are those among the ids that go whose bytes are in another file now, with the id that this gives.
    """

    read: tuple[tuple[SourceFile, tuple[str, ...]], ...]
    unchanged: tuple[str, ...]
    gone: tuple[str, ...]
    moved: Mapping[str, str] = field(default_factory=dict)

    def check_removal(self, stored: int) -> None:
        """Refuse to remove more than half of the library.

        Raises:
            RemovalRefusedError: when it would.
        """
        lost = len(self.gone) - len(self.moved)
        if 2 * lost > stored:
            raise RemovalRefusedError(lost, stored)


def plan_files(
    scan: Scan, stored: Mapping[str, StoredVersion], *, analysis: str, altered: Collection[str] = ()
) -> FilePlan:
    """Compare the files of a corpus with the articles of a library.

    An article is unchanged if the digest of its file is; while the configuration cannot be read, if the bytes are.
    ``altered`` articles are read again. Articles of files that cannot be read now stay.
    """
    by_file: dict[str, list[str]] = defaultdict(list)
    for article_id, version in stored.items():
        by_file[version.files[0]].append(article_id)
    read, unchanged = [], []
    claimed: set[str] = set()
    for file in scan.files:
        old = sorted(article_id for name in file.files for article_id in by_file.get(name, ()))
        claimed.update(old)
        intact = bool(old) and not any(article_id in altered for article_id in old)
        if intact and all(_is_current(stored[each], file, scan, analysis) for each in old):
            unchanged += old
        else:
            read.append((file, tuple(old)))
    hidden = tuple(f"{folder}/" for folder in scan.unlisted)
    gone = sorted(
        article_id
        for article_id, version in stored.items()
        if article_id not in claimed
        and not any(name in scan.unread for name in version.files)
        and not (hidden and version.files[0].startswith(hidden))
    )
    by_bytes = {file.source_sha256: file.article_id for file in scan.files}
    moved = {each: by_bytes[sha] for each in gone if (sha := stored[each].source_sha256) in by_bytes}
    return FilePlan(tuple(read), tuple(sorted(unchanged)), tuple(gone), moved)


def _is_current(version: StoredVersion, file: SourceFile, scan: Scan, analysis: str) -> bool:
    if version.digest == stored_digest(file.digest, analysis):
        return True
    same_reading = version.digest.startswith(f"{analysis}:") and version.files == file.files
    return not scan.config_read and same_reading and version.source_sha256 == file.source_sha256


def stored_digest(digest: str, analysis: str) -> str:
    """Digest under which articles of a file are stored; another ``analysis`` of words makes all of them new."""
    return f"{analysis}:{digest}"


def aliases_of(old: Iterable[str], new: Iterable[str]) -> dict[str, str]:
    """Earlier ids of a file's only article, each with the present one."""
    current = list(new)
    return {each: current[0] for each in old if each != current[0]} if len(current) == 1 else {}
