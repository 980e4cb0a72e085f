"""A corpus folder to articles: one bad file never stops the rest, and is always reported."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from retrieval.core.errors import CorpusFileError
from retrieval.core.timing import Progress, no_progress
from retrieval.core.types import Article, Metadata, Omission, Reason, TitleSource
from retrieval.ingest.chunking.chunker import segment
from retrieval.ingest.cleaning.cleaner import ClassifiedBlock, clean
from retrieval.ingest.parsers.document import Document, list_documents, read_document
from retrieval.ingest.sources.catalog import Catalog, CatalogEntry, load_catalog


class NoCorpusError(CorpusFileError):
    """The corpus folder is missing, is no folder, or holds no documents at all."""


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """What a folder holds.

    ``unread`` are the ids of articles whose file exists but could not be used now, ``unlisted`` the folders
    (relative to the corpus) that could not be looked into: neither says that an article stored earlier is
    gone. ``catalog_read`` is false where catalog.toml could not be used: metadata may be missing then.
    """

    articles: tuple[Article, ...]
    problems: tuple[CorpusFileError, ...]
    unread: frozenset[str]
    unlisted: tuple[str, ...] = ()
    catalog_read: bool = True


@dataclass(slots=True)
class _Shelf:
    """The documents accepted so far."""

    articles: dict[str, Article] = field(default_factory=dict)
    by_text: dict[bytes, str] = field(default_factory=dict)
    problems: list[CorpusFileError] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


def load_corpus(folder: Path, *, max_tokens: int = 256, progress: Progress = no_progress) -> LoadedCorpus:
    """Read every document of the folder. ``progress`` is called after each file.

    Raises ``NoCorpusError`` if there is nothing to read; all else that is wrong is in ``problems``.
    """
    if not folder.is_dir():
        raise NoCorpusError(folder, "there is no such corpus folder", "Create it or name another one.")
    listing = list_documents(folder)
    if not listing.documents and not listing.unlisted:
        raise NoCorpusError(folder, "the corpus folder holds no article", "Put .txt or .md files into it.")
    shelf = _Shelf()
    catalog = _catalog(folder, shelf.problems)
    catalog_read = not shelf.problems
    unread: set[str] = set()
    unlisted = tuple(path.relative_to(folder).as_posix() for path, _ in listing.unlisted)
    for name, (_, reason) in zip(unlisted, listing.unlisted, strict=True):
        shelf.problems.append(
            CorpusFileError(name, f"the folder cannot be listed ({reason})", "Check its permissions.")
        )
    for done, path in enumerate(listing.documents, start=1):
        shelf.ids.add(path.stem)
        try:
            document = read_document(path, folder, mend=catalog.entry(path.stem).repair)
            _shelve(shelf, document, catalog, max_tokens)
        except CorpusFileError as error:
            shelf.problems.append(error)
            unread.add(path.stem)
        progress("Reading articles", done, len(listing.documents))
    if not unlisted:
        shelf.problems += catalog.strangers(shelf.ids)
    return LoadedCorpus(
        articles=tuple(shelf.articles.values()),
        problems=tuple(shelf.problems),
        unread=frozenset(unread - shelf.articles.keys()),
        unlisted=unlisted,
        catalog_read=catalog_read,
    )


def _catalog(folder: Path, problems: list[CorpusFileError]) -> Catalog:
    try:
        return load_catalog(folder)
    except CorpusFileError as error:
        problems.append(error)
        return Catalog()


def _shelve(shelf: _Shelf, document: Document, catalog: Catalog, max_tokens: int) -> None:
    words = hashlib.sha256(document.text.strip().encode("utf-8", "surrogatepass")).digest()
    twin_id = shelf.by_text.get(words)
    if twin_id is not None:
        twin = shelf.articles[twin_id]
        shelf.articles[twin_id] = replace(twin, files=(*twin.files, document.file))
        problem = f"it has the same content as {twin.files[0]}, one article stands for both"
        shelf.problems.append(CorpusFileError(document.file, problem, "Delete one of the two."))
        return
    other = shelf.articles.get(document.article_id)
    if other is not None:
        problem = f"{other.files[0]} has the same name, so this one is left out"
        raise CorpusFileError(document.file, problem, "Rename one of the two.")
    entry = catalog.entry(document.article_id)
    article, numbers = _build(document, entry, max_tokens)
    shelf.articles[article.article_id] = article
    shelf.by_text[words] = article.article_id
    shelf.problems += catalog.missing_paragraphs(article.article_id, numbers)


def build_article(document: Document, entry: CatalogEntry | None = None, *, max_tokens: int = 256) -> Article:
    """Clean and segment one document.

    Every character of its text that is not white space ends up in exactly one passage or one omission.

    Raises ``CorpusFileError`` if it has no words at all.
    """
    return _build(document, entry or CatalogEntry(), max_tokens)[0]


def _build(document: Document, entry: CatalogEntry, max_tokens: int) -> tuple[Article, range]:
    text = document.text
    cleaned = clean(
        text,
        document.body_start,
        document.markup,
        known_title=entry.title or document.front_matter.get("title"),
        keep=entry.keep,
        drop=entry.drop,
    )
    if all(judged.reason is Reason.MARKUP for judged in cleaned.blocks):
        raise CorpusFileError(document.file, "it has no words", "Write the article into it or delete it.")
    article = Article(
        article_id=document.article_id,
        files=(document.file,),
        metadata=_metadata(document, entry, cleaned.title),
        text=text,
        source=document.source,
        encoding=document.encoding,
        repairs=document.repairs,
        passages=segment(text, document.article_id, cleaned.blocks, max_tokens),
        omissions=(*_front_matter(document), *_omissions(cleaned.blocks)),
    )
    return article, range(1, len(cleaned.blocks) + 1)


def _omissions(blocks: tuple[ClassifiedBlock, ...]) -> list[Omission]:
    found: list[Omission] = []
    for block, reason, detail in ((each.block, each.reason, each.detail) for each in blocks):
        if reason is not None:
            found.append(Omission(block.line, block.number, block.start, block.end, reason, detail))
    return found


def _front_matter(document: Document) -> list[Omission]:
    head = document.text[: document.body_start]
    if not head.strip():
        return []
    start = len(head) - len(head.lstrip())
    return [Omission(1, None, start, len(head.rstrip()), Reason.FRONT_MATTER)]


def _metadata(document: Document, entry: CatalogEntry, shown: str | None) -> Metadata:
    """The catalog goes before the front matter, and that before what the text shows."""
    given = document.front_matter
    titles = (
        (entry.title, entry.title_source),
        (given.get("title"), TitleSource.FRONT_MATTER),
        (shown, TitleSource.DOCUMENT),
    )
    file_name = (document.article_id, TitleSource.FILE_NAME)
    title, source = next(((title, source) for title, source in titles if title), file_name)
    return Metadata(
        title=title,
        title_source=source,
        publisher=entry.publisher or given.get("publisher"),
        author=entry.author or given.get("author"),
        published=entry.published or given.get("published"),
        url=entry.url or given.get("url"),
        language=entry.language or given.get("language"),
    )


def article_digest(article: Article) -> str:
    """SHA-256 (hex) over everything that is stored of an article: if it is unchanged, so is the article."""
    values = asdict(replace(article, source=b""))
    values["source"] = hashlib.sha256(article.source).hexdigest()
    packed = json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode("ascii")).hexdigest()
