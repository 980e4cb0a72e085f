"""What speaks for a passage as the answer to a question: vectors, keywords, coverage and the kind of thing it holds.

Every number is on a scale of its own maximum (0.0 … 1.0, cosines -1.0 … 1.0), so that it means the same in a corpus of
sixty passages and of a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from retrieval.search.query.analysis import Question, Term, Wanted
from retrieval.search.ranking.answer_types import holds

#: BM25 (Robertson and Zaragoza 2009): saturation of repeats, and how far length counts.
K1, B = 1.2, 0.6
#: Shares of the fused score: passage vector, best sentence's vector, BM25, coverage by one sentence. A pairwise
#: logistic regression gives 0.20, 0.21, 0.25, 0.34 and finds no more than equal shares do, so there is nothing to fit.
PASSAGE, SENTENCE, KEYWORD, COVERAGE = 0.25, 0.25, 0.25, 0.25
#: The sentence within a passage: its vector against its coverage.
SENTENCE_COSINE, SENTENCE_COVERAGE = 0.4, 0.6
#: How much the sentence with no sign of what was asked for loses against the one that holds it.
TYPE_SHARE = 0.4
#: Weight of that gain or loss in the fused score.
KIND = 0.5


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """The content terms of each sentence of a passage, in order.

    The lead-in's terms count for the first sentence, whose pronoun they explain. ``length`` counts all occurrences.
    """

    sentences: tuple[tuple[str, ...], ...]
    length: int

    @classmethod
    def of(cls, sentences: Iterable[Sequence[str]], lead_in: Sequence[str] = ()) -> PassageTerms:
        """From the content terms of each sentence, in order (see ``tokens.content_terms``)."""
        own = tuple(map(tuple, sentences))
        if lead_in:
            own = ((*lead_in, *(own[0] if own else ())), *own[1:])
        return cls(own, sum(map(len, own)))

    def distinct(self) -> frozenset[str]:
        """Every term once."""
        return frozenset(chain.from_iterable(self.sentences))

    def find(self, term: Term) -> tuple[int, ...]:
        """Sentences of the occurrences of ``term``, said in whichever of its ways occurs most; empty if it does not.

        Searched rather than looked up: most candidates are asked for a few terms once, so an index would not pay.
        """
        best: tuple[int, ...] = ()
        for way in term.ways:
            if len(way) == 1:
                places = self._places(way[0])
            else:
                parts = [self._places(part) for part in way]
                places = tuple(place for place in min(parts, key=len) if all(place in part for part in parts))
            if len(places) > len(best):
                best = places
        return best

    def _places(self, term: str) -> tuple[int, ...]:
        return tuple(i for i, terms in enumerate(self.sentences) if term in terms for _ in range(terms.count(term)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, with its cosines to the question (vectors of unit length).

    ``sentences`` are the texts of its sentences and ``sentence_cosines`` one cosine each; ``lead_in`` is the text of
    the sentence that its pronoun points to, or empty.
    """

    passage_id: str
    article_id: str
    sentences: tuple[str, ...]
    terms: PassageTerms
    cosine: float
    sentence_cosines: tuple[float, ...]
    lead_in: str = ""


class Evidence(NamedTuple):
    """What speaks for one candidate; ``score`` orders the candidates, ``best`` is the index of its best sentence."""

    candidate: Candidate
    score: float
    keyword: float
    coverage: float
    sentence_cosine: float
    best: int
    sentence_scores: tuple[float, ...]
    sentence_coverages: tuple[float, ...]
    places: tuple[tuple[int, ...], ...]  # of each term of the question: the sentences that say it
    kind: float = 0.5
    typed: float = 0.0

    @property
    def sentence(self) -> str:
        """The sentence that answers best."""
        return self.candidate.sentences[self.best]


def weigh(question: Question, candidate: Candidate, average_length: float) -> Evidence:
    """The evidence before looking at the kind of thing asked for. ``average_length``: content terms a passage."""
    norm = K1 * (1 - B + B * candidate.terms.length / max(average_length, 1.0))
    total = question.weight or 1.0
    per_sentence = [0.0] * len(candidate.sentences)
    keyword = 0.0
    found = [candidate.terms.find(term) for term in question.terms]
    for term, places in zip(question.terms, found, strict=True):
        if places:
            keyword += term.weight * len(places) / (len(places) + norm)
            for place in set(places):
                per_sentence[place] += term.weight
    covered = [weight / total for weight in per_sentence]
    cosines = candidate.sentence_cosines
    scores = [SENTENCE_COSINE * c + SENTENCE_COVERAGE * w for c, w in zip(cosines, covered, strict=True)]
    keyword *= (K1 + 1) / total
    nearest, coverage = max(cosines), max(covered)
    best = scores.index(max(scores))
    return Evidence(
        candidate=candidate,
        score=PASSAGE * candidate.cosine + SENTENCE * nearest + KEYWORD * keyword + COVERAGE * coverage,
        keyword=keyword,
        coverage=coverage,
        sentence_cosine=nearest,
        best=best,
        sentence_scores=tuple(scores),
        sentence_coverages=tuple(covered),
        places=tuple(found),
        typed=scores[best] * (1 - TYPE_SHARE / 2),
    )


def look_for_kind(question: Question, evidence: Evidence) -> Evidence:
    """``evidence`` with its best sentence chosen anew, by whether it holds what was asked for; the score follows."""
    sentences = evidence.candidate.sentences
    kinds = [0.5] * len(sentences)
    if question.wanted is not Wanted.OTHER:
        context = " ".join((evidence.candidate.lead_in, *sentences))
        order = sorted(range(len(sentences)), key=evidence.sentence_scores.__getitem__, reverse=True)
        kinds = [0.0] * len(sentences)
        for index in order[:3]:  # an answer hardly ever stands in a sentence that is not among the three likeliest
            kinds[index] = holds(question, sentences[index], context)
    typed = [s * (1 - TYPE_SHARE * (1 - k)) for s, k in zip(evidence.sentence_scores, kinds, strict=True)]
    best = typed.index(max(typed))
    score = evidence.score + KIND * (typed[best] - evidence.typed)
    return evidence._replace(score=score, best=best, kind=kinds[best], typed=typed[best])
