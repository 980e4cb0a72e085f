"""Makes quotes of stored passages: text, highlights, lead-in and source. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.core.types import Quote, Span, StoredPassage
from retrieval.search.answer.highlights import highlight
from retrieval.search.query.analysis import Question
from retrieval.search.ranking.scoring import ScoredCandidate
from retrieval.search.ranking.selection import Choice
from retrieval.text.tokenizer import plain_words


def quote_of(question: Question, choice: Choice, found: StoredPassage) -> Quote:
    """Quote the passage of a choice; ``found`` is that passage as stored."""
    scored = choice.scored
    spans = tuple(_within(found, found.passage.sentences[index]) for index in highlight(question, scored))
    elsewhere = dict.fromkeys(duplicate.candidate.article_id for duplicate in choice.duplicates)
    elsewhere.pop(found.passage.article_id, None)
    return plain_quote(found, highlights=spans, score=scored.score, also_in=tuple(elsewhere), evidence=explain(scored))


def hit_of(found: StoredPassage, phrases: Sequence[Sequence[str]], score: float) -> Quote:
    """Quote a passage with every occurrence of the phrases highlighted."""
    here = plain_words(found.text)
    words = [word.word for word in here]
    spans = set()
    for phrase in phrases:
        for first in range(len(words) - len(phrase) + 1):
            if words[first : first + len(phrase)] == phrase:
                spans.add(Span(here[first].start, here[first + len(phrase) - 1].end))
    return plain_quote(found, highlights=tuple(sorted(spans)), score=score)


def plain_quote(
    found: StoredPassage,
    *,
    highlights: tuple[Span, ...],
    score: float,
    also_in: tuple[str, ...] = (),
    evidence: tuple[tuple[str, float], ...] = (),
) -> Quote:
    """Quote a stored passage with its lead-in."""
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


def explain(scored: ScoredCandidate) -> tuple[tuple[str, float], ...]:
    """Return the scores of a passage by name, for ``--explain``."""
    return (
        ("vector", scored.candidate.cosine),
        ("sentence", scored.candidate.sentence_cosines[scored.best]),
        ("keyword", scored.keyword),
        ("coverage", scored.coverage),
        ("kind", scored.type_score),
        ("score", scored.score),
    )


def _within(found: StoredPassage, span: Span) -> Span:
    """Convert a span of the article to a span of the passage's text."""
    return Span(span.start - found.passage.start, span.end - found.passage.start)
