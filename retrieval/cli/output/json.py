"""JSON documents of the commands: the fields that other programs may rely on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from retrieval.core.findings import Finding
from retrieval.core.types import Answer, ArticleSummary, Findings, Omission, Quote


def quote_document(quote: Quote, *, explain: bool = False) -> dict[str, Any]:
    """Document of one quote; ``explain`` adds the scores behind it.

    ``text`` is the slice ``start:end`` of the article's stored text, ``highlights`` are ranges of it. ``display`` is
    what a reader of the rendered document sees of it: each ``[start, length, shown, size]`` of ``display_map`` says
    that ``text[start:start+length]`` is shown as ``display[shown:shown+size]``. The two are the same words, unless
    they replace each other (a character reference). ``context`` stands above the passage and is no part of it: the
    ``headings`` (the outermost first), the line of ``introduction`` and the ``header`` of a table that was cut.
    ``section`` is the innermost heading, ``page`` counts from 1; both are null where there are none.
    """
    passage, meta = quote.passage, quote.metadata
    context, shown = passage.context, quote.display
    document: dict[str, Any] = {
        "passage_id": passage.passage_id,
        "article_id": passage.article_id,
        "title": meta.title,
        "title_source": meta.title_source.value,
        "publisher": meta.publisher,
        "published": meta.published,
        "url": meta.url,
        "section": passage.section,
        "page": passage.page,
        "page_paragraph": passage.page_paragraph,
        "paragraph": passage.paragraph,
        "start": passage.start,
        "end": passage.end,
        "text": quote.text,
        "highlights": [list(span) for span in quote.highlights],
        "display": shown.text,
        "display_map": [list(piece) for piece in shown.pieces],
        "context": {
            "headings": list(context.headings),
            "introduction": context.introduction or None,
            "header": context.header or None,
        },
        "lead_in": quote.lead_in,
        "score": round(quote.score, 6),
        "also_in": list(quote.also_in),
    }
    if explain:
        document["explain"] = {name: round(value, 6) for name, value in quote.evidence}
    return document


def answer_document(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """Document of one answer, as printed by ``ask --json``.

    ``outcome`` is "answered", "not_sure" or "nothing"; ``answered`` is true for the first alone. Only then are there
    ``quotes``, else ``closest`` holds the nearest passages, which are no answer.
    """
    return {
        "question": answer.question,
        "answered": answer.answered,
        "outcome": answer.outcome.name.lower(),
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


def finding_document(finding: Finding) -> dict[str, Any]:
    """Document of a file that is left out, of the same form as ``omission_document``."""
    return {
        "article_id": None,
        "file": finding.file,
        "line": None,
        "paragraph": None,
        "start": None,
        "end": None,
        "reason": finding.kind.value,
        "detail": finding.detail,
        "text": "",
    }
