"""State of each message with buttons, stored as JSON so that the buttons work after a restart.

Quotes are kept by reference: a page is rendered from the articles each time. The values of ``kind`` are stored and
never change.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import string
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from retrieval.core.display import Annotation, shown_line
from retrieval.core.display.span import Span
from retrieval.core.types import NO_CONTEXT, Context, Metadata, Outcome, Passage, Quote

KEY_LENGTH = 12
#: Format of the stored JSON. Rows without a number are of format 1.
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class QuoteRef:
    """Position of a quote and a digest of its words: enough to quote it again, or to see that the text has changed."""

    article: str
    start: int
    end: int
    paragraph: int
    last_paragraph: int
    digest: str
    section: str | None = None  # of rows that were stored before there was a context
    highlights: tuple[Span, ...] = ()
    lead_in: Span | None = None
    lead_in_adjacent: bool = True
    also_in: tuple[str, ...] = ()
    context: Context = NO_CONTEXT
    annotations: tuple[Annotation, ...] = ()
    page: int | None = None
    page_paragraph: int | None = None

    @classmethod
    def of(cls, quote: Quote) -> QuoteRef:
        """The reference to a quote."""
        passage = quote.passage
        return cls(
            article=passage.article_id, start=passage.start, end=passage.end, paragraph=passage.paragraph,
            last_paragraph=passage.last_paragraph, digest=digest(quote.text), highlights=quote.highlights,
            lead_in=passage.lead_in, lead_in_adjacent=quote.lead_in_adjacent, also_in=quote.also_in,
            context=passage.context, annotations=passage.annotations, page=passage.page,
            page_paragraph=passage.page_paragraph,
        )  # fmt: skip

    def quote(self, text: str, metadata: Metadata) -> Quote | None:
        """The quote, cut out of the article's ``text`` again; ``None`` if other words stand there now."""
        words = text[self.start : self.end]
        if digest(words) != self.digest:
            return None
        lead = shown_line(text, self.lead_in, self.annotations) if self.lead_in else None
        passage = Passage(
            passage_id=f"{self.article}:{self.start}", article_id=self.article, paragraph=self.paragraph,
            last_paragraph=self.last_paragraph, start=self.start, end=self.end, sentences=(), lead_in=self.lead_in,
            context=Context((self.section,)) if self.section else self.context, annotations=self.annotations,
            page=self.page, page_paragraph=self.page_paragraph,
        )  # fmt: skip
        return Quote(
            passage=passage, metadata=metadata, text=words, highlights=self.highlights, lead_in=lead,
            lead_in_adjacent=self.lead_in_adjacent, score=0.0, also_in=self.also_in,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as a member asked it.

    A follow-up was understood with ``previous_question``, and searched for as ``understood``.
    """

    text: str
    article: str | None = None
    previous_question: str | None = None
    understood: str | None = None

    @property
    def searched(self) -> str:
        """The question as it was searched for."""
        return self.understood or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class _GuildMessage:
    guild: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passages(_GuildMessage):
    quotes: tuple[QuoteRef, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerMessage(_Passages):
    """The answer to a question: quotes if it is answered, else the closest passages for a button."""

    question: AskedQuestion
    outcome: Outcome = Outcome.NOTHING
    confidence: float = 0.0
    closest: tuple[QuoteRef, ...] = ()
    notes: tuple[str, ...] = ()
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True)
class MorePassages(_Passages):
    """Passages after those of an answer; ``already_shown`` are the quotes above them."""

    question: AskedQuestion
    already_shown: tuple[QuoteRef, ...] = ()
    kind: Literal["more"] = "more"


@dataclass(frozen=True, slots=True)
class ClosestPassages(_Passages):
    """Passages that come close to a question, or to a message (no question)."""

    question: AskedQuestion | None
    kind: Literal["closest"] = "closest"


@dataclass(frozen=True, slots=True)
class RelatedPassages(_Passages):
    """Passages related to a member's message; ``more`` wait for a button. The message itself is not kept."""

    more: tuple[QuoteRef, ...] = ()
    closest: tuple[QuoteRef, ...] = ()
    notes: tuple[str, ...] = ()
    kind: Literal["bearing"] = "bearing"


@dataclass(frozen=True, slots=True)
class QuotesInContext:
    """Quotes with the paragraphs around them."""

    quotes: tuple[QuoteRef, ...]
    kind: Literal["context"] = "context"


@dataclass(frozen=True, slots=True)
class SearchResults(_GuildMessage):
    """Passages with exactly these words."""

    words: str
    kind: Literal["findings"] = "findings"


@dataclass(frozen=True, slots=True)
class ArticleView(_GuildMessage):
    """An article's card and paragraphs."""

    article: str
    kind: Literal["source"] = "source"


@dataclass(frozen=True, slots=True)
class ArticleList(_GuildMessage):
    """The articles that match ``filter``; all of them if it is empty."""

    filter: str = ""
    kind: Literal["sources"] = "sources"


PassagesMessage = AnswerMessage | MorePassages | ClosestPassages | RelatedPassages
MessageState = PassagesMessage | QuotesInContext | SearchResults | ArticleView | ArticleList
_ADAPTER: TypeAdapter[MessageState] = TypeAdapter(Annotated[MessageState, Field(discriminator="kind")])


def new_key() -> str:
    """A random key for the buttons of a message."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(KEY_LENGTH))


def digest(words: str) -> str:
    """Sixteen hex digits that change when the words do."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def to_json(state: MessageState) -> str:
    """``state`` as one line of JSON."""
    return json.dumps({"format": _FORMAT, **asdict(state)}, ensure_ascii=True, separators=(",", ":"))


def from_json(text: str) -> MessageState:
    """The state that ``text`` holds, written in this format or an earlier one.

    Raises:
        ValueError: when ``text`` is of another format.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("format", 1) not in {1, _FORMAT}:
        raise ValueError("not a message state of a known format")
    return _ADAPTER.validate_python(data if "format" in data else _from_format_1(data))


def _from_format_1(row: dict[str, Any]) -> dict[str, Any]:
    """Fields of today out of a row in which all kinds shared the same fourteen; each kind takes those it has."""
    query, refs = row.get("query"), row.get("refs", [])
    names = {"article": "article", "took_up": "previous_question", "understood": "understood"}
    question = {"text": query, **{new: row.get(old) for old, new in names.items()}} if query else None
    fields = {**row, "question": question, "quotes": refs, "already_shown": row.get("passed"), "words": query}
    if row.get("kind") == "bearing":
        fields |= {"quotes": refs[: row["quotes"]], "more": refs[row["quotes"] :]}
    return fields | {"filter": query, "article": query}
