"""What belongs together stays together: lists, tables, code and questions with the line that leads them in."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.display import AnnotationKind
from retrieval.core.display.span import Span
from retrieval.core.errors import NoTextError
from retrieval.core.types import Article, Context, Passage
from retrieval.ingest.chunking.chunker import split_passages
from retrieval.ingest.chunking.packing import SPECIAL_TOKENS, estimate
from retrieval.ingest.cleaning.cleaner import ClassifiedBlock
from retrieval.ingest.parsers.blocks import Block, BlockKind
from retrieval.ingest.parsers.document import parse_document
from retrieval.ingest.pipeline import build_article

ONE = "The harbour of the town opened in the spring of 1890."
TWO = "Fishermen had asked for a longer pier since the great storm."


def chunked(*blocks: tuple[str, BlockKind], max_tokens: int = 256) -> tuple[str, tuple[Passage, ...]]:
    """A text of one block a paragraph, and its passages; list items belong to one list."""
    text = ""
    made = []
    for number, (words, kind) in enumerate(blocks, start=1):
        at = len(text)
        rows = tuple(Span(at + row.start(), at + row.end()) for row in re.finditer(".+", words))
        block = Block(number, 2 * number - 1, at, at + len(words), kind, list_id=int(kind is BlockKind.ITEM))
        made.append(block._replace(rows=rows, header_rows=1) if kind is BlockKind.TABLE else block)
        text += f"{words}\n\n"
    return text, split_passages(text, "a", [ClassifiedBlock(block, None) for block in made], max_tokens)


def texts(text: str, passages: tuple[Passage, ...]) -> list[str]:
    """Text of each passage, its paragraphs divided by a bar."""
    return [text[each.start : each.end].replace("\n\n", "|") for each in passages]


def test_a_list_stays_with_its_lead_in() -> None:
    """The line above a list and all its items are one passage; the paragraphs around it are others."""
    text, passages = chunked(
        (ONE, BlockKind.TEXT),
        ("To moor a ship in the harbour:", BlockKind.TEXT),
        ("Call the harbour master.", BlockKind.ITEM),
        ("Wait for the green light.", BlockKind.ITEM),
        (TWO, BlockKind.TEXT),
    )
    assert texts(text, passages) == [
        ONE,
        "To moor a ship in the harbour:|Call the harbour master.|Wait for the green light.",
        TWO,
    ]
    assert all(each.context == Context() for each in passages)


def test_a_long_list_is_cut_between_items() -> None:
    """No item is torn, the first part has the lead-in itself, the others have it as their introduction."""
    items = [f"Step number {n} of the work is to check the rope and the light of pier {n}." for n in range(12)]
    text, passages = chunked(
        ("To moor a ship in the harbour:", BlockKind.TEXT),
        *((item, BlockKind.ITEM) for item in items),
        max_tokens=70,
    )
    parts = texts(text, passages)
    assert len(parts) > 2
    assert "|".join(parts) == "|".join(["To moor a ship in the harbour:", *items])
    assert passages[0].context.introduction == ""
    assert {each.context.introduction for each in passages[1:]} == {"To moor a ship in the harbour:"}


def test_a_long_table_is_cut_between_rows() -> None:
    """No row is torn, and every part but the first has the header in its context."""
    rows = [f"Pier {n} | {n} metres deep | open from May to October of the year" for n in range(20)]
    table = "\n".join(["Name | Depth | Season", *rows])
    text, passages = chunked((ONE, BlockKind.TEXT), (table, BlockKind.TABLE), max_tokens=90)
    parts = texts(text, passages)
    assert len(parts) > 2
    assert "\n".join(parts) == f"{ONE}|{table}"
    assert passages[0].context.header == ""
    assert {each.context.header for each in passages[1:]} == {"Name | Depth | Season"}


def test_code_stays_with_the_line_above() -> None:
    """A code block is one passage with the line that leads it in, without one it stands alone."""
    code = "moor = Harbour()\n\nmoor.call(light='green')"
    text, passages = chunked((ONE, BlockKind.TEXT), (code, BlockKind.CODE))
    assert [text[each.start : each.end] for each in passages] == [f"{ONE}\n\n{code}"]
    text, passages = chunked((code * 3, BlockKind.CODE), (ONE, BlockKind.TEXT))
    assert [text[each.start : each.end] for each in passages] == [code * 3, ONE]


def test_a_question_stays_with_its_answer() -> None:
    """All paragraphs up to the next question are its answer."""
    text, passages = chunked(
        ("May I moor here?", BlockKind.QUESTION), (ONE, BlockKind.TEXT), (TWO, BlockKind.TEXT),
        ("May I fish here?", BlockKind.QUESTION), (TWO, BlockKind.TEXT),
    )  # fmt: skip
    assert texts(text, passages) == [f"May I moor here?|{ONE}|{TWO}", f"May I fish here?|{TWO}"]


def test_a_long_answer_keeps_its_question_as_context() -> None:
    """Where the answer is cut, the question introduces each later part."""
    answer = [f"Answer {n} says that ships of {n} metres may moor at the northern pier." for n in range(8)]
    _, passages = chunked(
        ("May I moor here?", BlockKind.QUESTION), *((line, BlockKind.TEXT) for line in answer), max_tokens=50
    )
    assert len(passages) > 2
    assert [each.context.introduction for each in passages] == ["", *["May I moor here?"] * (len(passages) - 1)]


def test_short_paragraphs_are_joined() -> None:
    """What says too little alone goes with what follows, the last of a section with what stands before."""
    text, passages = chunked(*((words, BlockKind.TEXT) for words in ("A note.", ONE, TWO, "It was grey.")))
    assert texts(text, passages) == [f"A note.|{ONE}", f"{TWO}|It was grey."]


def test_short_paragraphs_are_joined_only_until_they_say_enough() -> None:
    """A text of nothing but short lines is no single passage, and none of its passages is short."""
    text, passages = chunked(*((f"Line number {n} of it.", BlockKind.TEXT) for n in range(20)))
    sizes = [len(each) for each in texts(text, passages)]
    assert len(sizes) >= 6
    assert all(40 <= size < 100 for size in sizes)


def test_paragraphs_under_different_headings_are_never_joined() -> None:
    """A short paragraph stays alone rather than go with the text of another section."""
    blocks = []
    text = ""
    for number, (words, heading) in enumerate([("It is blue.", "Sky"), ("It is green.", "Sea")], start=1):
        block = Block(number, number, len(text), len(text) + len(words))
        blocks.append(ClassifiedBlock(block, None, (heading,)))
        text += f"{words}\n"
    assert [each.context.headings for each in split_passages(text, "a", blocks, 256)] == [("Sky",), ("Sea",)]


WORDS = st.text(st.sampled_from("ab .:|\n*`“”"), min_size=1, max_size=60).map(str.strip).filter(bool)
LINES = st.sampled_from(
    [
        *("# Head", "- **item** one", "1. item", "  - nested", "```py", "```", "| a | b |", "|---|---|", "| `c` | d |"),
        *("> quote", "A [link](https://a.example) here.", "To do this:", "Short.", ONE, TWO, "", "", "??? note"),
        *("**Why?**", "x" * 200),
    ]
)


@given(st.lists(st.one_of(LINES, WORDS), max_size=25).map("\n".join), st.integers(12, 60))
def test_passages_fit_the_window_and_hold_their_annotations(text: str, window: int) -> None:
    """Any Markdown: only a passage of a single unit may be longer, no text is lost, annotations lie within."""
    try:
        made = build_article(parse_document(text.encode(), "a.md"), max_tokens=window)
    except NoTextError:
        return
    for passage in made.passages:
        assert len(passage.sentences) == 1 or _cost(made, passage) <= window - SPECIAL_TOKENS
        for mark in passage.annotations:
            assert passage.start <= mark.start < mark.end <= passage.end
        assert list(passage.annotations) == sorted(passage.annotations, key=lambda mark: mark.start)
        assert {mark.kind for mark in passage.annotations} <= set(AnnotationKind)


def _cost(made: Article, passage: Passage) -> int:
    """Word pieces of a passage's sentences as they are encoded."""
    return sum(estimate(made.shown(passage, sentence)) - SPECIAL_TOKENS for sentence in passage.sentences)
