"""Candidates in order of evidence, a fair choice of quotes among the articles, and the sentences to highlight."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from retrieval.search.query.analysis import Question, Wanted
from retrieval.search.ranking.scoring import Candidate, Evidence, look_for_kind, weigh

#: So many of the first candidates are read for the kind of thing asked for; a right one is hardly ever further down.
DEPTH = 8
#: An article has something to say when its best passage reaches this share of the best score.
SOMETHING_TO_SAY = 0.6
#: So many candidates at least are looked through for articles with something to say.
SHORTLIST = 16
#: Two passages that share this much of their terms, and all of their numbers, are one text in two places.
NEAR_IDENTICAL = 0.8
#: Questions that are answered by a figure; below this degree a sentence holds none.
FIGURES = frozenset({Wanted.NUMBER, Wanted.TIME})
HOLDS_A_FIGURE = 0.4
#: A neighbouring sentence is highlighted too when it adds this share of the question's weight.
SECOND_SENTENCE_ADDS = 0.25

_PRONOUN = re.compile(r"[\"“'‘]?(?:He|She|They|It|His|Her|Their|Its|This|These|That|Those)\b")


class Choice(NamedTuple):
    """A passage to quote, and the passages that say the same words elsewhere."""

    evidence: Evidence
    also_in: tuple[Evidence, ...] = ()


def rank(question: Question, candidates: Iterable[Candidate], average_length: float) -> list[Evidence]:
    """``candidates`` with their evidence, best first; equal scores keep the order of article and passage ids.

    ``average_length`` is the corpus's mean number of content terms a passage.
    """
    weighed = sorted((weigh(question, c, average_length) for c in candidates), key=_order)
    return sorted((look_for_kind(question, e) for e in weighed[:DEPTH]), key=_order) + weighed[DEPTH:]


def _order(evidence: Evidence) -> tuple[float, str, str]:
    return (-evidence.score, evidence.candidate.article_id, evidence.candidate.passage_id)


def choose(question: Question, ranked: Sequence[Evidence], limit: int) -> list[Choice]:
    """At most ``limit`` quotes out of ``ranked``: every article with something to say speaks before one speaks twice.

    A question for several things whose first two passages come from one article keeps the order of the scores: a list
    that goes on in the next paragraph is not broken up by weaker passages of other articles.
    """
    if not ranked or limit < 1:
        return []
    floor = SOMETHING_TO_SAY * ranked[0].score
    shortlist = ranked[: max(SHORTLIST, 4 * limit)]
    choices = collapse([e for e in shortlist if e.score >= floor])
    if question.several and len({c.evidence.candidate.article_id for c in choices[:2]}) == 1:
        return choices[:limit]
    turn: defaultdict[str, int] = defaultdict(int)
    rounds: list[tuple[int, int, Choice]] = []
    for place, choice in enumerate(choices):
        article = choice.evidence.candidate.article_id
        rounds.append((turn[article], place, choice))
        turn[article] += 1
    return [choice for _, _, choice in sorted(rounds, key=lambda entry: entry[:2])[:limit]]


def witnesses(question: Question, ranked: Sequence[Evidence], choices: Sequence[Choice]) -> list[Choice]:
    """Passages of articles not yet quoted that give a figure on the same matter, if a figure was asked for.

    They need not count the same thing ("31 countries", "some 30 leaders"), so they rank low; but a reader who is
    told one figure has to know that another article tells it differently. Every word of the question other than what
    it counts has to stand in the very sentence with the figure.
    """
    if question.wanted not in FIGURES:
        return []
    quoted = {choice.evidence.candidate.article_id for choice in choices}
    found: dict[str, Choice] = {}
    for evidence in ranked:
        subject = [p for t, p in zip(question.terms, evidence.places, strict=True) if t.term not in question.focus]
        same = subject and all(evidence.best in places for places in subject)
        if same and evidence.kind >= HOLDS_A_FIGURE and evidence.candidate.article_id not in quoted:
            found.setdefault(evidence.candidate.article_id, Choice(evidence))
    return list(found.values())


def collapse(ranked: Sequence[Evidence]) -> list[Choice]:
    """``ranked`` with near-identical passages gathered under the best of them, order kept."""
    choices: list[Choice] = []
    seen: list[frozenset[str]] = []
    for evidence in ranked:
        terms = evidence.candidate.terms.distinct()
        twin = next((index for index, other in enumerate(seen) if near_identical(other, terms)), None)
        if twin is None:
            choices.append(Choice(evidence))
            seen.append(terms)
        else:
            choices[twin] = choices[twin]._replace(also_in=(*choices[twin].also_in, evidence))
    return choices


def near_identical(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether two passages, given by their terms, are the same text but for small changes.

    A changed number is never a small change.
    """
    fewer, more = sorted((len(mine), len(theirs)))
    if fewer < NEAR_IDENTICAL * more:  # the cheap test first: most pairs end here
        return False
    shared = len(mine & theirs)
    if not shared or shared < NEAR_IDENTICAL * (len(mine) + len(theirs) - shared):
        return False
    return not any(term[0].isdigit() for term in mine ^ theirs)


def _other_half(sentence: str) -> int:
    """Where the rest of a quotation is that a sentence only opens (1) or only closes (-1); 0: it is whole."""
    opened, closed = sentence.count("“") + sentence.count("«"), sentence.count("”") + sentence.count("»")
    return (opened > closed) - (closed > opened)


def highlight(question: Question, evidence: Evidence) -> tuple[int, ...]:
    """Indices of the sentence, or of two neighbours, that answer.

    The neighbour comes along when it says much of the question that the best sentence leaves out, or when it names
    whom the best sentence's opening pronoun stands for. A quotation that runs over two sentences is not cut in half.
    """
    best, count = evidence.best, len(evidence.candidate.sentences)
    other = best + _other_half(evidence.sentence)
    if other != best and 0 <= other < count:
        return (min(best, other), max(best, other))
    total = question.weight or 1.0
    added = {}
    for neighbour in (best - 1, best + 1):
        if 0 <= neighbour < count:
            fresh = (
                term.weight
                for term, places in zip(question.terms, evidence.places, strict=True)
                if neighbour in places and best not in places
            )
            added[neighbour] = sum(fresh) / total
    if not added:
        return (best,)
    second = max(added, key=added.__getitem__)
    before = best - 1
    if _PRONOUN.match(evidence.sentence) and added.get(before, 0.0) > 0.0:
        second = before
    elif added[second] < SECOND_SENTENCE_ADDS:
        return (best,)
    return (min(best, second), max(best, second))
