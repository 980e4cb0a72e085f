"""JSON documents of the commands: the fields that other programs may rely on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from retrieval.core.types import Answer, ArticleSummary, Findings, Omission, Quote


def quote_document(quote: Quote, *, explain: bool = False) -> dict[str, Any]:
    """Document of one quote; ``explain`` adds the scores behind it."""
    passage, meta = quote.passage, quote.metadata
    document: dict[str, Any] = {
        "passage_id": passage.passage_id,
        "article_id": passage.article_id,
        "title": meta.title,
        "title_source": meta.title_source.value,
        "publisher": meta.publisher,
        "published": meta.published,
        "url": meta.url,
        "section": passage.section,
        "paragraph": passage.paragraph,
        "start": passage.start,
        "end": passage.end,
        "text": quote.text,
        "highlights": [list(span) for span in quote.highlights],
        "lead_in": quote.lead_in,
        "score": round(quote.score, 6),
        "also_in": list(quote.also_in),
    }
    if explain:
        document["explain"] = {name: round(value, 6) for name, value in quote.evidence}
    return document


def answer_document(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """Document of one answer, as printed by ``ask --json``."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 6),
        "keyword_only": answer.keyword_only,
        "notes": list(answer.notes),
        "quotes": [quote_document(quote, explain=explain) for quote in answer.quotes],
        "closest": [quote_document(quote, explain=explain) for quote in answer.closest],
    }


def findings_document(findings: Findings) -> dict[str, Any]:
    """Document of the passages found, as printed by ``find --json``."""
    return {
        "words": findings.words,
        "total": findings.total,
        "hits": [quote_document(quote) for quote in findings.hits],
    }


def article_document(summary: ArticleSummary) -> dict[str, Any]:
    """Document of one article, as printed by ``sources --json``."""
    document = asdict(summary)
    return {"article_id": summary.article_id, **document.pop("metadata"), **document}


def omission_document(summary: ArticleSummary, omission: Omission, text: str) -> dict[str, Any]:
    """Document of one piece of text that is not indexed, as printed by ``sources --audit --json``."""
    found = {"article_id": summary.article_id, "file": summary.files[0]} | asdict(omission)
    return found | {"text": text[omission.start : omission.end]}
