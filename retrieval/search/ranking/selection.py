"""Selects the passages to quote from a ranking: duplicates merged, articles in turn. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.search.query.analysis import Question
from retrieval.search.query.answer_type import AnswerType
from retrieval.search.ranking.scoring import ScoredCandidate, apply_answer_type

#: Minimum score, relative to the top passage, for a passage to be quoted.
MIN_RELATIVE_SCORE = 0.6
#: Minimum number of top passages that are considered for quoting.
SHORTLIST = 16
#: Minimum Jaccard similarity of two passages' terms for them to be duplicates.
DUPLICATE_SIMILARITY = 0.8
#: Answer types that a figure answers, and the minimum type score of a sentence that holds one.
NUMERIC_TYPES = frozenset({AnswerType.NUMBER, AnswerType.TIME})
HAS_FIGURE = 0.4


class Choice(NamedTuple):
    """A passage to quote, with its duplicates elsewhere."""

    scored: ScoredCandidate
    duplicates: tuple[ScoredCandidate, ...] = ()


def diversify(question: Question, ranked: Sequence[ScoredCandidate], limit: int) -> list[Choice]:
    """Select at most ``limit`` passages, taking articles in turn.

    A question for several things whose first two passages come from one article keeps the order of the scores: a list
    that goes on in the next paragraph is not broken up by weaker passages of other articles.
    """
    if not ranked or limit < 1:
        return []
    floor = MIN_RELATIVE_SCORE * ranked[0].score
    shortlist = ranked[: max(SHORTLIST, 4 * limit)]
    choices = merge_duplicates([scored for scored in shortlist if scored.score >= floor])
    if question.several and len({choice.scored.candidate.article_id for choice in choices[:2]}) == 1:
        return choices[:limit]
    taken: defaultdict[str, int] = defaultdict(int)
    turns: list[tuple[int, int, Choice]] = []
    for position, choice in enumerate(choices):
        article = choice.scored.candidate.article_id
        turns.append((taken[article], position, choice))
        taken[article] += 1
    return [choice for _, _, choice in sorted(turns, key=lambda entry: entry[:2])[:limit]]


def conflicting_sources(
    question: Question, ranked: Sequence[ScoredCandidate], choices: Sequence[Choice]
) -> list[Choice]:
    """Return passages of other articles with a figure on the same matter, if the question asks for a figure.

    They need not count the same thing ("31 countries", "some 30 leaders"), so they rank low; but a reader of one figure
    has to see that another article gives a different one. The sentence with the figure has to contain every word of
    the question except what is counted.
    """
    if question.answer_type not in NUMERIC_TYPES:
        return []
    quoted = {choice.scored.candidate.article_id for choice in choices}
    found: dict[str, Choice] = {}
    for scored in (apply_answer_type(question, each) for each in ranked):  # the ranking checks only the first few
        subject = [
            positions
            for term, positions in zip(question.terms, scored.term_positions, strict=True)
            if term.term not in question.focus
        ]
        same = subject and all(scored.best in positions for positions in subject)
        if same and scored.type_score >= HAS_FIGURE and scored.candidate.article_id not in quoted:
            found.setdefault(scored.candidate.article_id, Choice(scored))
    return list(found.values())


def merge_duplicates(ranked: Sequence[ScoredCandidate]) -> list[Choice]:
    """Merge each passage into the best of its duplicates; the order is kept."""
    choices: list[Choice] = []
    seen: list[frozenset[str]] = []
    for scored in ranked:
        terms = scored.candidate.terms.distinct()
        twin = next((index for index, other in enumerate(seen) if are_duplicates(other, terms)), None)
        if twin is None:
            choices.append(Choice(scored))
            seen.append(terms)
        else:
            choices[twin] = choices[twin]._replace(duplicates=(*choices[twin].duplicates, scored))
    return choices


def are_duplicates(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Tell whether two passages, given by their terms, differ only a little, and in no number."""
    fewer, more = sorted((len(mine), len(theirs)))
    if fewer < DUPLICATE_SIMILARITY * more:  # the cheap test first: most pairs end here
        return False
    shared = len(mine & theirs)
    if not shared or shared < DUPLICATE_SIMILARITY * (len(mine) + len(theirs) - shared):
        return False
    return not any(term[0].isdigit() for term in mine ^ theirs)
