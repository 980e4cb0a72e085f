"""Scores passages against a question and ranks them: vectors, BM25, coverage and answer type. Pure.

Every number is on a scale of its own maximum (0.0 … 1.0, cosines -1.0 … 1.0), so that it means the same in a corpus of
sixty passages and of a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from retrieval.search.query.analysis import Question, Term
from retrieval.search.query.answer_type import AnswerType
from retrieval.search.ranking.answer_types import answer_type_score

#: BM25 (Robertson and Zaragoza 2009): saturation of repeats, and length normalisation.
K1, B = 1.2, 0.6
#: Weights of the fused score: passage vector, best sentence's vector, BM25, coverage by one sentence. A pairwise
#: logistic regression finds no more than equal weights do; these were chosen by hand on technical documentation, where
#: passages of several paragraphs are common, such that nothing is lost on questions about encyclopedia paragraphs.
PASSAGE, SENTENCE, KEYWORD, COVERAGE = 0.27, 0.2, 0.3, 0.23
#: Weights within a passage: a sentence's vector against its coverage.
SENTENCE_COSINE, SENTENCE_COVERAGE = 0.4, 0.6
#: Weight of a term in the context: as occurrences in BM25, and of its coverage.
CONTEXT_FREQUENCY, CONTEXT_COVERAGE = 1.0, 0.6
#: Share of its score that a sentence without any sign of the answer type loses.
TYPE_PENALTY = 0.4
#: Weight of that loss in the fused score.
TYPE_WEIGHT = 0.5
#: Sentences of a passage that are checked for the answer type; an answer is rarely in another one.
TYPED_SENTENCES = 3
#: Top candidates that are checked for the answer type; an answer is rarely further down.
TYPED_PASSAGES = 8


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """Content terms of a passage's sentences; the lead-in's count for the first. ``length`` counts all occurrences.

    ``context`` are the terms of its title, headings and lead-in line.
    """

    sentences: tuple[tuple[str, ...], ...]
    length: int
    context: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, sentences: Iterable[Sequence[str]], lead_in: Sequence[str] = (), context: Iterable[str] = ()
    ) -> PassageTerms:
        """Build from the content terms of each sentence, in order."""
        own = tuple(map(tuple, sentences))
        if lead_in:
            own = ((*lead_in, *(own[0] if own else ())), *own[1:])
        return cls(own, sum(map(len, own)), frozenset(context))

    def distinct(self) -> frozenset[str]:
        """Return every term of the sentences once."""
        return frozenset(chain.from_iterable(self.sentences))

    def in_context(self, term: Term) -> bool:
        """Tell whether the context says ``term``."""
        return bool(self.context) and any(self.context.issuperset(variant) for variant in term.variants)

    def find(self, term: Term) -> tuple[int, ...]:
        """Return the sentence index of each occurrence of the variant of ``term`` that occurs most."""
        best: tuple[int, ...] = ()
        for variant in term.variants:
            if len(variant) == 1:
                positions = self._positions(variant[0])
            else:
                parts = [self._positions(part) for part in variant]
                rarest = min(parts, key=len)
                positions = tuple(position for position in rarest if all(position in part for part in parts))
            if len(positions) > len(best):
                best = positions
        return best

    def _positions(self, term: str) -> tuple[int, ...]:
        return tuple(i for i, terms in enumerate(self.sentences) if term in terms for _ in range(terms.count(term)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A retrieved passage with its cosines to the question (vectors of unit length).

    ``key`` is the library's. ``sentences`` are the texts of its sentences, ``sentence_cosines`` one cosine each;
    ``lead_in`` is the sentence that its pronoun refers to, or empty.
    """

    key: int
    passage_id: str
    article_id: str
    sentences: tuple[str, ...]
    terms: PassageTerms
    cosine: float
    sentence_cosines: tuple[float, ...]
    lead_in: str = ""


class ScoredCandidate(NamedTuple):
    """A candidate with its scores; ``score`` orders the ranking, ``best`` is the index of its best sentence.

    ``term_positions`` are, for each term of the question, the indices of the sentences that contain it.
    ``type_score`` is that of the best sentence, ``typed_score`` its score with the answer type taken into account.
    """

    candidate: Candidate
    score: float
    keyword: float
    coverage: float
    sentence_cosine: float
    best: int
    sentence_scores: tuple[float, ...]
    sentence_coverages: tuple[float, ...]
    term_positions: tuple[tuple[int, ...], ...]
    type_score: float = 0.5
    typed_score: float = 0.0

    @property
    def sentence(self) -> str:
        """The best sentence."""
        return self.candidate.sentences[self.best]


def rank(question: Question, candidates: Iterable[Candidate], average_length: float) -> list[ScoredCandidate]:
    """Return all candidates, best first. ``average_length``: mean number of content terms in a passage."""
    scored = sorted((score(question, candidate, average_length) for candidate in candidates), key=_order)
    typed = sorted((apply_answer_type(question, each) for each in scored[:TYPED_PASSAGES]), key=_order)
    return typed + scored[TYPED_PASSAGES:]


def _order(scored: ScoredCandidate) -> tuple[float, str, str]:
    return (-scored.score, scored.candidate.article_id, scored.candidate.passage_id)


def score(question: Question, candidate: Candidate, average_length: float) -> ScoredCandidate:
    """Score a candidate without its answer type."""
    norm = K1 * (1 - B + B * candidate.terms.length / max(average_length, 1.0))
    total = question.weight or 1.0
    per_sentence = [0.0] * len(candidate.sentences)
    keyword = 0.0
    found = [candidate.terms.find(term) for term in question.terms]
    context = 0.0  # weight of what the context says, for sentences that do not
    for term, positions in zip(question.terms, found, strict=True):
        above = candidate.terms.in_context(term)
        if positions or above:
            # BM25F (Robertson, Zaragoza and Taylor 2004): occurrences weighted by field, then saturated once.
            frequency = len(positions) + CONTEXT_FREQUENCY * above
            keyword += term.weight * frequency / (frequency + norm)
        if above:
            context += CONTEXT_COVERAGE * term.weight
        for position in set(positions):
            per_sentence[position] += term.weight * (1 - CONTEXT_COVERAGE * above)
    per_sentence = [weight + context for weight in per_sentence]
    covered = [weight / total for weight in per_sentence]
    cosines = candidate.sentence_cosines
    scores = [SENTENCE_COSINE * c + SENTENCE_COVERAGE * w for c, w in zip(cosines, covered, strict=True)]
    keyword *= (K1 + 1) / total
    nearest, coverage = max(cosines), max(covered)
    best = scores.index(max(scores))
    return ScoredCandidate(
        candidate=candidate,
        score=PASSAGE * candidate.cosine + SENTENCE * nearest + KEYWORD * keyword + COVERAGE * coverage,
        keyword=keyword,
        coverage=coverage,
        sentence_cosine=nearest,
        best=best,
        sentence_scores=tuple(scores),
        sentence_coverages=tuple(covered),
        term_positions=tuple(found),
        typed_score=scores[best] * (1 - TYPE_PENALTY / 2),
    )


def apply_answer_type(question: Question, scored: ScoredCandidate) -> ScoredCandidate:
    """Choose the best sentence again by its answer type, and adjust the score."""
    sentences = scored.candidate.sentences
    types = [0.5] * len(sentences)
    if question.answer_type is not AnswerType.OTHER:
        context = " ".join((scored.candidate.lead_in, *sentences))
        order = sorted(range(len(sentences)), key=scored.sentence_scores.__getitem__, reverse=True)
        types = [0.0] * len(sentences)
        for index in order[:TYPED_SENTENCES]:
            types[index] = answer_type_score(question, sentences[index], context)
    typed = [s * (1 - TYPE_PENALTY * (1 - t)) for s, t in zip(scored.sentence_scores, types, strict=True)]
    best = typed.index(max(typed))
    return scored._replace(
        score=scored.score + TYPE_WEIGHT * (typed[best] - scored.typed_score),
        best=best,
        type_score=types[best],
        typed_score=typed[best],
    )
