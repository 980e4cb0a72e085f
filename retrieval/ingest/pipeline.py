"""Ingestion of a corpus folder: read, parse, clean and chunk each document, and collect the problems."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from retrieval.core.errors import CorpusFileError
from retrieval.core.timing import Progress, no_progress
from retrieval.core.types import Article, Metadata, Omission, Reason, TitleSource
from retrieval.ingest.chunking.chunker import split_passages
from retrieval.ingest.cleaning.cleaner import ClassifiedBlock, clean
from retrieval.ingest.parsers.document import Document, parse_document
from retrieval.ingest.sources.catalog import Catalog, CatalogEntry, load_catalog
from retrieval.ingest.sources.folder import list_documents, read_document


class NoCorpusError(CorpusFileError):
    """The corpus folder is missing, is no folder, or holds no document."""


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """Articles and problems of a folder.

    ``unread`` are the ids of articles whose file exists but could not be used now, ``unlisted`` the folders
    (relative to the corpus) that could not be listed: neither says that an article stored earlier is gone.
    ``catalog_read`` is false if a part of the catalog could not be used, so that what it said earlier still holds.
    """

    articles: tuple[Article, ...]
    problems: tuple[CorpusFileError, ...]
    unread: frozenset[str]
    unlisted: tuple[str, ...] = ()
    catalog_read: bool = True


@dataclass(slots=True)
class _LoadState:
    """Documents accepted so far, and the problems of others."""

    articles: dict[str, Article] = field(default_factory=dict)
    by_text: dict[bytes, str] = field(default_factory=dict)  # article ids by the digest of their text
    problems: list[CorpusFileError] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def load_corpus(folder: Path, *, max_tokens: int = 256, progress: Progress = no_progress) -> LoadedCorpus:
    """Read every document of the folder.

    ``progress`` is called after each file. One bad file never stops the rest: it is one of the ``problems``.

    Example:
        >>> load_corpus(Path("seeds")).articles[1].metadata.title
        "Ukraine's Western Allies Seal Security Guarantees for Kyiv Amid Ongoing Conflict"

    Raises:
        NoCorpusError: if there is no such folder, or no document in it.
    """
    if not folder.is_dir():
        raise NoCorpusError(folder, "there is no such corpus folder", "Create it or name another one.")
    listing = list_documents(folder)
    if not listing.documents and not listing.unlisted:
        raise NoCorpusError(folder, "the corpus folder holds no article", "Put .txt or .md files into it.")
    catalog = load_catalog(folder)
    unlisted = {path.relative_to(folder).as_posix(): reason for path, reason in listing.unlisted}
    remedy = "Check its permissions."
    closed = [CorpusFileError(name, f"the folder cannot be listed ({why})", remedy) for name, why in unlisted.items()]
    state = _LoadState(problems=[*closed, *catalog.problems])
    for done, path in enumerate(listing.documents, start=1):
        try:
            document = read_document(path, folder, mend=catalog.entry(path.stem).repair)
            _accept(state, document, catalog, max_tokens)
        except CorpusFileError as error:
            state.problems.append(error)
            state.unread.add(path.stem)
        progress("Reading articles", done, len(listing.documents))
    if not listing.unlisted:
        state.problems += catalog.unknown_articles(path.stem for path in listing.documents)
    return LoadedCorpus(
        articles=tuple(state.articles.values()),
        problems=tuple(state.problems),
        unread=frozenset(state.unread - state.articles.keys()),
        unlisted=tuple(unlisted),
        catalog_read=not catalog.problems,
    )


def _accept(state: _LoadState, document: Document, catalog: Catalog, max_tokens: int) -> None:
    """Add a document's article, or its file's name to the article with the same text."""
    digest = hashlib.sha256(document.text.strip().encode("utf-8", "surrogatepass")).digest()
    twin_id = state.by_text.get(digest)
    if twin_id is not None:
        twin = state.articles[twin_id]
        state.articles[twin_id] = replace(twin, files=(*twin.files, document.file))
        problem = f"it has the same content as {twin.files[0]}, one article stands for both"
        state.problems.append(CorpusFileError(document.file, problem, "Delete one of the two."))
        return
    other = state.articles.get(document.article_id)
    if other is not None:
        problem = f"{other.files[0]} has the same name, so this one is left out"
        raise CorpusFileError(document.file, problem, "Rename one of the two.")
    article = build_article(document, catalog.entry(document.article_id), max_tokens=max_tokens)
    state.articles[article.article_id] = article
    state.by_text[digest] = article.article_id
    state.problems += catalog.missing_paragraphs(article)


def build_article(document: Document, entry: CatalogEntry | None = None, *, max_tokens: int = 256) -> Article:
    """Clean and chunk one document.

    Every character of its text that is not white space ends up in exactly one passage or one omission.

    Example:
        >>> article = build_article(parse_document(b"The pier is open. The ships are back.", "pier.txt"))
        >>> article.slice(article.passages[0].sentences[1])
        'The ships are back.'

    Raises:
        CorpusFileError: if the document has no words at all.
    """
    entry = entry or CatalogEntry()
    cleaned = clean(
        document.text,
        document.body_start,
        document.markup,
        known_title=entry.title or document.front_matter.get("title"),
        keep=entry.keep,
        drop=entry.drop,
    )
    if all(judged.reason is Reason.MARKUP for judged in cleaned.blocks):
        raise CorpusFileError(document.file, "it has no words", "Write the article into it or delete it.")
    return Article(
        article_id=document.article_id,
        files=(document.file,),
        metadata=_metadata(document, entry, cleaned.title),
        text=document.text,
        source=document.source,
        encoding=document.encoding,
        repairs=document.repairs,
        passages=split_passages(document.text, document.article_id, cleaned.blocks, max_tokens),
        omissions=tuple(_omissions(document, cleaned.blocks)),
    )


def build_articles(source: bytes, file: str, options: Mapping[str, object]) -> tuple[Article, ...]:
    """Parse, clean and chunk one file. ``options`` are ``max_tokens`` and ``mend``.

    Raises:
        CorpusFileError: if it cannot be used.
    """
    max_tokens = options.get("max_tokens", 256)
    document = parse_document(source, file, mend=bool(options.get("mend", True)))
    return (build_article(document, max_tokens=max_tokens if isinstance(max_tokens, int) else 256),)


def _omissions(document: Document, blocks: tuple[ClassifiedBlock, ...]) -> Iterator[Omission]:
    head = document.text[: document.body_start].rstrip()
    if head:
        yield Omission(1, None, 0, len(head), Reason.FRONT_MATTER)
    for block, reason, _, detail in blocks:
        if reason is not None:
            yield Omission(block.line, block.number, block.start, block.end, reason, detail)


def _metadata(document: Document, entry: CatalogEntry, headline: str | None) -> Metadata:
    """Merge the metadata of the catalog, the front matter and the text, in this order."""
    given = document.front_matter
    titles = (
        (entry.title, entry.title_source),
        (given.get("title"), TitleSource.FRONT_MATTER),
        (headline, TitleSource.DOCUMENT),
        (document.article_id, TitleSource.FILE_NAME),
    )
    title, source = next((title, source) for title, source in titles if title)
    others = ("publisher", "author", "published", "url", "language")
    return Metadata(title, source, **{name: getattr(entry, name) or given.get(name) for name in others})


def article_digest(article: Article) -> str:
    """Compute the SHA-256 (hex) of everything that is stored of an article; an equal digest needs no indexing."""
    values = asdict(replace(article, source=b""))
    values["source"] = hashlib.sha256(article.source).hexdigest()
    packed = json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode("ascii")).hexdigest()
