"""Chooses the sentences of a quote to highlight. Pure."""

from __future__ import annotations

import re

from retrieval.search.query.analysis import Question
from retrieval.search.ranking.scoring import ScoredCandidate
from retrieval.text.languages.english import DEMONSTRATIVES, POSSESSIVE_PRONOUNS, SUBJECT_PRONOUNS

#: Share of the question's weight that a neighbouring sentence must add to be highlighted too.
MIN_ADDED_WEIGHT = 0.25

_PRONOUNS = "|".join(map(str.capitalize, (*SUBJECT_PRONOUNS, *POSSESSIVE_PRONOUNS, *DEMONSTRATIVES)))
_PRONOUN = re.compile(rf"[\"“'‘]?(?:{_PRONOUNS})\b")


def highlight(question: Question, scored: ScoredCandidate) -> tuple[int, ...]:
    """Return the index of the best sentence, with a neighbour where that belongs to the answer.

    A neighbour belongs to it when it holds the rest of a quotation, when it says much of the question that the best
    sentence leaves out, or when it names the person that the best sentence's opening pronoun refers to.
    """
    best, count = scored.best, len(scored.candidate.sentences)
    rest = best + _rest_of_quotation(scored.sentence)
    if rest != best and 0 <= rest < count:
        return (min(best, rest), max(best, rest))
    added = {
        neighbour: _added_weight(question, scored, neighbour)
        for neighbour in (best - 1, best + 1)
        if 0 <= neighbour < count
    }
    if not added:
        return (best,)
    second = max(added, key=added.__getitem__)
    if _PRONOUN.match(scored.sentence) and added.get(best - 1, 0.0) > 0.0:
        second = best - 1
    elif added[second] < MIN_ADDED_WEIGHT:
        return (best,)
    return (min(best, second), max(best, second))


def _rest_of_quotation(sentence: str) -> int:
    """Return 1 where a quotation goes on in the next sentence, -1 where it began in the one before, else 0."""
    opened, closed = sentence.count("“") + sentence.count("«"), sentence.count("”") + sentence.count("»")
    return (opened > closed) - (closed > opened)


def _added_weight(question: Question, scored: ScoredCandidate, neighbour: int) -> float:
    """Return the share of the question's weight that ``neighbour`` says and the best sentence does not."""
    weights = (
        term.weight
        for term, positions in zip(question.terms, scored.term_positions, strict=True)
        if neighbour in positions and scored.best not in positions
    )
    return sum(weights) / (question.weight or 1.0)
