"""Asks the library: candidates from both indexes, ranking, confidence, quotes."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from retrieval.core.errors import AlteredArticleError, QuestionError, UnknownArticleError, VectorsAwayError
from retrieval.core.health import VectorHealth
from retrieval.core.timing import Observe, Stage, timed, unobserved
from retrieval.core.types import Answer, Findings, Outcome, Quote, Span, StoredPassage
from retrieval.core.vectors import Matrix
from retrieval.index.embedding import Embedder
from retrieval.search.answer.confidence import Confidence, Features, features_of, shipped
from retrieval.search.answer.conflicts import differing_figures
from retrieval.search.answer.quotes import plain_quote, quote_of
from retrieval.search.query.analysis import Question, analyse
from retrieval.search.query.validation import askable, phrases_in
from retrieval.search.ranking.reranker import Reranker, reranked
from retrieval.search.ranking.scoring import Candidate, Evidence, PassageTerms
from retrieval.search.ranking.selection import FIGURES, HOLDS_A_FIGURE, Choice, choose, rank, witnesses
from retrieval.storage.library import CandidateRow, Library
from retrieval.text.tokenizer import content_terms, plain_words
from retrieval.text.vocabulary import Vocabulary

#: What a reader is told while the vectors are out of order.
KEYWORDS_ALONE = "Found by keywords alone: the vector search is out of order."
#: Candidates asked of each index.
DEPTH = 32


class VectorSearch(Protocol):
    """The reading side of the vectors, wherever they are."""

    def nearest(self, vector: Matrix, limit: int) -> list[tuple[int, float]]: ...

    def health(self) -> VectorHealth: ...


class LexicalSearch(Protocol):
    """The reading side of a keyword index."""

    def best(
        self, ways: Sequence[tuple[Sequence[str], float]], limit: int, article_id: str | None = None
    ) -> list[tuple[int, float]]: ...

    def exact(
        self, phrases: Sequence[Sequence[str]], limit: int, article_id: str | None = None
    ) -> tuple[list[tuple[int, float]], int]: ...

    def reload(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What is known of the corpus as a whole at one generation of the library."""

    generation: int
    vocabulary: Vocabulary
    average_length: float


@dataclass(frozen=True, slots=True)
class Examined:
    """A question with all its candidates, best first.

    ``keys`` are the library's, by passage id. ``altered`` are articles that are left out because their stored text is
    not the text that was indexed. ``keyword_only``: the vectors could not be searched.
    """

    question: Question
    ranked: list[Evidence]
    keys: Mapping[str, int]
    altered: frozenset[str]
    features: Features | None
    probability: float
    keyword_only: bool = False


class Searcher:
    """Answers questions from a library; safe to use from several threads."""

    def __init__(
        self,
        library: Library,
        vectors: VectorSearch,
        words: LexicalSearch,
        embedder: Embedder,
        *,
        confidence: Confidence | None = None,
        reranker: Reranker | None = None,
        observe: Observe = unobserved,
    ) -> None:
        self._library = library
        self._vectors = vectors
        self._words = words
        self._embedder = embedder
        self._confidence = confidence or shipped()
        self._reranker = reranker
        self._observe = observe
        self._corpus: _Corpus | None = None
        self._guard = threading.Lock()

    def warm_up(self) -> None:
        """Load what the first question would have to wait for."""
        self._embedder.encode(["warm"], question=True)
        if self._reranker is not None:
            self._reranker.scores("warm", ["warm"])
        self._known()

    @property
    def confidence(self) -> Confidence:
        """The weights and thresholds in use."""
        return self._confidence

    def vocabulary(self) -> Vocabulary:
        """The words of the corpus as it is now."""
        return self._known().vocabulary

    def health(self) -> VectorHealth:
        """How the vectors are doing, without asking them."""
        return self._vectors.health()

    def _known(self) -> _Corpus:
        generation = self._library.properties.generation()
        with self._guard:
            if self._corpus is None or self._corpus.generation != generation:
                self._words.reload()
                self._corpus = _Corpus(
                    generation, Vocabulary(*self._library.vocabulary.load()), self._library.passages.average_length()
                )
            return self._corpus

    def ask(self, question: str, *, quotes: int = 3, article_id: str | None = None) -> Answer:
        """The passages that answer, at most ``quotes`` of them; or that none does, and which come closest.

        Raises QuestionError for what cannot be searched for, UnknownArticleError, StorageError.
        """
        if article_id is not None and article_id not in self._library.articles.digests():
            raise UnknownArticleError(article_id)
        found = self.examine(question, articles=() if article_id is None else (article_id,))
        while True:
            outcome = self._confidence.outcome(found.probability)
            choices = self._worth_showing(found, quotes, outcome)
            altered = self._altered(choices)
            if not altered:
                break
            found = self._leave_out(found, altered)
        notes = tuple(str(AlteredArticleError(name)) for name in sorted(found.altered))
        if found.keyword_only:
            notes = (KEYWORDS_ALONE, *notes)
        shown = self._quotes(found, choices)
        if outcome is not Outcome.ANSWERED:
            return Answer(question, outcome, found.probability, notes, (), shown, found.keyword_only)
        notes = (*notes, *differing_figures(found.question, shown))
        return Answer(question, outcome, found.probability, notes, shown, (), found.keyword_only)

    def examine(
        self,
        question: str,
        *,
        articles: Collection[str] = (),
        without: Collection[int] = (),
        vocabulary: Vocabulary | None = None,
    ) -> Examined:
        """Everything known about a question before it is decided what to show.

        ``articles`` restricts the search to these (none: all). ``without`` leaves passages out by their keys, with
        the ``vocabulary`` that the corpus would have then: so it is measured what happens when the answer is missing.
        Raises QuestionError, StorageError.
        """
        corpus = self._known()
        analysed = analyse(askable(question), vocabulary or corpus.vocabulary)
        with timed(self._observe, Stage.ENCODING):
            vector = self._embedder.encode([analysed.text], question=True)[0]
        keys, keyword_only = self._found(analysed, vector, articles, DEPTH + len(without))
        with timed(self._observe, Stage.READING):
            wanted = [key for key in keys if key not in without]
            rows, matrix, altered = self._library.passages.candidates(wanted, vector.shape[0])
        cosines = (matrix @ vector).tolist()
        with timed(self._observe, Stage.RANKING):
            ranked = rank(analysed, [_candidate(row, cosines) for row in rows], corpus.average_length)
            if self._reranker is not None:
                ranked = reranked(analysed, ranked, self._reranker)
        by_id = {row.passage_id: row.key for row in rows}
        return self._weighed(Examined(analysed, ranked, by_id, altered, None, 0.0, keyword_only))

    def _weighed(self, found: Examined) -> Examined:
        features = features_of(found.question, found.ranked)
        return replace(found, features=features, probability=self._confidence.probability(features))

    def _found(
        self, question: Question, vector: Matrix, articles: Collection[str], depth: int
    ) -> tuple[list[int], bool]:
        """The keys that either index finds, or all of ``articles``; and whether the vectors had to be left out."""
        if articles:
            return [found.key for name in articles for found in self._library.passages.of_article(name)], False
        ways = [(way, term.weight) for term in question.terms for way in term.ways]
        near: list[tuple[int, float]] = []
        keyword_only = False
        with timed(self._observe, Stage.VECTORS):
            try:
                near = self._vectors.nearest(vector, depth)
            except VectorsAwayError:  # told by the health, and by the answer
                keyword_only = True
        with timed(self._observe, Stage.KEYWORDS):
            said = self._words.best(ways, depth)
        return list(dict.fromkeys(key for key, _ in (*near, *said))), keyword_only

    def _altered(self, choices: Sequence[Choice]) -> set[str]:
        """Articles among the chosen whose stored text has changed; read anew for every answer."""
        altered = set()
        for article_id in {choice.evidence.candidate.article_id for choice in choices}:
            try:
                self._library.articles.text(article_id)
            except AlteredArticleError:
                altered.add(article_id)
        return altered

    def _leave_out(self, found: Examined, altered: set[str]) -> Examined:
        ranked = [evidence for evidence in found.ranked if evidence.candidate.article_id not in altered]
        return self._weighed(replace(found, ranked=ranked, altered=found.altered | altered))

    def _quotes(self, found: Examined, choices: Sequence[Choice]) -> tuple[Quote, ...]:
        """The chosen passages as quotes; one that was replaced in this very moment is left out."""
        with timed(self._observe, Stage.QUOTING):
            keys = [found.keys[choice.evidence.candidate.passage_id] for choice in choices]
            stored = {p.passage.passage_id: p for p in self._library.passages.get(keys).values()}
            return tuple(
                quote_of(found.question, choice, stored[choice.evidence.candidate.passage_id])
                for choice in choices
                if choice.evidence.candidate.passage_id in stored
            )

    def _worth_showing(self, found: Examined, limit: int, outcome: Outcome) -> list[Choice]:
        """Beside the first quote of an answer only those that may answer on their own, or differ in a figure."""
        question = found.question
        choices = choose(question, found.ranked, limit)
        if outcome is not Outcome.ANSWERED:
            return choices
        worthy = [choice for place, choice in enumerate(choices) if not place or self._may_answer(question, choice)]
        return [*worthy, *witnesses(question, found.ranked, worthy)][:limit]

    def _may_answer(self, question: Question, choice: Choice) -> bool:
        if question.wanted in FIGURES and choice.evidence.kind < HOLDS_A_FIGURE:
            return False
        probability = self._confidence.probability(features_of(question, [choice.evidence]))
        return self._confidence.outcome(probability) is Outcome.ANSWERED

    def find(self, words: str, *, limit: int = 10, article_id: str | None = None) -> Findings:
        """Passages that hold every word, and every phrase in quotation marks, exactly but for case and accents.

        Raises QuestionError, UnknownArticleError, StorageError.
        """
        text = askable(words, what="search")
        phrases = phrases_in(text)
        if not phrases:
            raise QuestionError("Nothing to search for: give at least one word.")
        if article_id is not None and article_id not in self._library.articles.digests():
            raise UnknownArticleError(article_id)
        self._words.reload()
        hits, total = self._words.exact(phrases, limit, article_id)
        stored = self._library.passages.get([key for key, _ in hits])
        quotes = [_hit(stored[key], phrases, score) for key, score in hits if key in stored]
        return Findings(words, total - (len(hits) - len(quotes)), tuple(quotes))


def _candidate(row: CandidateRow, cosines: list[float]) -> Candidate:
    own = cosines[row.first : row.first + 1 + len(row.sentences)]
    terms = PassageTerms.of(row.terms, content_terms(row.lead_in) if row.lead_in else ())
    return Candidate(row.passage_id, row.article_id, row.sentences, terms, own[0], tuple(own[1:]), row.lead_in)


def _hit(found: StoredPassage, phrases: list[list[str]], score: float) -> Quote:
    """A passage with every occurrence of the words marked."""
    here = plain_words(found.text)
    words = [word.word for word in here]
    spans = set()
    for phrase in phrases:
        for place in range(len(words) - len(phrase) + 1):
            if words[place : place + len(phrase)] == phrase:
                spans.add(Span(here[place].start, here[place + len(phrase) - 1].end))
    return plain_quote(found, highlights=tuple(sorted(spans)), score=score)
