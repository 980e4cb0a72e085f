"""Candidates and questions made from plain sentences."""

from __future__ import annotations

from retrieval.search.query.analysis import Question, analyse
from retrieval.search.ranking.scoring import Candidate, PassageTerms
from retrieval.text.tokenizer import content_terms
from retrieval.text.vocabulary import Vocabulary


def passage(name: str, *sentences: str, cosine: float = 0.4, lead_in: str = "") -> Candidate:
    terms = PassageTerms.of((content_terms(s) for s in sentences), content_terms(lead_in))
    article = name.partition("-")[0]
    return Candidate(0, name, article, sentences, terms, cosine, tuple(cosine for _ in sentences), lead_in)


def asked(question: str, *candidates: Candidate) -> Question:
    return analyse(question, Vocabulary.of(" ".join(c.sentences) for c in candidates))


ALASKA = passage("a-1", "The Alaska summit yielded next to zero results.", "Trump was not pleased.")
PARIS = passage("b-1", "The Paris summit gathered 31 countries.", "It lasted a day.")
SPORT = passage("c-1", "The team won the cup twice.", cosine=0.1)
