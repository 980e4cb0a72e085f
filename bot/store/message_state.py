"""What a message of the bot shows, in a form that is kept so that its buttons work after a restart."""

from __future__ import annotations

import hashlib
import json
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from retrieval.core.types import Metadata, Outcome, Passage, Quote, Span

KEY_LENGTH = 12
_SIGNS = string.ascii_letters + string.digits


class Kind(StrEnum):
    """What sort of message it is; says how its pages are made."""

    ANSWER = "answer"
    MORE = "more"  # the passages after those of an answer; votes stay with the answer
    CLOSEST = "closest"
    BEARING = "bearing"  # passages that bear on somebody's message
    FINDINGS = "findings"
    SOURCE = "source"
    SOURCES = "sources"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a quote stands, with a digest of its words: enough to quote it again, or to see that it has changed."""

    article: str
    start: int
    end: int
    paragraph: int
    last_paragraph: int
    digest: str
    section: str | None = None
    highlights: tuple[Span, ...] = ()
    lead_in: Span | None = None
    lead_in_adjacent: bool = True
    also_in: tuple[str, ...] = ()

    @classmethod
    def of(cls, quote: Quote) -> Ref:
        """The reference to a quote."""
        passage = quote.passage
        return cls(
            article=passage.article_id, start=passage.start, end=passage.end, paragraph=passage.paragraph,
            last_paragraph=passage.last_paragraph, digest=digest(quote.text), section=passage.section,
            highlights=quote.highlights, lead_in=passage.lead_in, lead_in_adjacent=quote.lead_in_adjacent,
            also_in=quote.also_in,
        )  # fmt: skip

    def quote(self, text: str, metadata: Metadata) -> Quote | None:
        """The quote, cut out of the article's ``text`` again; ``None`` if other words stand there now."""
        words = text[self.start : self.end]
        if digest(words) != self.digest:
            return None
        lead = text[self.lead_in.start : self.lead_in.end] if self.lead_in else None
        passage = Passage(
            passage_id=f"{self.article}:{self.start}", article_id=self.article, paragraph=self.paragraph,
            last_paragraph=self.last_paragraph, section=self.section, start=self.start, end=self.end,
            sentences=(), lead_in=self.lead_in,
        )  # fmt: skip
        return Quote(
            passage=passage, metadata=metadata, text=words, highlights=self.highlights, lead_in=lead,
            lead_in_adjacent=self.lead_in_adjacent, score=0.0, also_in=self.also_in,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A message's content by reference.

    ``query`` is the question, the words searched for, the filter or the article's id; empty where the words were
    somebody's message, which is not kept. ``took_up`` is the earlier question that a follow-up was understood with,
    ``understood`` what was searched for then. ``passed`` are the quotes under which *More passages* was pressed: they
    are not shown again.
    """

    kind: Kind
    query: str = ""
    article: str | None = None
    quotes: int = 3
    outcome: Outcome = Outcome.NOTHING
    confidence: float = 0.0
    notes: tuple[str, ...] = ()
    refs: tuple[Ref, ...] = ()
    closest: tuple[Ref, ...] = ()
    took_up: str | None = None
    understood: str | None = None
    private: bool = False
    guild: int | None = None
    passed: tuple[Ref, ...] = ()

    @property
    def searched(self) -> str:
        """The question as it was searched for."""
        return self.understood or self.query

    def public(self) -> Shown:
        """The same, shown to a whole channel."""
        return replace(self, private=False)


def new_key() -> str:
    """A key for a message's buttons: letters and digits that nobody can guess."""
    return "".join(secrets.choice(_SIGNS) for _ in range(KEY_LENGTH))


def digest(words: str) -> str:
    """Sixteen hex digits that change when the words do."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def to_json(shown: Shown) -> str:
    """One line of JSON."""
    return json.dumps(asdict(shown), ensure_ascii=True, separators=(",", ":"))


def from_json(text: str) -> Shown:
    """What ``to_json`` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    data: dict[str, Any] = json.loads(text)
    return Shown(**{
        **data,
        "kind": Kind(data["kind"]),
        "outcome": Outcome(data["outcome"]),
        "notes": tuple(data["notes"]),
        "refs": _refs(data["refs"]),
        "closest": _refs(data["closest"]),
        "passed": _refs(data.get("passed", ())),
    })  # fmt: skip


def _refs(rows: Sequence[Mapping[str, Any]]) -> tuple[Ref, ...]:
    return tuple(
        Ref(**{
            **row,
            "highlights": tuple(Span(*span) for span in row["highlights"]),
            "lead_in": Span(*row["lead_in"]) if row["lead_in"] else None,
            "also_in": tuple(row["also_in"]),
        })
        for row in rows
    )  # fmt: skip
