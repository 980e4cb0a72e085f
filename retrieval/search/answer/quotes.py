"""From a chosen passage to a quote: the words as they stand, what to highlight, whom the words belong to. Pure."""

from __future__ import annotations

from retrieval.core.types import Quote, Span, StoredPassage
from retrieval.search.query.analysis import Question
from retrieval.search.ranking.scoring import Evidence
from retrieval.search.ranking.selection import Choice, highlight


def quote_of(question: Question, choice: Choice, found: StoredPassage) -> Quote:
    """The quote for a choice, whose passage is ``found``."""
    evidence = choice.evidence
    spans = tuple(_within(found, found.passage.sentences[index]) for index in highlight(question, evidence))
    elsewhere = dict.fromkeys(
        other.candidate.article_id for other in choice.also_in if other.candidate.article_id != found.passage.article_id
    )
    return plain_quote(
        found, highlights=spans, score=evidence.score, also_in=tuple(elsewhere), evidence=reasons(evidence)
    )


def plain_quote(
    found: StoredPassage,
    *,
    highlights: tuple[Span, ...],
    score: float,
    also_in: tuple[str, ...] = (),
    evidence: tuple[tuple[str, float], ...] = (),
) -> Quote:
    """A stored passage as a quote, with its lead-in."""
    return Quote(
        passage=found.passage,
        metadata=found.metadata,
        text=found.text,
        highlights=highlights,
        lead_in=found.lead_in,
        lead_in_adjacent=found.lead_in_adjacent,
        score=score,
        also_in=also_in,
        evidence=evidence,
    )


def reasons(evidence: Evidence) -> tuple[tuple[str, float], ...]:
    """Why a passage was chosen, by name, for ``--explain``."""
    return (
        ("vector", evidence.candidate.cosine),
        ("sentence", evidence.candidate.sentence_cosines[evidence.best]),
        ("keyword", evidence.keyword),
        ("coverage", evidence.coverage),
        ("kind", evidence.kind),
        ("score", evidence.score),
    )


def _within(found: StoredPassage, span: Span) -> Span:
    """A span of the article as a span of the passage's own text."""
    return Span(span.start - found.passage.start, span.end - found.passage.start)
