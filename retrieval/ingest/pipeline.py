"""Ingestion of a corpus folder: scan the files, then parse, clean and chunk those that have changed."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.span import Span
from retrieval.core.errors import CorpusFileError, NoTextError
from retrieval.core.findings import Finding, FindingKind
from retrieval.core.timing import Progress, no_progress
from retrieval.core.types import Article, Format, Metadata, Omission, Passage, Reason, TitleSource
from retrieval.ingest.chunking.chunker import split_passages
from retrieval.ingest.cleaning.cleaner import ClassifiedBlock, clean
from retrieval.ingest.parsers.document import Document, parse_documents
from retrieval.ingest.parsers.rows import RowColumns
from retrieval.ingest.parsers.text.metadata import clipped
from retrieval.ingest.sources.archives import ignored_files, is_ignored
from retrieval.ingest.sources.config import CatalogEntry, CorpusConfig, DefaultMetadata, load_config
from retrieval.ingest.sources.folder import list_files, read_bytes, relative_name

#: Part of every digest: a change in how files are read makes all articles new.
INGESTION = "2"
#: Shown characters up to which short paragraphs of structured documents are joined; in plain text each stands alone.
JOINED = 600
#: Names that a file has in every folder of a site.
_FOLDER_PAGES = frozenset({"index", "_index", "readme"})


class NoCorpusError(CorpusFileError):
    """The corpus folder is missing, is no folder, or holds no document."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to index. ``files`` are all names under which its bytes were found, its own first.

    ``digest`` covers everything that its articles are made of; ``source_sha256`` its bytes alone. ``options`` are those
    of ``build_articles``.
    """

    path: Path
    files: tuple[str, ...]
    article_id: str
    source_sha256: str
    digest: str
    options: Mapping[str, Any]

    @property
    def file(self) -> str:
        """Name relative to the corpus folder."""
        return self.files[0]


@dataclass(frozen=True, slots=True)
class Scan:
    """Files of a corpus folder.

    ``problems`` are what must be acted on, ``findings`` what was left out for a harmless reason. ``unread`` are files
    that exist but could not be read now, ``unlisted`` the folders (relative to the corpus) that could not be listed:
    neither says that an article stored earlier is gone.
    """

    files: tuple[SourceFile, ...]
    problems: tuple[CorpusFileError, ...]
    findings: tuple[Finding, ...]
    unread: frozenset[str]
    unlisted: tuple[str, ...]
    config: CorpusConfig

    @property
    def config_read(self) -> bool:
        """False if a part of the configuration could not be used, so that what it said earlier still holds."""
        return not self.config.problems


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """All articles of a folder, its problems, and what was left out for a harmless reason."""

    articles: tuple[Article, ...]
    problems: tuple[CorpusFileError, ...]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Found:
    """Files read so far, by the digest of their bytes."""

    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    paths: dict[str, Path] = field(default_factory=dict)
    problems: list[CorpusFileError] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def scan_corpus(folder: Path, *, max_tokens: int = 256, progress: Progress = no_progress) -> Scan:
    """Read every file of the folder, without parsing any.

    Raises:
        NoCorpusError: if there is no such folder, or no document in it.
    """
    if not folder.is_dir():
        raise NoCorpusError(folder, "there is no such corpus folder", "Create it or name another one.")
    listing = list_files(folder)
    if not listing.documents and not listing.unlisted:
        remedy = "Put documents into it: text, Markdown, HTML, PDF, DOCX and others."
        raise NoCorpusError(folder, "the corpus folder holds no article", remedy)
    names = [_shown_name(path, folder) for path in listing.documents]
    config = load_config(folder, names)
    ignored = ignored_files(folder)
    found = _Found(problems=list(config.problems))
    unlisted = {path.relative_to(folder).as_posix(): reason for path, reason in listing.unlisted}
    for name, why in unlisted.items():
        found.problems.append(CorpusFileError(name, f"the folder cannot be listed ({why})", "Check its permissions."))
    for path in listing.others:
        found.findings.append(Finding(FindingKind.UNKNOWN_FORMAT, _shown_name(path, folder), path.suffix.lower()))
    for done, (path, name) in enumerate(zip(listing.documents, names, strict=True), start=1):
        excluded = config.allows(name) or ("ignored by git" if is_ignored(name, ignored) else None)
        if excluded is None:
            _read(found, path, folder)
        else:
            found.findings.append(Finding(FindingKind.EXCLUDED, name, excluded))
        progress("Reading files", done, len(names))
    ids = _article_ids(name for same in found.names.values() for name in same)
    files = []
    for sha256, same in found.names.items():
        files.append(_source_file(found.paths[sha256], same, ids[same[0]], sha256, config, max_tokens))
        found.findings += [Finding(FindingKind.DUPLICATE, name, same[0]) for name in same[1:]]
    if not listing.unlisted:
        found.problems += config.unknown_articles(ids)
    return Scan(
        tuple(files), tuple(found.problems), tuple(found.findings), frozenset(found.unread), tuple(unlisted), config
    )


def _source_file(
    path: Path, names: list[str], article_id: str, sha256: str, config: CorpusConfig, max_tokens: int
) -> SourceFile:
    options = {
        "article_id": article_id,
        "entry": config.entry(names[0], article_id).model_dump(mode="json", exclude_defaults=True),
        "defaults": config.defaults(names[0]).model_dump(mode="json", exclude_none=True),
        "rows": {k: v for k, v in asdict(config.rows(names[0])).items() if v is not None},
        "max_tokens": max_tokens,
    }
    packed = json.dumps([INGESTION, sha256, names, options], ensure_ascii=True, sort_keys=True, default=sorted)
    digest = hashlib.sha256(packed.encode("ascii")).hexdigest()
    return SourceFile(path, tuple(names), article_id, sha256, digest, options)


def _read(found: _Found, path: Path, folder: Path) -> None:
    name = _shown_name(path, folder)
    try:
        name = relative_name(path, folder)
        sha256 = hashlib.sha256(read_bytes(path, name)).hexdigest()
    except CorpusFileError as error:
        found.problems.append(error)
        found.unread.add(name)
        return
    found.paths.setdefault(sha256, path)
    found.names[sha256].append(name)


def _shown_name(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    return name if name.isprintable() else ascii(name)


def _article_ids(files: Iterable[str]) -> dict[str, str]:
    """Article id of each file: its path without the ending, with it where that would not be unique."""
    by_stem: dict[str, list[str]] = defaultdict(list)
    for file in files:
        by_stem[PurePosixPath(file).with_suffix("").as_posix()].append(file)
    names = {file for same in by_stem.values() for file in same}
    return {
        file: stem if len(same) == 1 and stem not in names else file  # "a.md.md" beside "a.md" would take its id
        for stem, same in by_stem.items()
        for file in same
    }


def load_corpus(folder: Path, *, max_tokens: int = 256, progress: Progress = no_progress) -> LoadedCorpus:
    """Read every document of the folder, in this process.

    ``progress`` is called after each file. One bad file never stops the rest: it is one of the ``problems``.

    Example:
        >>> load_corpus(Path("seeds")).articles[1].metadata.title
        "Ukraine's Western Allies Seal Security Guarantees for Kyiv Amid Ongoing Conflict"

    Raises:
        NoCorpusError: if there is no such folder, or no document in it.
    """
    scan = scan_corpus(folder, max_tokens=max_tokens, progress=progress)
    articles: list[Article] = []
    problems, findings = list(scan.problems), list(scan.findings)
    for each in scan.files:
        try:
            made = build_articles(read_bytes(each.path, each.file), each.file, each.options)
        except NoTextError as error:
            findings.append(Finding(FindingKind.NO_TEXT, each.file, error.problem))
            continue
        except CorpusFileError as error:
            problems.append(error)
            continue
        articles += [replace(article, files=each.files) for article in made]
        findings += partly_read(each.file, made)
        problems += [problem for article in made for problem in scan.config.missing_paragraphs(article)]
    return LoadedCorpus(tuple(articles), tuple(problems), tuple(findings))


def partly_read(file: str, articles: Iterable[Article]) -> list[Finding]:
    """A finding for each part of a file that its parser left out."""
    return [Finding(FindingKind.PARTLY_READ, file, line) for article in articles for line in article.unread]


def build_articles(source: bytes, file: str, options: Mapping[str, Any]) -> tuple[Article, ...]:
    """Parse, clean and chunk a file: one article, or one a row.

    ``options`` are JSON values: ``article_id``, ``max_tokens``, and of the configuration what it states of the file:
    ``entry``, ``defaults`` and ``rows``.

    Raises:
        CorpusFileError: if the file cannot be read (NoTextError: if it has no words).
    """
    entry = CatalogEntry.model_validate(options.get("entry", {}))
    defaults = DefaultMetadata.model_validate(options.get("defaults", {}))
    article_id = str(options.get("article_id") or PurePosixPath(file).with_suffix("").as_posix())
    max_tokens = int(options.get("max_tokens", 256))
    made = []
    for document in parse_documents(source, file, mend=entry.repair, columns=RowColumns(**options.get("rows", {}))):
        name = f"{article_id}/{document.part}" if document.part else article_id
        made.append(build_article(document, entry, max_tokens=max_tokens, article_id=name, defaults=defaults))
    return tuple(made)


def build_article(
    document: Document,
    entry: CatalogEntry | None = None,
    *,
    max_tokens: int = 256,
    article_id: str | None = None,
    defaults: DefaultMetadata | None = None,
) -> Article:
    """Clean and chunk one document.

    Every character of its text that is not white space ends up in exactly one passage or one omission.

    Example:
        >>> article = build_article(parse_document(b"The pier is open. The ships are back.", "pier.txt"))
        >>> article.slice(article.passages[0].sentences[1])
        'The ships are back.'

    Raises:
        NoTextError: if the document has no words at all.
    """
    entry = entry or CatalogEntry()
    article_id = article_id or PurePosixPath(document.file).with_suffix("").as_posix()
    cleaned = clean(
        document.text,
        document.blocks,
        kind=document.format,
        known_title=entry.title or document.properties.get("title"),
        keep=entry.keep,
        drop=entry.drop,
    )
    if all(judged.reason in {Reason.MARKUP, Reason.FURNITURE} for judged in cleaned.blocks):
        raise NoTextError(document.file, "it has no words", "Write the article into it or delete it.")
    passages = split_passages(
        document.text, article_id, cleaned.blocks, max_tokens, _with_markup_hidden(document, cleaned.blocks),
        joined=0 if document.format is Format.TEXT else JOINED,
    )  # fmt: skip
    return Article(
        article_id=article_id,
        files=(document.file,),
        metadata=_metadata(document, entry, cleaned.title, defaults or DefaultMetadata()),
        text=document.text,
        source=document.source,
        encoding=document.encoding,
        repairs=document.repairs,
        passages=passages,
        omissions=tuple(_omissions(document, cleaned.blocks, passages)),
        format=document.format,
        unread=document.problems,
    )


def _with_markup_hidden(document: Document, blocks: Sequence[ClassifiedBlock]) -> tuple[Annotation, ...]:
    """Annotations of a document, with its blocks of mere markup hidden as wholes: passages may reach across them."""
    markup = [Span(each.block.start, each.block.end) for each in blocks if each.reason is Reason.MARKUP]
    starts = [span.start for span in markup]

    def inside(each: Annotation) -> bool:
        at = bisect_right(starts, each.start) - 1
        return at >= 0 and each.end <= markup[at].end

    kept = [each for each in document.annotations if not inside(each)]
    kept += [Annotation(*span, AnnotationKind.HIDDEN) for span in markup]
    return tuple(sorted(kept, key=lambda each: (each.start, -each.end)))


def _omissions(
    document: Document, blocks: Sequence[ClassifiedBlock], passages: Sequence[Passage]
) -> Iterator[Omission]:
    """What no passage holds, in order."""
    head = document.text[: document.body_start].rstrip()
    if head:
        yield Omission(1, None, 0, len(head), Reason.FRONT_MATTER)
    starts = [passage.start for passage in passages]
    for block, reason, _, detail in blocks:
        at = bisect_right(starts, block.start) - 1
        if reason is not None and not (at >= 0 and block.end <= passages[at].end):
            yield Omission(block.line, block.number, block.start, block.end, reason, detail)


def _name_of(file: PurePosixPath) -> str:
    """The name of a file without its ending; that of its folder where every folder has a file of this name."""
    return file.parent.name if file.stem.lower() in _FOLDER_PAGES and file.parent.name else file.stem


def _metadata(document: Document, entry: CatalogEntry, headline: str | None, defaults: DefaultMetadata) -> Metadata:
    """Merge the metadata of the entry, the document's properties, the text and the defaults, in this order."""
    given = document.properties
    titles = (
        (entry.title, entry.title_source),
        (given.get("title"), TitleSource.FRONT_MATTER),
        (headline and clipped(headline, "title"), TitleSource.DOCUMENT),
        (_name_of(PurePosixPath(document.file)), TitleSource.FILE_NAME),
    )
    title, source = next((title, source) for title, source in titles if title)
    others = ("publisher", "author", "published", "url", "language")
    return Metadata(
        title, source, **{name: getattr(entry, name) or given.get(name) or getattr(defaults, name) for name in others}
    )


def article_digest(article: Article) -> str:
    """Compute the SHA-256 (hex) of everything that is stored of an article."""
    values = asdict(replace(article, source=b""))
    values["source"] = hashlib.sha256(article.source).hexdigest()
    packed = json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode("ascii")).hexdigest()
