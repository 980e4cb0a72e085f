"""Analysis of an article before it is stored: its words folded and counted, its sentences encoded."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.core.display import display, within
from retrieval.core.display.span import Span
from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article, Passage, PassageWords, TitleSource
from retrieval.core.vectors import Matrix, pool_sentences
from retrieval.index.embedding import Embedder
from retrieval.index.lexical import LexicalEntry
from retrieval.text.tokenizer import content_terms, plain_words, terms_of, tokenize_with_words, tokens_between
from retrieval.text.vocabulary import passage_words

#: A lead-in only lends its subject, so it weighs less than the passage's own words.
LEAD_IN_WEIGHT = 0.5
#: Weight of the title, the headings and the lead-in line in a passage's vector.
CONTEXT_WEIGHT = 0.25
_SLICE = 1500  # texts given to the embedder at once: many enough to be sorted by length, few enough to see it move

Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalysedPassage:
    """Folded terms of a passage's sentences and of its context (each once), its word counts, and its entry.

    The entry has key 0 until the library gives one.
    """

    terms: tuple[Terms, ...]
    context_terms: Terms
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
    """``known`` are terms by text: headings recur, and a lead-in is a sentence of an earlier passage."""
    sentences = [article.shown(passage, span) for span in passage.sentences]
    text = "\n".join(sentences)
    tokens, words = tokenize_with_words(text)
    terms = []
    begin = 0
    for sentence in sentences:
        found = terms_of(tokens_between(text, tokens, begin, begin + len(sentence)))
        known[sentence] = found
        terms.append(found)
        begin += len(sentence) + 1
    lead_in = article.shown(passage, passage.lead_in) if passage.lead_in else ""
    lines = context_lines(article, passage)
    for line in (*lines, lead_in):
        if line not in known:
            known[line] = content_terms(line)
    indexed = [*terms_of(tokens), *(term for line in (*lines, lead_in) for term in known[line])]
    # A title speaks for all passages of an article alike: it finds them, and does not tell them apart. An exact search
    # for its words leads to the first.
    first = passage is article.passages[0]
    exact = lines if first else passage.context.lines()
    context_words = [word.word for line in exact for word in plain_words(line)]
    context = [term for line in passage.context.lines() for term in known[line]]
    entry = LexicalEntry(0, article.article_id, indexed, [word.word for word in words], context_words)
    span = Span(passage.start, passage.end)
    shown = display(article.slice(span), within(passage.annotations, *span)).text
    return AnalysedPassage(tuple(terms), tuple(dict.fromkeys(context)), passage_words(shown), entry)


def context_lines(article: Article, passage: Passage) -> tuple[str, ...]:
    """What a passage is about beyond its own words: the article's title, its headings, its lead-in line."""
    title = () if article.metadata.title_source is TitleSource.FILE_NAME else (article.metadata.title,)
    return (*title, *passage.context.lines())


def encode(
    articles: Sequence[Article], embedder: Embedder, progress: Callable[[int], None] = lambda _: None
) -> list[Matrix]:
    """For every passage, in order: its vector, then those of its sentences. Equal texts are encoded once.

    ``progress`` is called with the number of passages done, again and again while a long article is encoded.
    """
    texts: dict[str, int] = {}
    plans, needed = [], []  # the texts of each passage, and the number of texts up to its last
    for article in articles:
        for passage in article.passages:
            plans.append(_texts(article, passage, texts))
            needed.append(len(texts))
    vectors = np.empty((len(texts), embedder.identity.dimensions), dtype=np.float32)
    every = list(texts)
    done = 0
    for first in range(0, len(every), _SLICE):
        vectors[first : first + _SLICE] = embedder.encode(every[first : first + _SLICE])
        now = bisect_right(needed, first + _SLICE)
        progress(now - done)
        done = now
    found = []
    for sentences, lead_in, context in plans:
        own = vectors[[index for index, _ in sentences]]
        parts = [*sentences, *([] if lead_in is None else [(lead_in[0], LEAD_IN_WEIGHT * lead_in[1])])]
        whole = pool_sentences(vectors[[index for index, _ in parts]], [length for _, length in parts])
        if context is not None:
            whole = pool_sentences(np.vstack([whole, vectors[context]]), [1 - CONTEXT_WEIGHT, CONTEXT_WEIGHT])
        found.append(np.vstack([whole[None, :], own]))
    return found


_Part = tuple[int, float]  # number of a text, length


def _texts(article: Article, passage: Passage, texts: dict[str, int]) -> tuple[list[_Part], _Part | None, int | None]:
    """Numbers, in ``texts``, of a passage's sentences, its lead-in and its context."""

    def part(text: str) -> _Part:
        return texts.setdefault(text, len(texts)), float(max(len(text), 1))

    sentences = [part(article.shown(passage, span)) for span in passage.sentences]
    lead_in = part(article.shown(passage, passage.lead_in)) if passage.lead_in else None
    lines = context_lines(article, passage)
    return sentences, lead_in, part(": ".join(lines))[0] if lines else None
