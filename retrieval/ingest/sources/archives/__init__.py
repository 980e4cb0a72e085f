"""Archives and Git repositories: their files are written into a folder, within bounds and never outside of it."""

from retrieval.ingest.sources.archives.extraction import ARCHIVE_ENDINGS, Extracted, extract_archive
from retrieval.ingest.sources.archives.git import export_head, ignored_files, is_bare_repository, is_ignored

__all__ = [
    "ARCHIVE_ENDINGS",
    "Extracted",
    "export_head",
    "extract_archive",
    "ignored_files",
    "is_bare_repository",
    "is_ignored",
]
