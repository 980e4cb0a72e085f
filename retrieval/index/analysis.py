"""What indexing has to know of an article before it is stored: its words folded, its sentences encoded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article, Passage, Span
from retrieval.core.vectors import Matrix, pooled
from retrieval.index.embedding import Embedder
from retrieval.index.lexical import LexicalEntry
from retrieval.text.tokenizer import content_terms, plain_words
from retrieval.text.vocabulary import Vocabulary

#: A lead-in only lends its subject, so it weighs less than the passage's own words.
LEAD_IN_WEIGHT = 0.5


def lexical_entry(key: int, passage: Passage, article: Article) -> LexicalEntry:
    """What the keyword index holds of a passage: its words; for ranking also its lead-in's and its section's."""
    text = article.slice(Span(passage.start, passage.end))
    context = [passage.section or "", article.slice(passage.lead_in) if passage.lead_in else ""]
    terms = [*content_terms(text), *(term for part in context for term in content_terms(part))]
    return LexicalEntry(key, article.article_id, terms, [found.word for found in plain_words(text)])


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article with what is known of its words: the terms of each passage's sentences, entries without a key yet."""

    article: Article
    digest: str
    terms: list[tuple[tuple[str, ...], ...]]
    entries: list[LexicalEntry]


def prepare(article: Article, digest: str) -> Prepared:
    """Take an article's words apart. Raises CorpusFileError: a fault in one article must not stop the others."""
    try:
        terms = [tuple(tuple(content_terms(article.slice(s))) for s in p.sentences) for p in article.passages]
        entries = [lexical_entry(0, passage, article) for passage in article.passages]
        Vocabulary.of(article.slice(Span(p.start, p.end)) for p in article.passages)  # as the library will count
    except MemoryError:
        raise
    except Exception as error:
        if os.environ.get("PULLQUOTE_DEBUG"):
            raise
        problem = " ".join(f"it could not be indexed ({type(error).__name__}: {error})".split())
        remedy = "Please report it with the output of the same command under PULLQUOTE_DEBUG=1."
        raise CorpusFileError(article.files[0], problem, remedy) from error
    return Prepared(article, digest, terms, entries)


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
            whole = pooled(vectors[[texts[article.slice(span)] for span in spans]], lengths)
            found.append(np.vstack([whole[None, :], sentences]))
    return found
