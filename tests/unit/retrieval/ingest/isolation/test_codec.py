"""Articles between processes: everything comes back, and nothing that contradicts itself gets in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.span import Span
from retrieval.core.errors import CorpusFileError
from retrieval.core.types import Article, Context, Format, Metadata, Omission, Passage, Reason, Repair, TitleSource
from retrieval.ingest.isolation.codec import decode_answer, encode_articles, encode_failure, encode_refusal
from retrieval.ingest.isolation.frames import FrameError
from retrieval.ingest.isolation.worker import answer

TEXT = "Tïtle \U0001f600\n\nThe **pier** is open. The ships are back.\n"
SOURCE = TEXT.encode()
FILE = "news/pier.md"


def article(text: str = TEXT, article_id: str = "news/pier") -> Article:
    """An article with a value in every field."""
    annotations = (Annotation(13, 15, AnnotationKind.HIDDEN), Annotation(13, 22, AnnotationKind.LINK, "x"))
    context = Context(("Tïtle",), "Lead:", "a | b")
    sentences = (Span(9, 30), Span(31, 50))
    passage = Passage(f"{article_id}:2", article_id, 2, 3, 9, 50, sentences, Span(0, 5), context, annotations, 4)
    metadata = Metadata("Tïtle", TitleSource.DOCUMENT, "P", "A", "2024-05-01", "https://example.org", "en")
    return Article(
        article_id, (FILE,), metadata, text, SOURCE, "utf-8", (Repair(1, 1, "Ã¯", "ï"),), (passage,),
        (Omission(1, 1, 0, 7, Reason.TITLE, "d"), Omission(3, None, 50, 51, Reason.MARKUP)), Format.MARKDOWN,
    )  # fmt: skip


def test_everything_comes_back() -> None:
    """Every field of an article survives, and the source is the parent's own."""
    articles = (article(), article(article_id="news/pier:2"))
    body = encode_articles(articles)

    assert decode_answer(body, FILE, SOURCE) == articles
    assert b"source" not in body


@given(text=st.text(alphabet=st.characters(), min_size=60))
def test_any_text_survives(text: str) -> None:
    """Lone surrogates and control characters come back as they were, pairs of surrogates apart included."""
    sent = article(text + "\ud83d\ude00")

    assert decode_answer(encode_articles([sent]), FILE, SOURCE) == (sent,)


def test_refusals_and_failures_become_one_line() -> None:
    """An error keeps its line number and gets the parent's name of the file; escape sequences become spaces."""
    refusal = encode_refusal(CorpusFileError("other", "it is \x1b[2J\nbroken", "Mend it.", 7))
    failure = encode_failure("KeyError\x07 in a.py")

    assert str(decode_answer(refusal, FILE, b"")) == "news/pier.md, line 7: it is [2J broken. Mend it."
    assert "the parser failed on it (KeyError in a.py)" in str(decode_answer(failure, FILE, b""))


def replaced(**values: Any) -> Callable[[Article], Article]:
    """Change the article's one passage."""
    return lambda given: replace(given, passages=(replace(given.passages[0], **values),))


@pytest.mark.parametrize(
    "change",
    [
        lambda given: replace(given, files=("other.md",)),
        lambda given: replace(given, article_id=""),
        lambda given: replace(given, passages=given.passages * 2),
        lambda given: replace(given, omissions=(Omission(1, 1, 0, 700, Reason.TITLE),)),
        lambda given: replace(given, omissions=(Omission(1, 1, 7, 2, Reason.TITLE),)),
        lambda given: replace(given, repairs=(Repair(1, 50, "a", "bc"),)),
        lambda given: replace(given, metadata=replace(given.metadata, title="t" * 1_000_001)),
        lambda given: replace(given, text=None),
        replaced(article_id="other"),
        replaced(paragraph=9),
        replaced(paragraph=True),
        replaced(start=-1),
        replaced(end=52),
        replaced(end=1 << 40),
        replaced(page="4"),
        replaced(sentences=(Span(31, 50), Span(9, 30))),
        replaced(sentences=(Span(0, 30),)),
        replaced(lead_in=Span(5, 0)),
        replaced(annotations=(Annotation(13, 99, AnnotationKind.HIDDEN),)),
        replaced(annotations=((13, 15, "no such kind", ""),)),
        replaced(annotations=((13, 15, "hidden"),)),
        replaced(annotations=(Annotation(14, 15, AnnotationKind.BOLD), Annotation(13, 15, AnnotationKind.BOLD))),
    ],
)
def test_articles_that_contradict_themselves_are_refused(change: Callable[[Article], Article]) -> None:
    """Spans outside the text or out of order, unknown kinds and the ids of others are no article."""
    with pytest.raises(FrameError):
        decode_answer(encode_articles([change(article())]), FILE, SOURCE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff",
        b'{"articles":[]}',
        b'{"articles":[[]]}',
        b'{"articles":[1e400]}',
        b'{"articles":NaN}',
        b'{"refused":["a","b",true]}',
        b'{"refused":["a",1,null]}',
        b'{"failed":' + b"9" * 5_000 + b"}",
        b"[" * 100_000,
        b"[" + b"[]," * 7_000_000 + b"[]]",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    """Bytes that are no JSON, another JSON, or more of it than an article has, are one kind of error."""
    with pytest.raises(FrameError):
        decode_answer(body, FILE, SOURCE)


VALUES = json.loads(encode_articles([article()]))


@st.composite
def mutated(draw: st.DrawFn) -> object:
    """The frame of an article with one value at any depth replaced by another."""
    values = json.loads(json.dumps(VALUES))
    place: Any = values["articles"]
    while True:
        index = draw(st.integers(0, len(place) - 1))
        if isinstance(place[index], list) and place[index] and draw(st.integers(0, 3)):
            place = place[index]
            continue
        place[index] = draw(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.lists(st.none()))
        )
        return values


@given(values=mutated())
def test_a_changed_frame_is_refused_or_consistent(values: object) -> None:
    """Whatever one value of a frame becomes, the result is refused or could be encoded and read again."""
    try:
        result = decode_answer(json.dumps(values).encode(), FILE, SOURCE)
    except FrameError:
        return
    assert isinstance(result, tuple)
    assert decode_answer(encode_articles(result), FILE, SOURCE) == result


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CorpusFileError("a", "it is bad", "Mend it.", 3), "news/pier.md, line 3: it is bad. Mend it."),
        (KeyError("x"), "the parser failed on it (KeyError in test_codec.py, line"),
        (SystemExit(0), "the parser failed on it (SystemExit in test_codec.py, line"),
        (None, "it has too many paragraphs and marks. Split it."),
    ],
)
def test_what_goes_wrong_in_a_worker_is_its_answer(error: BaseException | None, expected: str) -> None:
    """Refusals, a parser's bugs, and articles too large to send, are answers."""

    def build(source: bytes, file: str, options: Mapping[str, object]) -> tuple[Article, ...]:
        if error is not None:
            raise error
        marks = (Annotation(10, 11, AnnotationKind.BOLD),) * 2_500_000
        return (replaced(annotations=marks)(article()),)

    assert expected in str(decode_answer(answer(SOURCE, FILE, {}, build), FILE, SOURCE))
