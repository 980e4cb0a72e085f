"""Asks the same questions of three systems on the same passages and the same model."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from retrieval.core.errors import QuestionError
from retrieval.core.settings import Settings
from retrieval.core.timing import Progress
from retrieval.core.types import Passage, StoredPassage
from retrieval.core.vectors import Matrix
from retrieval.evaluation.datasets import LabelledQuestion
from retrieval.index.sync import run_indexing
from retrieval.search.answer.confidence import Features, default_confidence, features_of
from retrieval.search.query.analysis import Question, analyse
from retrieval.search.query.validation import validate_query
from retrieval.search.ranking.scoring import ScoredCandidate, rank
from retrieval.search.ranking.selection import diversify
from retrieval.search.retriever import DEPTH as RETRIEVED
from retrieval.search.retriever import Retriever
from retrieval.search.session import SearchSession, open_session
from retrieval.text.tokenizer import content_terms
from retrieval.text.vocabulary import Vocabulary

#: Ranks that are measured.
DEPTH = 10
VECTORS, BM25, OURS = "paragraph vectors", "BM25", "pullquote"


def unit_of(passage: Passage) -> str:
    """Return the id of a passage's paragraph, the unit that is counted."""
    return f"{passage.article_id}:{passage.paragraph}"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one question. ``relevant`` and ``rankings`` (by system) are paragraphs, see ``unit_of``.

    ``confidence``: with the gold passages in the corpus. ``absent_confidence``, ``absent_first`` (the top paragraph):
    with them removed, ``None`` where there are none.
    """

    asked: LabelledQuestion
    relevant: set[str]
    rankings: dict[str, list[str]]
    confidence: float
    absent_confidence: float | None = None
    absent_first: str | None = None


class Ranking(NamedTuple):
    """A question with its ranked candidates."""

    question: Question
    ranked: list[ScoredCandidate]

    @property
    def features(self) -> Features | None:
        """The features of the top passage; ``None`` where nothing was found."""
        return features_of(self.question, self.ranked)

    @property
    def confidence(self) -> float:
        """The probability that the top passage answers."""
        return default_confidence().probability(self.features)

    def passage_ids(self) -> list[str]:
        """Return passage ids in the order in which they would be quoted."""
        return [choice.scored.candidate.passage_id for choice in diversify(self.question, self.ranked, 2 * DEPTH)]


@dataclass(frozen=True, slots=True)
class IndexedCorpus:
    """An indexed corpus that can be asked in three ways, and without some of its passages, which are by passage id.

    ``paragraph_vectors`` are those of the passages' whole texts, shape (passages, dimensions).
    """

    session: SearchSession
    retriever: Retriever
    passages: dict[str, StoredPassage]
    paragraph_vectors: Matrix

    @classmethod
    def of(cls, session: SearchSession) -> IndexedCorpus:
        """Build from an opened data folder."""
        library = session.library
        passages = {
            found.passage.passage_id: found
            for article_id in library.articles.digests()
            for found in library.passages.of_article(article_id)
        }
        vectors = session.embedder.encode([found.text for found in passages.values()])
        return cls(session, session.retriever(), passages, vectors)

    def units(self, passage_ids: Iterable[str]) -> list[str]:
        """Return the paragraphs of passages, each once, in order."""
        return list(dict.fromkeys(unit_of(self.passages[name].passage) for name in passage_ids))

    def texts(self) -> dict[str, str]:
        """Return the text of every paragraph, or of its first passage."""
        found: dict[str, str] = {}
        for stored in self.passages.values():
            found.setdefault(unit_of(stored.passage), stored.text)
        return found

    def relevant(self, asked: LabelledQuestion) -> set[str]:
        """Return the ids of the passages that answer."""
        return {name for name, found in self.passages.items() if any(gold.matches(found) for gold in asked.answers)}

    def by_vectors(self, question: str) -> list[str]:
        """Return the nearest passages by one vector of the whole paragraph, as a plain Chroma retriever does."""
        scores = self.paragraph_vectors @ self.session.embedder.encode([question], question=True)[0]
        names = list(self.passages)
        return [names[index] for index in np.argsort(-scores, kind="stable")[: 2 * DEPTH]]

    def by_keywords(self, question: str) -> list[str]:
        """Return the best passages by BM25 over the question's content words."""
        groups = [((term,), 1.0) for term in dict.fromkeys(content_terms(question))]
        by_key = {found.key: name for name, found in self.passages.items()}
        return [by_key[key] for key, _ in self.session.words.best(groups, 2 * DEPTH) if key in by_key]

    def rank(self, question: str, absent: Collection[str] = (), within: Collection[str] | None = None) -> Ranking:
        """Run the stages from validation to scoring without the passages ``absent`` and, if given, on ``within`` only.

        Raises:
            QuestionError: when the question cannot be searched for.
        """
        analysed = analyse(validate_query(question), self._vocabulary(absent, within))
        vector = self.retriever.encode([analysed.text])[0]
        if within is None:
            keys = self.retriever.retrieve(analysed, vector, RETRIEVED + len(absent)).keys
        else:
            keys = tuple(self.passages[name].key for name in sorted(within))
        removed = {self.passages[name].key for name in absent}
        candidates = self.retriever.load([key for key in keys if key not in removed], vector)
        return Ranking(analysed, rank(analysed, candidates.passages, self.retriever.statistics().average_length))

    def _vocabulary(self, absent: Collection[str], within: Collection[str] | None) -> Vocabulary:
        if within is not None:
            return Vocabulary.of(self.passages[name].text for name in sorted(set(within) - set(absent)))
        known = self.retriever.statistics().vocabulary
        if not absent:
            return known
        copy = Vocabulary(
            known.n, Counter(known.frequencies), Counter(known.capitalised), known.expansions, known.guesses
        )
        for name in absent:
            copy.remove(self.passages[name].text)
        return copy


@contextmanager
def temporary_corpus(articles: Mapping[str, str], settings: Settings, progress: Progress) -> Iterator[IndexedCorpus]:
    """Index ``articles`` (id → text, one paragraph a line) as the product does; delete the index afterwards."""
    with tempfile.TemporaryDirectory(prefix="pullquote-") as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for name, text in articles.items():
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        there = settings.model_copy(update={"home": Path(folder) / "home", "corpus": corpus, "chroma": None})
        run_indexing(there, progress=progress)
        with open_session(there) as session:
            yield IndexedCorpus.of(session)


def run(corpus: IndexedCorpus, questions: Sequence[LabelledQuestion], progress: Progress) -> list[Result]:
    """Ask every question of all systems; answerable ones a second time with the answer removed."""
    results = []
    for done, asked in enumerate(questions, start=1):
        results.append(_ask(corpus, asked))
        progress("Asking", done, len(questions))
    return results


def _ask(corpus: IndexedCorpus, asked: LabelledQuestion) -> Result:
    relevant = corpus.relevant(asked)
    units = set(corpus.units(relevant))
    try:
        ours = corpus.rank(asked.question)
    except QuestionError:  # a person would get an error: nothing found, nothing answered
        return Result(asked, units, {VECTORS: [], BM25: [], OURS: []}, 0.0)
    passage_ids = {
        VECTORS: corpus.by_vectors(asked.question),
        BM25: corpus.by_keywords(asked.question),
        OURS: ours.passage_ids(),
    }
    rankings = {system: corpus.units(names)[:DEPTH] for system, names in passage_ids.items()}
    if not relevant:
        return Result(asked, units, rankings, ours.confidence)
    absent = corpus.rank(asked.question, absent=relevant)
    first = next(iter(corpus.units(absent.passage_ids())), None)
    return Result(asked, units, rankings, ours.confidence, absent.confidence, first)


class Example(NamedTuple):
    """One example for calibration. ``setting`` distinguishes the whole corpus from a small one."""

    features: Features
    answerable: bool
    group: str
    setting: str


def examples(corpus: IndexedCorpus, questions: Sequence[LabelledQuestion], progress: Progress) -> list[Example]:
    """Rank each answerable question with its answer and without, in the whole corpus and among three articles.

    The small corpus keeps the weights from depending on the size of the one they were fitted on.
    """
    random = np.random.default_rng(0)
    articles = sorted({found.passage.article_id for found in corpus.passages.values()})
    made: list[Example] = []
    for done, asked in enumerate(questions, start=1):
        if relevant := corpus.relevant(asked):
            own = corpus.passages[min(relevant)].passage.article_id
            few = {own, *random.choice(articles, min(2, len(articles)), replace=False).tolist()}
            small = {name for name, found in corpus.passages.items() if found.passage.article_id in few}
            for setting, within in (("whole corpus", None), ("three articles", small)):
                ranked = [(absent, corpus.rank(asked.question, absent, within)) for absent in (set[str](), relevant)]
                made += [Example(r.features, not absent, asked.group, setting) for absent, r in ranked if r.features]
        progress("Asking", done, len(questions))
    return made
