"""PDFs of three producers are read as a person reads them, and what cannot be read says so in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import Block, BlockKind
from retrieval.ingest.parsers.parsed import Parsed
from retrieval.ingest.parsers.pdf import parse_pdf
from tests.support.growth import assert_linear
from tests.support.pdf import Text, make_pdf, paragraph

FIXTURES = Path("tests/fixtures/pdf")


@pytest.fixture(scope="module", name="columns")
def _columns() -> Parsed:
    return read("two_columns.pdf")


@pytest.fixture(scope="module", name="handbook")
def _handbook() -> Parsed:
    return read("handbook.pdf")


@pytest.fixture(scope="module", name="policy")
def _policy() -> Parsed:
    return read("policy.pdf")


def read(name: str) -> Parsed:
    """A fixture, parsed."""
    return parse_pdf((FIXTURES / name).read_bytes(), name)


def texts(parsed: Parsed, kind: BlockKind, page: int | None = None) -> list[str]:
    """Texts of the blocks of a kind."""
    return [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind is kind and page in (None, b.page)]


def block_of(parsed: Parsed, words: str) -> Block:
    """The block that holds these words."""
    return next(block for block in parsed.blocks if words in parsed.text[block.start : block.end])


@pytest.mark.parametrize("name", ["two_columns.pdf", "handbook.pdf", "policy.pdf"])
def test_every_character_is_in_one_block_with_a_page(name: str) -> None:
    """Blocks leave nothing out but white space, follow each other and have pages from 1."""
    parsed = read(name)
    assert "".join(parsed.text.split()) == "".join("".join(parsed.text[b.start : b.end].split()) for b in parsed.blocks)
    assert all(block.page in range(1, 6) for block in parsed.blocks)
    assert [block.number for block in parsed.blocks] == list(range(1, len(parsed.blocks) + 1))


@pytest.mark.parametrize("name", ["two_columns.pdf", "handbook.pdf"])
def test_sentences_are_whole(name: str) -> None:
    """All sentences of these texts are made alike: one that is cut, mixed or hyphenated would differ."""
    parsed = read(name)
    running = [
        sentence
        for kind in (BlockKind.TEXT, BlockKind.ITEM)
        for text in texts(parsed, kind)
        for sentence in text.replace(". ", ".\n").splitlines()
    ]
    odd = [each for each in running if not each.startswith("The keeper at ") or not each.endswith((".", "\u00b9"))]
    assert len(running) > 60
    assert all("who is ill tells" in each or each[0] in "\u00b9\u00b2\u00b3" for each in odd), odd
    assert not [each for each in running if "- " in each]


def test_columns_are_read_in_order_with_headings_of_their_levels(columns: Parsed) -> None:
    """Section follows section; the largest heading of the first page is the title."""
    headings = [(b.level, b.label) for b in columns.blocks if b.kind is BlockKind.HEADING]
    assert headings[0] == (1, "Observations from twelve lighthouses")
    assert [label for level, label in headings if label[0].isdigit() and "." not in label] == [
        "1 Stations and their keepers", "2 Differences of the coastline", "3 Official efficiency"
    ]  # fmt: skip
    assert len({level for level, label in headings if label.startswith(("1.1", "2.1", "3.1"))}) == 1


def test_heads_page_numbers_and_contents_are_furniture(columns: Parsed, handbook: Parsed, policy: Parsed) -> None:
    """They are kept apart from the text with what they are."""
    assert {"2 2 DIFFERENCES OF THE COASTLINE", "3"} <= set(texts(columns, BlockKind.FURNITURE))
    assert [text for text in texts(columns, BlockKind.FURNITURE) if ". . ." in text]
    assert texts(handbook, BlockKind.FURNITURE, 2) == ["Lighthouse service, edition of 2024", "Page 2 of 3"]
    assert texts(policy, BlockKind.FURNITURE, 1) == ["Harbour Works Ltd Travel policy, version 3", "Page 1 of 2"]


def test_footnotes_stand_apart_from_the_paragraph(columns: Parsed, handbook: Parsed) -> None:
    """A footnote is a block of its own, its number is apart from its words."""
    assert [note[:2] for note in texts(columns, BlockKind.FOOTNOTE)] == ["\u00b9 ", "\u00b2 ", "\u00b3 "]
    assert [note[:6] for note in texts(handbook, BlockKind.FOOTNOTE)] == ["1 The ", "2 The ", "3 The "]


def test_a_table_keeps_its_cells_apart(handbook: Parsed, policy: Parsed) -> None:
    """Rows are lines, cells are parted by tabs, a cell of several lines is one."""
    assert texts(handbook, BlockKind.TABLE)[0].splitlines()[0] == "Station\tLamps\tRange in miles"
    assert [row.split("\t")[0] for row in texts(policy, BlockKind.TABLE)[0].splitlines()] == [
        "Country", "Denmark", "Portugal", "Norway"
    ]  # fmt: skip
    assert "\t95 euros a night, or 120 euros between June and" in texts(policy, BlockKind.TABLE)[0]


def test_items_make_lists_with_their_nesting(policy: Parsed) -> None:
    """Bullets are left out, numbers stay, items within items are deeper."""
    items = [block for block in policy.blocks if block.kind is BlockKind.ITEM]
    first = [block for block in items if block.list_id == items[0].list_id]
    assert [block.level for block in first] == [0, 0, 1, 1, 0]
    assert policy.text[first[0].start : first[0].end] == "the journey takes more than five hours;"
    assert policy.text[items[5].start : items[5].end].startswith("1. Ask your manager")


def test_code_keeps_its_lines_and_indentation(policy: Parsed) -> None:
    """A command can be copied from the quote."""
    code = "desk status --trip 4711\n  desk cancel --trip 4711 \\\n      --reason illness"
    assert texts(policy, BlockKind.CODE) == [code]


def test_properties_are_kept_unless_they_are_junk(columns: Parsed, handbook: Parsed, policy: Parsed) -> None:
    """The name of a word processor's file is no title."""
    assert (handbook.properties["title"], handbook.properties["author"]) == (
        "Handbook of the lighthouse service", "Ada Keeper"
    )  # fmt: skip
    assert handbook.properties["language"] == "en"
    assert "title" not in columns.properties
    assert "title" not in policy.properties


def test_each_sentence_has_the_page_it_starts_on() -> None:
    """A paragraph over two pages is cut where the first sentence of the second page begins."""
    first = ["This is a long first sentence that fills all of the line above the foot of it",
             "and the second one, which begins on the first page and runs well over onto the"]  # fmt: skip
    second = ["following page, ends here. The third sentence stands all on the second page, so",
              "that is the page that a reader must be sent to for reading it in its place."]  # fmt: skip
    parsed = parse_pdf(make_pdf([paragraph(first, top=100), paragraph(second, top=760)]), "a.pdf")
    assert block_of(parsed, "runs well over onto the following page, ends here.").page == 1
    assert block_of(parsed, "The third sentence stands all on").page == 2


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (make_pdf([[], []]), r"no text \(a scan of 2 pages\). Run OCR"),
        (make_pdf([[Text(72, 700, "cut")]])[:200], "damaged or cut off"),
        (b"", "damaged or cut off"),
        ((FIXTURES / "locked.pdf").read_bytes(), "needs a password"),
    ],
)
def test_what_cannot_be_read_says_so_in_one_line(source: bytes, problem: str) -> None:
    """The error names the file, what is the matter and what to do."""
    with pytest.raises(CorpusFileError, match=problem) as caught:
        parse_pdf(source, "a.pdf")
    assert "\n" not in str(caught.value)


def test_a_page_without_text_does_not_stop_the_others() -> None:
    """Scanned pages among others are passed over; the pages keep their numbers."""
    parsed = parse_pdf(make_pdf([[], paragraph(["Only the second page has text on it."])]), "a.pdf")
    assert [(block.page, parsed.text) for block in parsed.blocks] == [(2, "Only the second page has text on it.")]


def test_parsing_takes_linear_time() -> None:
    """Letters on one line, at one place or scattered over a page cost no more than their number."""

    def scattered(n: int) -> bytes:
        return make_pdf([[Text(at * 37 % 550, at * 101 % 800, "x") for at in range(n)]])

    assert_linear(lambda source: parse_pdf(source, "a.pdf"), scattered)
    assert_linear(
        lambda source: parse_pdf(source, "a.pdf"), lambda n: make_pdf([paragraph(["1. _-_ x. "] * 50)] * (n // 100))
    )
