"""Quotes, candidates and articles made from plain words."""

from __future__ import annotations

from retrieval.core.display import Annotation
from retrieval.core.display.span import Span
from retrieval.core.types import Article, Context, Metadata, Passage, Quote, StoredPassage, TitleSource
from retrieval.ingest import build_article, parse_document
from retrieval.search.ranking.scoring import Candidate, PassageTerms
from retrieval.text.sentences import split_sentences
from retrieval.text.tokenizer import content_terms


def article(text: str, name: str = "a") -> Article:
    """An article as the corpus gives it."""
    return build_article(parse_document(text.encode(), f"{name}.txt"))


def stored(text: str, *, article_id: str = "a", start: int = 0, lead_in: str | None = None) -> StoredPassage:
    """A passage that stands at ``start`` of its article."""
    sentences = tuple(Span(start + s.start, start + s.end) for s in split_sentences(text, 0, len(text)))
    passage = Passage(f"{article_id}:1", article_id, 1, 1, start, start + len(text), sentences)
    terms = tuple(content_terms(text[s.start - start : s.end - start]) for s in sentences)
    meta = Metadata(f"Title of {article_id}", TitleSource.DOCUMENT)
    return StoredPassage(1, passage, meta, text, lead_in, True, terms)


def candidate(found: StoredPassage, cosine: float = 0.5) -> Candidate:
    """A stored passage as the ranking sees it, all its sentences equally near."""
    passage = found.passage
    sentences = tuple(found.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences)
    return Candidate(
        found.key,
        passage.passage_id,
        passage.article_id,
        sentences,
        PassageTerms.of(found.terms),
        cosine,
        (cosine,) * len(sentences),
    )


def quote(
    text: str,
    *,
    article_id: str = "a",
    highlights: tuple[tuple[int, int], ...] | None = None,
    metadata: Metadata | None = None,
    section: str | None = None,
    context: Context | None = None,
    annotations: tuple[Annotation, ...] = (),
    page: int | None = None,
    paragraphs: tuple[int, int] = (4, 4),
    lead_in: str | None = None,
    adjacent: bool = True,
    also_in: tuple[str, ...] = (),
) -> Quote:
    """A quote of ``text`` from offset 100, all of it highlighted unless said otherwise."""
    context = context or Context((section,) if section else ())
    passage = Passage(
        f"{article_id}:4", article_id, *paragraphs, 100, 100 + len(text), (Span(100, 101),), context=context,
        annotations=annotations, page=page,
    )  # fmt: skip
    spans = ((0, len(text)),) if highlights is None else highlights
    meta = metadata or Metadata(f"Title of {article_id}", TitleSource.DOCUMENT)
    marked = tuple(Span(*span) for span in spans)
    return Quote(passage, meta, text, marked, lead_in, adjacent, 0.75, also_in, (("vector", 0.5), ("score", 0.75)))
