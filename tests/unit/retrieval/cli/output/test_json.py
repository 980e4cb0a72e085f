"""JSON documents of the commands."""

from __future__ import annotations

import json

from retrieval.cli.output.json import (
    answer_document,
    article_document,
    findings_document,
    omission_document,
    quote_document,
)
from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.types import (
    Answer,
    ArticleSummary,
    Context,
    Findings,
    Metadata,
    Omission,
    Outcome,
    Reason,
    Repair,
    TitleSource,
)
from tests.support.doubles.builders import quote

QUOTE_KEYS = [
    "passage_id", "article_id", "title", "title_source", "publisher", "published", "url", "section", "page",
    "page_paragraph",
    "paragraph", "start", "end", "text", "highlights", "display", "display_map", "context", "lead_in", "score",
    "also_in",
]  # fmt: skip
META = Metadata("Title", TitleSource.ASSIGNED, "Paper", "Anna", "2025-09-04", "https://example.org/a", "en")


def test_an_answer_has_the_promised_fields() -> None:
    """All keys are there in their order, with the values of the quote, and nothing more."""
    shown = quote(
        "He said so. Yes.", metadata=META, section="Talks", highlights=((0, 11),), lead_in="Anna.", also_in=("b",)
    )
    document = answer_document(Answer("Who?", Outcome.ANSWERED, 0.87654321, ("note",), (shown,), ()))
    assert list(document) == [
        "question", "answered", "outcome", "confidence", "keyword_only", "notes", "quotes", "closest",
    ]  # fmt: skip
    assert document["answered"] is True
    assert document["confidence"] == 0.876543
    (only,) = document["quotes"]
    assert list(only) == QUOTE_KEYS
    assert only["title_source"] == "assigned"
    assert only["publisher"] == "Paper"
    assert only["text"][slice(*only["highlights"][0])] == "He said so."
    assert (only["start"], only["end"], only["paragraph"], only["section"]) == (100, 116, 4, "Talks")
    assert (only["lead_in"], only["also_in"]) == ("Anna.", ["b"])
    json.dumps(document)


def test_what_is_unknown_is_null() -> None:
    """Unknown metadata is null in the document, never an empty text."""
    document = answer_document(Answer("Who?", Outcome.NOTHING, 0.0, (), (), (quote("Words."),)))
    (only,) = document["closest"]
    assert document["answered"] is False
    assert [only[key] for key in ("publisher", "published", "url", "section", "lead_in")] == [None] * 5


def test_not_sure_is_not_answered() -> None:
    """Only an answer that may be shown as one counts as answered."""
    document = answer_document(Answer("Who?", Outcome.NOT_SURE, 0.4, (), (), ()))
    assert (document["answered"], document["outcome"]) == (False, "not_sure")


def test_a_quote_has_its_display_and_context() -> None:
    """The display is the text without marks, and its map leads back to the text."""
    marks = (Annotation(104, 106, AnnotationKind.HIDDEN), Annotation(112, 114, AnnotationKind.HIDDEN))
    context = Context(("Leave", "Parents"), "You get:", "")
    shown = quote("Get **thirty** days.", annotations=marks, context=context, page=12)
    document = quote_document(shown)
    assert document["display"] == "Get thirty days."
    pieces = [
        (document["text"][start : start + length], document["display"][at : at + size])
        for start, length, at, size in document["display_map"]
    ]
    assert pieces == [("Get ", "Get "), ("thirty", "thirty"), (" days.", " days.")]
    assert document["context"] == {"headings": ["Leave", "Parents"], "introduction": "You get:", "header": None}
    assert (document["page"], document["section"]) == (12, "Parents")


def test_explain_adds_the_evidence() -> None:
    """The evidence is there when asked for, and only then."""
    answer = Answer("Who?", Outcome.ANSWERED, 0.9, (), (quote("Words."),), ())
    assert answer_document(answer, explain=True)["quotes"][0]["explain"] == {"vector": 0.5, "score": 0.75}
    assert "explain" not in answer_document(answer)["quotes"][0]


def test_findings_have_quotes_of_the_same_shape() -> None:
    """A hit of find looks like a quote of ask."""
    document = findings_document(Findings("word", 7, (quote("word", highlights=((0, 4),)),)))
    assert list(document) == ["words", "total", "hits"]
    assert document["total"] == 7
    assert list(document["hits"][0]) == QUOTE_KEYS


def test_an_article_tells_its_repairs_and_names() -> None:
    """Repairs and all file names are part of an article's document."""
    summary = ArticleSummary("a", ("a.txt", "b.txt"), META, "cp1252", 5, 3, 99, ("Talks",), (Repair(7, 30, "Ä—", "ė"),))
    document = json.loads(json.dumps(article_document(summary)))
    assert list(document) == [
        "article_id", "title", "title_source", "publisher", "author", "published", "url", "language", "files",
        "encoding", "paragraphs", "passages", "characters", "sections", "repairs",
        "format",
    ]  # fmt: skip
    assert document["files"] == ["a.txt", "b.txt"]
    assert document["repairs"] == [{"line": 7, "start": 30, "before": "Ä—", "after": "ė"}]
    assert (document["paragraphs"], document["passages"], document["encoding"]) == (5, 3, "cp1252")


def test_an_omission_has_file_line_reason_and_its_text() -> None:
    """An omission is listed with its place, its reason and its text."""
    summary = ArticleSummary("a", ("a.txt",), META, "utf-8", 5, 3, 99, (), ())
    document = omission_document(summary, Omission(3, 2, 4, 9, Reason.COMMENT, "praise"), "abc\nspam!\n")
    assert list(document) == [
        "article_id", "file", "line", "paragraph", "start", "end", "reason", "detail", "text",
    ]  # fmt: skip
    assert document["file"] == "a.txt"
    assert (document["line"], document["reason"], document["detail"], document["text"]) == (
        3,
        "comment",
        "praise",
        "spam!",
    )
