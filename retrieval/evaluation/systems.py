"""Asks the same questions of three systems on the same passages and the same model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from retrieval.core.errors import QuestionError
from retrieval.core.timing import Progress, no_progress
from retrieval.core.types import Outcome, Passage, StoredPassage
from retrieval.core.vectors import Matrix
from retrieval.evaluation.datasets import Asked
from retrieval.index.embedding import Embedder
from retrieval.search.answer.confidence import Features
from retrieval.search.ranking.selection import choose
from retrieval.search.searcher import Examined, Searcher
from retrieval.search.session import Opened
from retrieval.text.tokenizer import content_terms
from retrieval.text.vocabulary import Vocabulary

DEPTH = 10
VECTORS, BM25, OURS = "paragraph vectors", "BM25", "pullquote"


def unit_of(passage: Passage) -> str:
    """The paragraph that a passage belongs to: what is counted, so that pieces of a long one count once."""
    return f"{passage.article_id}:{passage.paragraph}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one question. ``relevant`` and ``rankings`` are paragraphs (see ``unit_of``), by system.

    ``confidence`` and ``outcome`` are ours with the answer in the corpus; ``away`` and ``away_outcome`` the same after
    the answering passages were taken out (``None`` where there are none), ``away_first`` the paragraph that was
    shown first then.
    """

    asked: Asked
    relevant: set[str]
    rankings: dict[str, list[str]]
    confidence: float
    outcome: Outcome
    away: float | None = None
    away_outcome: Outcome | None = None
    away_first: str | None = None


@dataclass(slots=True)
class Bench:
    """An indexed corpus with everything that is needed to ask it in three ways."""

    opened: Opened
    searcher: Searcher
    passages: dict[str, StoredPassage] = field(default_factory=dict)
    _whole: Matrix | None = None

    @classmethod
    def of(cls, opened: Opened) -> Bench:
        """A bench over an opened data folder."""
        bench = cls(opened, Searcher(opened.library, opened.vectors, opened.words, opened.embedder))
        for article_id in opened.library.articles.digests():
            for found in opened.library.passages.of_article(article_id):
                bench.passages[found.passage.passage_id] = found
        return bench

    def units(self, names: Iterable[str]) -> list[str]:
        """The paragraphs of passages, each once, in order."""
        return list(dict.fromkeys(unit_of(self.passages[name].passage) for name in names))

    def texts(self) -> dict[str, str]:
        """The text of every paragraph, or of its first passage."""
        found: dict[str, str] = {}
        for stored in self.passages.values():
            found.setdefault(unit_of(stored.passage), stored.text)
        return found

    def relevant(self, asked: Asked) -> set[str]:
        """The passages that answer."""
        return {
            name for name, found in self.passages.items() if any(expected.matches(found) for expected in asked.answers)
        }

    def by_vectors(self, question: str) -> list[str]:
        """Nearest passages by one vector of the whole paragraph: what a plain Chroma retriever gives."""
        if self._whole is None:
            self._whole = _whole_vectors(self.opened.embedder, [p.text for p in self.passages.values()])
        scores = self._whole @ self.opened.embedder.encode([question], question=True)[0]
        names = list(self.passages)
        return [names[index] for index in np.argsort(-scores, kind="stable")[: 2 * DEPTH]]

    def by_keywords(self, question: str) -> list[str]:
        """Best passages by BM25 over the question's content words."""
        ways = [((term,), 1.0) for term in dict.fromkeys(content_terms(question))]
        by_key = {found.key: name for name, found in self.passages.items()}
        return [by_key[key] for key, _ in self.opened.words.best(ways, 2 * DEPTH) if key in by_key]

    def vocabulary_without(self, names: set[str]) -> Vocabulary:
        """The corpus's words as they would be if some passages had never been there."""
        known = self.searcher.vocabulary()
        copy = Vocabulary(
            known.n, Counter(known.frequencies), Counter(known.capitalised), known.expansions, known.guesses
        )
        for name in names:
            copy.remove(self.passages[name].text)
        return copy


def _whole_vectors(embedder: Embedder, texts: Sequence[str]) -> Matrix:
    return embedder.encode(list(texts))


def shown_order(examined: Examined, limit: int = 2 * DEPTH) -> list[str]:
    """Passage ids in the order in which they would be quoted."""
    return [c.evidence.candidate.passage_id for c in choose(examined.question, examined.ranked, limit)]


def run(bench: Bench, questions: Sequence[Asked], *, progress: Progress = no_progress) -> list[Result]:
    """Ask every question of all systems; answerable ones a second time with the answer taken away."""
    results = []
    for done, asked in enumerate(questions, start=1):
        results.append(_ask(bench, asked))
        progress("Asking", done, len(questions))
    return results


def _ask(bench: Bench, asked: Asked) -> Result:
    confidence = bench.searcher.confidence
    relevant = bench.relevant(asked)
    try:
        examined = bench.searcher.examine(asked.question)
    except QuestionError:  # a person would be told so: nothing is found, nothing answered
        return Result(asked, set(bench.units(relevant)), {VECTORS: [], BM25: [], OURS: []}, 0.0, Outcome.NOTHING)
    ranked = {
        VECTORS: bench.by_vectors(asked.question),
        BM25: bench.by_keywords(asked.question),
        OURS: shown_order(examined),
    }
    away, away_first = None, None
    if relevant:
        without = bench.searcher.examine(
            asked.question,
            without=[bench.passages[name].key for name in relevant],
            vocabulary=bench.vocabulary_without(relevant),
        )
        away = without.probability
        away_first = next(iter(bench.units(shown_order(without, 1))), None)
    rankings = {system: bench.units(names)[:DEPTH] for system, names in ranked.items()}
    return Result(
        asked, set(bench.units(relevant)), rankings, examined.probability, confidence.outcome(examined.probability),
        away, None if away is None else confidence.outcome(away), away_first,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One example for calibration. ``setting`` tells the whole corpus from a small one."""

    features: Features
    answerable: bool
    group: str
    setting: str


def examples(
    bench: Bench, questions: Sequence[Asked], *, seed: int = 0, progress: Progress = no_progress
) -> list[Example]:
    """Each answerable question with its answer and without, in the whole corpus and among three articles.

    The small corpus keeps the weights from leaning on the size of the one they were fitted on.
    """
    random = np.random.default_rng(seed)
    articles = sorted({found.passage.article_id for found in bench.passages.values()})
    made: list[Example] = []
    for done, asked in enumerate(questions, start=1):
        relevant = bench.relevant(asked)
        if relevant:
            own = bench.passages[min(relevant)].passage.article_id
            few = {own, *random.choice(articles, min(2, len(articles)), replace=False).tolist()}
            made += _pair(bench, asked, relevant, None, "whole corpus")
            made += _pair(bench, asked, relevant, few, "three articles")
        progress("Asking", done, len(questions))
    return made


def _pair(bench: Bench, asked: Asked, relevant: set[str], few: set[str] | None, setting: str) -> list[Example]:
    scope = {name for name, p in bench.passages.items() if few is None or p.passage.article_id in few}
    pair = []
    for gone in (set(), relevant):
        vocabulary = (
            bench.vocabulary_without(gone)
            if few is None
            else Vocabulary.of(bench.passages[name].text for name in sorted(scope - gone))
        )
        features = bench.searcher.examine(
            asked.question,
            articles=sorted(few or ()),
            without=[bench.passages[name].key for name in gone],
            vocabulary=vocabulary,
        ).features
        if features is not None:
            pair.append(Example(features, not gone, asked.group, setting))
    return pair
