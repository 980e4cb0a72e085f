"""Values of the pipeline: articles and passages, quotes and answers.

Every position is an offset in code points into ``Article.text``, half open: ``text[start:end]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from retrieval.core.display import Annotation, Display, display, within
from retrieval.core.display.span import Span
from retrieval.core.errors import one_line


class TitleSource(StrEnum):
    """Source of an article's title; shown to readers unless the document states the title."""

    DOCUMENT = "document"
    FRONT_MATTER = "front matter"
    CATALOG = "catalog"
    ASSIGNED = "assigned"
    FILE_NAME = "file name"


class Format(StrEnum):
    """Format of a file, by its ending or its first bytes."""

    TEXT = "text"
    MARKDOWN = "markdown"
    RST = "reStructuredText"
    HTML = "HTML"
    PDF = "PDF"
    DOCX = "DOCX"
    ODT = "ODT"
    EPUB = "EPUB"
    CSV = "CSV"
    TSV = "TSV"
    JSON_LINES = "JSON Lines"


class Reason(StrEnum):
    """Reason why a piece of an article's text is no passage."""

    TITLE = "title"
    KICKER = "kicker"
    HEADING = "heading"
    REPEAT = "repeat"
    COMMENT = "comment"
    BOILERPLATE = "site furniture"
    FRONT_MATTER = "front matter"
    MARKUP = "markup"
    DROPPED = "dropped by the catalog"
    FURNITURE = "running head or page number"


@dataclass(frozen=True, slots=True)
class Repair:
    """One repaired run of wrongly decoded characters, at ``start`` in the repaired text."""

    line: int
    start: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata of an article. Unknown fields are ``None``, never guessed."""

    title: str
    title_source: TitleSource
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None


class Context(NamedTuple):
    """Text around a passage that says what it is about. It is searched and shown above the quote, never part of it.

    ``headings`` are those above it, the outermost first. ``introduction`` is the line that leads in a list, a table or
    code and stands in an earlier passage; ``header`` the header row of a table that was cut. All without marks.
    """

    headings: tuple[str, ...] = ()
    introduction: str = ""
    header: str = ""

    def lines(self) -> tuple[str, ...]:
        """What there is of it, the outermost first."""
        return tuple(filter(None, (*self.headings, self.introduction, self.header)))

    def lines_under(self, title: str) -> tuple[str, ...]:
        """Lines to show above a quote from the article of this title: the headings on one, without the title again."""
        headings = [heading for heading in map(one_line, self.headings) if heading]
        if headings and headings[0].casefold() == one_line(title).casefold():
            del headings[0]
        cells = " · ".join(filter(None, map(one_line, self.header.split("\t"))))
        return tuple(filter(None, (" › ".join(headings), one_line(self.introduction), cells)))


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class Passage:
    """Unit of search and quotation: a paragraph, part of a long one, or several that share a quotation.

    ``paragraph`` counts the file's paragraphs (runs of text, as a reader sees them) from 1, everything included,
    so that it does not move when more or less of an article is indexed. ``sentences`` are spans into the article's
    text within ``start:end``. ``lead_in`` is an earlier sentence of the article that names who or what the passage
    speaks of; ``None`` where the passage needs none. ``annotations`` touch the passage, with offsets into the
    article's text, sorted by their start. ``page`` counts from 1, ``None`` where the format has no pages;
    ``page_paragraph`` is the number of its first paragraph on that page.
    """

    passage_id: str
    article_id: str
    paragraph: int
    last_paragraph: int
    start: int
    end: int
    sentences: tuple[Span, ...]
    lead_in: Span | None = None
    context: Context = NO_CONTEXT
    annotations: tuple[Annotation, ...] = ()
    page: int | None = None
    page_paragraph: int | None = None

    @property
    def numbers(self) -> tuple[int, int]:
        """Numbers of its first and last paragraph as a reader counts them: on its page where it has one."""
        first = self.page_paragraph or self.paragraph
        return first, first + self.last_paragraph - self.paragraph

    @property
    def section(self) -> str | None:
        """The innermost heading above it."""
        return self.context.headings[-1] if self.context.headings else None


@dataclass(frozen=True, slots=True)
class Omission:
    """A piece of an article's text that no passage holds, with the reason. ``line`` counts from 1."""

    line: int
    paragraph: int | None
    start: int
    end: int
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A document after parsing, cleaning and chunking.

    ``text`` is what the parser read: of text formats the whole decoded document with LF line ends and repaired
    characters. ``source`` is the original file. ``files`` are the names, relative to the corpus folder, under which
    that same content was found; the first one gave ``article_id``. ``encoding`` is empty for binary formats.
    ``unread`` say, a line each, what of the file its parser left out; they are not stored with it.
    """

    article_id: str
    files: tuple[str, ...]
    metadata: Metadata
    text: str
    source: bytes
    encoding: str
    repairs: tuple[Repair, ...]
    passages: tuple[Passage, ...]
    omissions: tuple[Omission, ...]
    format: Format = Format.TEXT
    unread: tuple[str, ...] = ()

    def slice(self, span: Span) -> str:
        """The text at ``span``, verbatim."""
        return self.text[span[0] : span[1]]

    def shown(self, passage: Passage, span: Span) -> str:
        """The text at ``span``, which touches ``passage``, without rendering marks and on one line."""
        return " ".join(display(self.slice(span), within(passage.annotations, *span)).text.split())


class PassageWords(NamedTuple):
    """Words of one passage as the vocabulary counts them.

    ``terms`` are its distinct content terms, ``names`` those of them that it writes with a capital inside a sentence.
    ``acronyms`` are spelt out in it, ``initialisms`` guessed from capitalised words: terms of the expansion by term.
    """

    terms: frozenset[str]
    names: frozenset[str]
    acronyms: dict[str, tuple[str, ...]]
    initialisms: dict[str, tuple[str, ...]]


class ModelIdentity(NamedTuple):
    """Identity of an embedding model; ``max_tokens`` is its window in word pieces."""

    name: str
    fingerprint: str
    dimensions: int
    max_tokens: int

    def __str__(self) -> str:
        return f"{self.name} ({self.fingerprint})"


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """An article without its text, for lists."""

    article_id: str
    files: tuple[str, ...]
    metadata: Metadata
    encoding: str
    paragraphs: int
    passages: int
    characters: int
    sections: tuple[str, ...]
    repairs: tuple[Repair, ...]
    format: Format = Format.TEXT


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the library returns it to a search.

    ``key`` is the library's number for this version of the passage, and its id in the derived indexes.
    ``text`` and ``lead_in`` are slices of the article's text; ``lead_in_adjacent`` is false where other text stands
    between the two. ``terms`` are the folded content words of each sentence. ``lead_in`` is without rendering marks.
    """

    key: int
    passage: Passage
    metadata: Metadata
    text: str
    lead_in: str | None
    lead_in_adjacent: bool
    terms: tuple[tuple[str, ...], ...]


class Outcome(StrEnum):
    """Outcome of a question; only ANSWERED is shown as an answer."""

    ANSWERED = "answered"
    NOT_SURE = "not sure"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage as shown. ``text`` and ``lead_in`` are slices of the article, ``highlights`` are spans of ``text``.

    ``lead_in_adjacent`` is false where text stands between the lead-in and the passage: show ``[…]`` there.
    ``evidence`` are the named scores behind the passage, for ``--explain``.
    """

    passage: Passage
    metadata: Metadata
    text: str
    highlights: tuple[Span, ...]
    lead_in: str | None
    lead_in_adjacent: bool
    score: float
    also_in: tuple[str, ...] = ()
    evidence: tuple[tuple[str, float], ...] = ()

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """Annotations of ``text``, with offsets into it."""
        return within(self.passage.annotations, self.passage.start, self.passage.end)

    @property
    def display(self) -> Display:
        """``text`` without rendering marks, with the map between the two."""
        return display(self.text, self.annotations)


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to a question. ``quotes`` is empty unless answered, ``closest`` is empty if it is.

    ``confidence`` is the probability, 0 to 1, that the first passage answers. ``keyword_only``: the vector index was
    unavailable, so passages that share no word with the question were not searched. ``understood`` is the question
    in full that a follow-up was taken for, ``None`` where the question was searched for as it stands.
    """

    question: str
    outcome: Outcome
    confidence: float
    notes: tuple[str, ...]
    quotes: tuple[Quote, ...]
    closest: tuple[Quote, ...]
    keyword_only: bool = False
    understood: str | None = None

    @property
    def answered(self) -> bool:
        """True if there is an answer to show."""
        return self.outcome is Outcome.ANSWERED


@dataclass(frozen=True, slots=True)
class Findings:
    """Result of ``find``: ``hits`` are the first of ``total`` passages with the words."""

    words: str
    total: int
    hits: tuple[Quote, ...]
