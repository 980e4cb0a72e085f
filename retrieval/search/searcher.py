"""Answers questions from a library; ``Searcher.ask`` is the pipeline, stage after stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from retrieval.core.errors import AlteredArticleError, QuestionError, UnknownArticleError
from retrieval.core.health import VectorHealth
from retrieval.core.timing import Observe, Stage, timed, unobserved
from retrieval.core.types import Answer, Findings, Quote
from retrieval.core.vectors import Matrix
from retrieval.search.answer.confidence import default_confidence
from retrieval.search.answer.conflicts import differing_figures
from retrieval.search.answer.decision import Decision, decide
from retrieval.search.answer.quotes import hit_of, holds, quote_of
from retrieval.search.query.analysis import Question, analyse
from retrieval.search.query.exact_words import exact_words_in
from retrieval.search.query.follow_up import FollowUp, Variant, follow_up_of, variants_of
from retrieval.search.query.validation import validate_query
from retrieval.search.ranking.reranker import Reranker, rerank
from retrieval.search.ranking.scoring import ScoredCandidate, rank
from retrieval.search.ranking.selection import diversify
from retrieval.search.retriever import LexicalSearch, Retriever
from retrieval.storage.library import Library

#: Note on an answer that was found without the vector index.
KEYWORDS_ALONE = "Found by keywords alone: the vector search is out of order."

#: Passages with all words of a search that are read to see whether they hold its code and signs as written.
_MAX_READ = 2_000


@dataclass(frozen=True, slots=True)
class _Result:
    """The decision on one variant. ``altered``: articles left out because their stored text fails its checksum."""

    variant: Variant
    decision: Decision
    altered: frozenset[str]
    keyword_only: bool


class Searcher:
    """Answers questions from a library. Safe to use from several threads."""

    def __init__(
        self,
        library: Library,
        retriever: Retriever,
        words: LexicalSearch,
        reranker: Reranker | None = None,
        observe: Observe = unobserved,
    ) -> None:
        self._library = library
        self._retriever = retriever
        self._words = words
        self._confidence = default_confidence()
        self._reranker = reranker
        self._observe = observe

    def warm_up(self) -> None:
        """Load the models and the vocabulary, so that the first question does not wait for them."""
        self._retriever.encode(["warm"])
        if self._reranker is not None:
            self._reranker.scores("warm", ["warm"])
        self._retriever.statistics()

    def health(self) -> VectorHealth:
        """Return the last known health of the vector index, without a request."""
        return self._retriever.health()

    def ask(
        self, question: str, *, quotes: int = 3, article_id: str | None = None, previous: str | None = None
    ) -> Answer:
        """Answer with at most ``quotes`` passages; without an answer, give the closest passages.

        ``article_id`` restricts the search to one article. ``previous`` is the question before this one: "and Germany?"
        is then searched for as the question in full that is answered best, see ``Answer.understood``.

        Example:
            with open_searcher(Settings(home=Path("data"))) as searcher:
                answer = searcher.ask("Who will lead the truce monitoring mechanism?")
                for quote in answer.quotes:
                    print(quote.text, "—", quote.metadata.title)

        Raises:
            QuestionError: when the question has no word to search for, or is too long.
            UnknownArticleError: when there is no article ``article_id``.
            StorageError: when the library or an index cannot be read.
        """
        article_id = self._resolve(article_id)
        follow_up = follow_up_of(question, previous) if previous else None
        variants = variants_of(question, follow_up)
        statistics = self._retriever.statistics()
        questions = [analyse(variant.text, statistics.vocabulary) for variant in variants]
        vectors = self._retriever.encode([each.text for each in questions])
        results = (
            self._search(variant, analysed, vector, article_id, quotes)
            for variant, analysed, vector in zip(variants, questions, vectors, strict=True)
        )
        result = _best(results, follow_up)
        return self._answer(question, result, self._quote(result.decision))

    def _resolve(self, article_id: str | None) -> str | None:
        if article_id is None:
            return None
        known = self._library.articles.resolve(article_id)
        if known is None:
            raise UnknownArticleError(article_id)
        return known

    def _search(
        self, variant: Variant, question: Question, vector: Matrix, article_id: str | None, limit: int
    ) -> _Result:
        """Run one variant from retrieval to decision."""
        if article_id is None:
            retrieved = self._retriever.retrieve(question, vector)
        else:
            retrieved = self._retriever.retrieve_article(article_id)
        candidates = self._retriever.load(retrieved.keys, vector)
        with timed(self._observe, Stage.RANKING):
            ranked = rank(question, candidates.passages, self._retriever.statistics().average_length)
            if self._reranker is not None:
                ranked = rerank(question, ranked, self._reranker)
        decision, altered = self._decide(question, ranked, limit)
        return _Result(variant, decision, candidates.altered | altered, retrieved.keyword_only)

    def _decide(self, question: Question, ranked: list[ScoredCandidate], limit: int) -> tuple[Decision, frozenset[str]]:
        """Select and decide; again without altered articles if one is selected: checking every text is slow."""
        decision = decide(question, ranked, diversify(question, ranked, limit), self._confidence, limit)
        if not self._altered(choice.scored for choice in decision.choices):
            return decision, frozenset()
        altered = self._altered(ranked)
        intact = [scored for scored in ranked if scored.candidate.article_id not in altered]
        return decide(question, intact, diversify(question, intact, limit), self._confidence, limit), altered

    def _altered(self, passages: Iterable[ScoredCandidate]) -> frozenset[str]:
        """Read the texts of the passages' articles again; return the ids of those that fail their checksum."""
        altered = set()
        for article_id in {scored.candidate.article_id for scored in passages}:
            try:
                self._library.articles.text(article_id)
            except AlteredArticleError:
                altered.add(article_id)
        return frozenset(altered)

    def _quote(self, decision: Decision) -> tuple[Quote, ...]:
        """Make the quotes; a passage that was replaced since it was retrieved is left out."""
        with timed(self._observe, Stage.QUOTING):
            stored = self._library.passages.get([choice.scored.candidate.key for choice in decision.choices])
            return tuple(
                quote_of(decision.question, choice, stored[choice.scored.candidate.key])
                for choice in decision.choices
                if choice.scored.candidate.key in stored
            )

    def _answer(self, question: str, result: _Result, quotes: tuple[Quote, ...]) -> Answer:
        decision = result.decision
        notes = [KEYWORDS_ALONE] if result.keyword_only else []
        notes += [str(AlteredArticleError(name)) for name in sorted(result.altered)]
        if decision.answered:
            notes += differing_figures(decision.question, quotes)
        return Answer(
            question=question,
            outcome=decision.outcome,
            confidence=decision.probability,
            notes=tuple(notes),
            quotes=quotes if decision.answered else (),
            closest=() if decision.answered else quotes,
            keyword_only=result.keyword_only,
            understood=result.variant.rewritten,
        )

    def find(self, words: str, *, limit: int = 10, article_id: str | None = None) -> Findings:
        """Find passages that contain every word and every quoted phrase, whatever their case and accents.

        Code and signs count as written: ``snake_case``, ``--flag``, ``dotted.name``, ``§ 3``.

        Example:
            searcher.find('"coalition of the willing" Paris', limit=5).hits

        Raises:
            QuestionError: when there is no word to search for.
            UnknownArticleError: when there is no article ``article_id``.
            StorageError: when the library or the index cannot be read.
        """
        text = validate_query(words, what="search")
        wanted = exact_words_in(text)
        if not wanted.phrases:
            raise QuestionError("Nothing to search for: give at least one word.")
        article_id = self._resolve(article_id)
        self._words.reload()
        hits, total = self._words.exact(wanted.phrases, max(limit, _MAX_READ) if wanted.literals else limit, article_id)
        stored = self._library.passages.get([key for key, _ in hits])
        found = [(stored[key], score) for key, score in hits if key in stored and holds(stored[key], wanted.literals)]
        quotes = tuple(hit_of(each, wanted, score) for each, score in found[:limit])
        return Findings(words, total - (len(hits) - len(found)), quotes)


def _best(results: Iterator[_Result], follow_up: FollowUp | None) -> _Result:
    """Return the best result: the question itself where it is answered, else the best rewrite of the follow-up."""
    first = next(results)
    if follow_up is None or (first.variant.rewritten is None and first.decision.answered):
        return first
    rewrites = [result for result in (first, *results) if result.variant.rewritten is not None]
    if not rewrites:
        return first
    new_words = follow_up.words

    def quality(result: _Result) -> tuple[bool, bool, float]:
        decision = result.decision
        return decision.mentions(new_words), decision.answered, decision.probability if decision.answered else 0.0

    # What never mentions what is new in the follow-up is no answer to it. Of equals, the first is the best sentence.
    best = max(rewrites, key=quality)
    return best if best.decision.mentions(new_words) else replace(best, decision=best.decision.downgraded())
