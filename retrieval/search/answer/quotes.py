"""Makes quotes of stored passages: text, highlights, lead-in and source. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.core.display import display, within
from retrieval.core.display.span import Span
from retrieval.core.types import Quote, StoredPassage
from retrieval.search.answer.highlights import highlight
from retrieval.search.query.analysis import Question
from retrieval.search.query.exact_words import ExactWords
from retrieval.search.ranking.selection import Choice
from retrieval.text.tokenizer import plain_words


def quote_of(question: Question, choice: Choice, found: StoredPassage) -> Quote:
    """Quote the passage of a choice; ``found`` is that passage as stored."""
    scored, offset = choice.scored, found.passage.start
    spans = (found.passage.sentences[index] for index in highlight(question, scored))
    elsewhere = dict.fromkeys(duplicate.candidate.article_id for duplicate in choice.duplicates)
    elsewhere.pop(found.passage.article_id, None)
    evidence = {
        "vector": scored.candidate.cosine,
        "sentence": scored.candidate.sentence_cosines[scored.best],
        "keyword": scored.keyword,
        "coverage": scored.coverage,
        "kind": scored.type_score,
        "score": scored.score,
    }
    highlights = tuple(Span(start - offset, end - offset) for start, end in spans)
    return _quote(found, highlights, scored.score, tuple(elsewhere), tuple(evidence.items()))


def holds(found: StoredPassage, literals: Sequence[re.Pattern[str]]) -> bool:
    """Tell whether a passage or its context holds all of these as they are written."""
    if not literals:
        return True
    shown = display(found.text, within(found.passage.annotations, found.passage.start, found.passage.end)).text
    text = "\n".join((shown, found.metadata.title, *found.passage.context.lines()))
    return all(literal.search(text) for literal in literals)


def hit_of(found: StoredPassage, wanted: ExactWords, score: float) -> Quote:
    """Quote a passage with every occurrence of what was searched for highlighted."""
    shown = display(found.text, within(found.passage.annotations, found.passage.start, found.passage.end))
    here = plain_words(shown.text)
    words = [word.word for word in here]
    spans = {shown.source(*each.span()) for literal in wanted.literals for each in literal.finditer(shown.text)}
    for phrase in wanted.plain:
        for first in range(len(words) - len(phrase) + 1):
            if words[first : first + len(phrase)] == phrase:
                spans.add(shown.source(here[first].start, here[first + len(phrase) - 1].end))
    return _quote(found, tuple(sorted(spans)), score)


def _quote(
    found: StoredPassage,
    highlights: tuple[Span, ...],
    score: float,
    also_in: tuple[str, ...] = (),
    evidence: tuple[tuple[str, float], ...] = (),
) -> Quote:
    lead_in = (found.lead_in, found.lead_in_adjacent)
    return Quote(found.passage, found.metadata, found.text, highlights, *lead_in, score, also_in, evidence)
