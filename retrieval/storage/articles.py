"""Articles for reading: the list, numbered paragraphs, omissions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rapidfuzz import process

from retrieval.core.display import Annotation, AnnotationKind, within
from retrieval.core.errors import UnknownArticleError
from retrieval.core.findings import Finding
from retrieval.core.settings import Settings
from retrieval.core.types import ArticleSummary, Format, Omission, Passage, Reason
from retrieval.storage.home.lock import first_run_named
from retrieval.storage.library import Library

_MAX_HEADING = 500
_HEADING_MARKS = re.compile(
    r"^#{1,6}[ \t]++"  # before it
    r"|[ \t]*+(?:\{[^{}\n]*+\}|(?<=[ \t])#++|\n(?:=++|-++))[ \t]*+$"  # after it
    r"|\*\*|`|\[(?=[^\]\n]*+\]\()|\]\([^()\s]*+\)"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as a reader counts it; ``left_out`` says why it is not indexed.

    ``text`` is a slice, ``annotations`` are relative to it. What is not indexed has none but a
    heading's.
    """

    number: int
    start: int
    end: int
    text: str
    left_out: str | None
    annotations: tuple[Annotation, ...] = ()


class ArticleReader:
    """Articles for reading."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def articles(self) -> list[ArticleSummary]:
        """All articles, by id."""
        return self._library.articles.summaries()

    def omissions(self, article_id: str) -> tuple[str, list[Omission]]:
        """An article's text and its parts that are not indexed.

        Raises:
            UnknownArticleError: when there is no such article.
            AlteredArticleError: when its stored text was altered.
        """
        known = self._library.articles.resolve(article_id)
        text = self._library.articles.text(known) if known is not None else None
        if known is None or text is None:
            raise self.unknown(article_id)
        return text, self._library.articles.omissions(known)

    def findings(self) -> list[Finding]:
        """Files that the last run left out for a harmless reason."""
        return self._library.articles.findings()

    def known_id(self, article_id: str) -> str:
        """The present id of an article that is named by it or by an earlier one.

        Raises:
            UnknownArticleError: when there is no such article.
        """
        known = self._library.articles.resolve(article_id)
        if known is None:
            raise self.unknown(article_id)
        return known

    def read(self, article_id: str) -> tuple[ArticleSummary, list[Paragraph]]:
        """An article and its paragraphs, those that are not indexed included, in order.

        Raises:
            UnknownArticleError: when there is no such article.
            AlteredArticleError: when its stored text was altered.
        """
        text, omissions = self.omissions(article_id)
        article_id = self._library.articles.resolve(article_id) or article_id
        summary = next(a for a in self._library.articles.summaries() if a.article_id == article_id)
        parts = [
            Paragraph(o.paragraph, o.start, o.end, text[o.start : o.end], o.reason.value, _marks_of(o, text, summary))
            for o in omissions
            if o.paragraph is not None
        ]
        for stored in self._library.passages.of_article(article_id):
            parts += _paragraphs(text, stored.passage)
        return summary, _joined(text, sorted(parts, key=lambda part: part.start))

    def unknown(self, article_id: str) -> UnknownArticleError:
        """Error for an unknown article id, with the nearest known one."""
        ids = [article.article_id for article in self._library.articles.summaries()]
        near = process.extractOne(article_id, ids, score_cutoff=60)
        return UnknownArticleError(article_id, str(near[0]) if near else None)


def _marks_of(omission: Omission, text: str, summary: ArticleSummary) -> tuple[Annotation, ...]:
    """Marks of a Markdown heading, which is not indexed and so has no annotations of its own."""
    start, end = omission.start, omission.end
    heading = summary.format is Format.MARKDOWN and omission.reason in {Reason.HEADING, Reason.TITLE}
    if not heading or end - start > _MAX_HEADING:
        return ()
    marks = _HEADING_MARKS.finditer(text[start:end])
    return tuple(Annotation(*mark.span(), AnnotationKind.HIDDEN) for mark in marks)


def _paragraphs(text: str, passage: Passage) -> Iterator[Paragraph]:
    """Split a passage into its paragraphs."""
    count = passage.last_paragraph - passage.paragraph + 1
    spans = [(passage.start, passage.end)]
    for between in (r"\n", r"\n\s*\n"):  # a line each, or with lines that were wrapped
        gaps = list(re.compile(rf"\s*{between}\s*").finditer(text, passage.start, passage.end))
        if len(gaps) == count - 1:
            starts, ends = [gap.end() for gap in gaps], [gap.start() for gap in gaps]
            spans = list(zip([passage.start, *starts], [*ends, passage.end], strict=True))
            break
    for number, (start, end) in enumerate(spans, start=passage.paragraph):
        yield Paragraph(number, start, end, text[start:end], None, within(passage.annotations, start, end))


def _joined(text: str, parts: list[Paragraph]) -> list[Paragraph]:
    """Join the pieces of a long paragraph."""
    joined: list[Paragraph] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and last.number == part.number and last.left_out == part.left_out:
            moved = (each.moved(part.start - last.start) for each in part.annotations)
            annotations = (*last.annotations, *moved)
            joined[-1] = replace(last, end=part.end, text=text[last.start : part.end], annotations=annotations)
        else:
            joined.append(part)
    return joined


@contextmanager
def open_articles(settings: Settings) -> Iterator[ArticleReader]:
    """Open the articles of a data folder.

    Raises:
        NotIndexedError: when nothing is indexed.
        StorageError: when the library cannot be read.
    """
    with first_run_named(settings.home), Library(settings.home) as library:
        yield ArticleReader(library)
