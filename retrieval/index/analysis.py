"""Analysis of an article before it is stored: its words folded and counted, its sentences encoded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.core.errors import CorpusFileError
from retrieval.core.span import Span
from retrieval.core.types import Article, Passage, PassageWords
from retrieval.core.vectors import Matrix, pool_sentences
from retrieval.index.embedding import Embedder
from retrieval.index.lexical import LexicalEntry
from retrieval.text.tokenizer import content_terms, terms_of, tokenize_with_words, tokens_between
from retrieval.text.vocabulary import passage_words

#: A lead-in only lends its subject, so it weighs less than the passage's own words.
LEAD_IN_WEIGHT = 0.5

Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalysedPassage:
    """Folded terms of a passage's sentences, its word counts, and its entry, with key 0 until the library gives one."""

    terms: tuple[Terms, ...]
    words: PassageWords
    entry: LexicalEntry


@dataclass(frozen=True, slots=True)
class AnalysedArticle:
    """An article with its digest and the words of its passages, in order."""

    article: Article
    digest: str
    passages: list[AnalysedPassage]


def analyse(article: Article, digest: str) -> AnalysedArticle:
    """Tokenise and count an article's passages.

    Raises:
        CorpusFileError: when that fails; one article must not stop the others.
    """
    try:
        return AnalysedArticle(article, digest, analyse_passages(article))
    except MemoryError:
        raise
    except Exception as error:
        if os.environ.get("PULLQUOTE_DEBUG"):
            raise
        problem = " ".join(f"it could not be indexed ({type(error).__name__}: {error})".split())
        remedy = "Please report it with the output of the same command with PULLQUOTE_DEBUG=1 set."
        raise CorpusFileError(article.files[0], problem, remedy) from error


def analyse_passages(article: Article) -> list[AnalysedPassage]:
    """Words of every passage, each tokenised once."""
    known: dict[str, Terms] = {}
    return [_analyse_passage(article, passage, known) for passage in article.passages]


def _analyse_passage(article: Article, passage: Passage, known: dict[str, Terms]) -> AnalysedPassage:
    """``known`` are terms by text: sections recur, and a lead-in is a sentence of an earlier passage."""
    text = article.slice(Span(passage.start, passage.end))
    tokens, words = tokenize_with_words(text)
    sentences = []
    for start, end in passage.sentences:
        terms = terms_of(tokens_between(text, tokens, start - passage.start, end - passage.start))
        known[article.text[start:end]] = terms
        sentences.append(terms)
    indexed = list(terms_of(tokens))
    for context in (passage.section or "", article.slice(passage.lead_in) if passage.lead_in else ""):
        if context not in known:
            known[context] = content_terms(context)
        indexed += known[context]
    entry = LexicalEntry(0, article.article_id, indexed, [word.word for word in words])
    return AnalysedPassage(tuple(sentences), passage_words(text, tokens), entry)


def encode(articles: Sequence[Article], embedder: Embedder) -> list[Matrix]:
    """For every passage, in order: its vector, then those of its sentences. Equal texts are encoded once."""
    texts: dict[str, int] = {}
    for article in articles:
        for passage in article.passages:
            for span in (*passage.sentences, *([passage.lead_in] if passage.lead_in else [])):
                texts.setdefault(article.slice(span), len(texts))
    vectors = embedder.encode(list(texts))
    found = []
    for article in articles:
        for passage in article.passages:
            spans = list(passage.sentences)
            sentences = vectors[[texts[article.slice(span)] for span in spans]]
            lengths = [float(span.end - span.start) for span in spans]
            if passage.lead_in:
                spans.append(passage.lead_in)
                lengths.append(LEAD_IN_WEIGHT * (passage.lead_in.end - passage.lead_in.start))
            whole = pool_sentences(vectors[[texts[article.slice(span)] for span in spans]], lengths)
            found.append(np.vstack([whole[None, :], sentences]))
    return found
