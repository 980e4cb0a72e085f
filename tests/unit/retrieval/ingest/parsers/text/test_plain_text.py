"""Plain text: what a line is depends on its region, and every word is in one block."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.ingest.parsers.blocks import Block, BlockKind
from retrieval.ingest.parsers.text.plain_text import parse_plain_text
from tests.support.adversarial import TEXTS
from tests.support.growth import assert_linear

TEXT, ITEM, HEADING, MARKUP, FURNITURE = (
    BlockKind.TEXT, BlockKind.ITEM, BlockKind.HEADING, BlockKind.MARKUP, BlockKind.FURNITURE,
)  # fmt: skip
OIL = (
    "the oil for the lamps arrives on Thursday, and somebody has to be at the pier to sign for it. Please tell me by "
    "tomorrow who of you can be there."
)
LONG = (
    "The society met on Monday, and the chairwoman said that nobody had to fear for the lamps, which would be kept "
    "burning as they had been for a century and longer."
)
NOVEL = """\
THE LIGHTHOUSE

CHAPTER I

The keeper of the lighthouse had gone down to the pier before the sun
was up, since the boat which brought the oil was said to be early that
week.

    "And what," said he, "shall I do with the dog?"

  The lamp is lit, the lamp is low,
    The ships go by, and by they go,
  The keeper sleeps, the keeper wakes,
    And counts the coins that morning makes.

He went up again; the stairs were wet, and at the third landing he had
to stop to get his breath, as he had done on every single day for more
than eleven years.
"""
INDENTED = """\
  The keeper of the lighthouse had gone down to the pier before the sun
was up, since the boat which brought the oil was said to be early that
week and he wanted to be there.
  He went up again; the stairs were wet, and at the third landing he had
to stop to get his breath, as he had done on every single day for more
than eleven years.
"""
MAIL = """\
From: Mara Quill <mara@example.org>
To: crew@example.org
Subject: Lamp oil
Message-ID: <1@example.org>
Received: from a by b;
 Tue, 1 Mar 2022

Dear all,

the oil for the lamps arrives on Thursday, and somebody has to be at
the pier to sign for it. Please tell me by tomorrow who of you can be
there.

On Monday Jonas wrote:
> The barrels are heavier than last year, so that two people
> are needed to carry one of them up the stairs.
>
>> Who signs?
> I do.

Mara
--\x20
Mara Quill
Lighthouse Society
"""
STANDARD = """\
Network Working Group                                          M. Quill
Request for Comments: 9                                       June 2022


                        The Lamp Protocol

1.  Introduction

   This document describes how lamps talk to one another over a distance
   of several miles, and which signals are understood by all of them at
   any hour of the night.

1.1.  Terms

   A lamp is lit or dark.  The following rules apply to it in the order
   in which they are given here:

   o  A lamp that is lit stays lit until its oil has been used up, or
      until somebody puts it out.

   o  A lamp that is dark stays dark.

   1.  Open the vents of the lamp before the wick is lit, and close them
       once it burns.
   2.  Trim the wick.



Quill                        Informational                      [Page 1]
\f
RFC 9                     The Lamp Protocol                    June 2022


2.  Signals

   Three short flashes mean that a boat is near the rocks.

   Quill's rule is that nobody answers in the first minute, because the
   lamps need a minute to get hot.



Quill                        Informational                      [Page 2]
\f
RFC 9                     The Lamp Protocol                    June 2022


3.  References

   None.
"""
PRINTED = """\
Lighthouse Society                                Rules
1
Rules of the tower
Visitors climb the tower in groups of at most eight people, each with
a guide who knows the stairs. Children under six wait below with one
of the keepers.
• No food is taken up.
• Dogs wait at the door, where a bowl of water is kept for each of
them.
The lamp room is open on Sundays.
\fLighthouse Society                                Rules
2
The lamp is cleaned each morning with a cloth and a little vinegar, and
the brass is polished once a week.
\fLighthouse Society                                Rules
3
Nobody smokes.
"""
RULES = """\
Staff rules

Article 1

Everybody has thirty days of leave.

Article 2

Leave is asked for in writing.

Article 3 Sickness

1. A sick person stays at home.
2. The society pays for six weeks.
   Then the fund does.

(a) first
(b) second
"""


def blocks_of(text: str, kind: BlockKind | None = None) -> list[str]:
    """The texts of the blocks, or of those of a kind, with blanks folded."""
    blocks = parse_plain_text(text)
    return [" ".join(text[each.start : each.end].split()) for each in blocks if kind in {None, each.kind}]


def starts(text: str, blocks: list[Block]) -> list[str]:
    """The first two words of each block."""
    return [" ".join(text[each.start : each.end].split()[:2]) for each in blocks]


@pytest.mark.parametrize("around", ["", f"{LONG}\n{LONG}\n\n", f"{'x' * 90}\n\n"])
def test_a_region_is_wrapped_whatever_the_others_are(around: str) -> None:
    """Wrapped paragraphs are joined and verse keeps its lines, beside paragraphs of one line or one long line."""
    found = starts(around + NOVEL, list(parse_plain_text(around + NOVEL)))

    assert found[-9:] == [
        "THE LIGHTHOUSE", "CHAPTER I", "The keeper", '"And what,"', "The lamp", "The ships", "The keeper", "And counts",
        "He went",
    ]  # fmt: skip
    assert blocks_of(around + NOVEL)[:-9] == [each for each in around.splitlines() if each]


def test_a_paragraph_begins_at_an_indented_line() -> None:
    """Without blank lines the indentation of its first line parts a paragraph from the one before."""
    assert starts(INDENTED, list(parse_plain_text(INDENTED))) == ["The keeper", "He went"]


def test_a_standard_has_headings_lists_pages_and_no_feet() -> None:
    """Numbered headings, both kinds of list, wrapped items joined; running heads and feet are furniture."""
    blocks = parse_plain_text(STANDARD)

    headings = [(each.label, each.level, each.page) for each in blocks if each.kind is HEADING]
    assert headings == [
        ("1. Introduction", 1, 1), ("1.1. Terms", 2, 1), ("2. Signals", 1, 2), ("3. References", 1, 3),
    ]  # fmt: skip
    items = [each for each in blocks if each.kind is ITEM]
    assert starts(STANDARD, items) == ["o A", "o A", "1. Open", "2. Trim"]
    assert [each.list_id for each in items] == [1, 1, 2, 2]
    assert starts(STANDARD, [each for each in blocks if each.kind is FURNITURE]) == [
        "Quill Informational", "RFC 9", "Quill Informational", "RFC 9",
    ]  # fmt: skip


def test_the_output_of_pdftotext_is_joined_page_by_page() -> None:
    """Form feeds are pages, what repeats at their edges is furniture, and lines are joined without blank ones."""
    blocks = parse_plain_text(PRINTED)

    assert [each.page for each in blocks if each.kind is FURNITURE] == [1, 1, 2, 2, 3, 3]
    body = [each for each in blocks if each.kind is not FURNITURE]
    assert starts(PRINTED, body) == [
        "Rules of", "Visitors climb", "• No", "• Dogs", "The lamp", "The lamp", "Nobody smokes.",
    ]  # fmt: skip
    assert [each.page for each in body] == [1, 1, 1, 1, 1, 2, 3]


def test_a_mail_has_headers_quotations_and_a_signature() -> None:
    """A header is a line of its own, quotations are apart by their depth, signature and technical lines are markup."""
    assert blocks_of(MAIL, TEXT) == [
        "From: Mara Quill <mara@example.org>", "To: crew@example.org", "Subject: Lamp oil", "Dear all,",
        OIL,
        "On Monday Jonas wrote:",
        "> The barrels are heavier than last year, so that two people > are needed to carry one of them up the stairs.",
        ">> Who signs?", "> I do.", "Mara",
    ]  # fmt: skip
    assert blocks_of(MAIL, MARKUP)[-1] == "-- Mara Quill Lighthouse Society"


def test_articles_of_rules_are_headings() -> None:
    """ "Article 3" above its text is a heading, and its numbered paragraphs are a list."""
    blocks = parse_plain_text(RULES)

    assert [each.label for each in blocks if each.kind is HEADING] == ["Article 1", "Article 2", "Article 3 Sickness"]
    assert [each.list_id for each in blocks if each.kind is ITEM] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Leave\n=====\nAsk early.\n\nSickness\n--------\n\nStay at home.", [HEADING, TEXT, HEADING, TEXT]),
        ("- one\n- two\n  goes on\n  * nested\n- three", [ITEM, ITEM, ITEM, ITEM]),
        ("- one\n\n- two\n\n  more of it\n\n- three", [ITEM, ITEM, TEXT, ITEM]),
        ("1. one\n2. two", [ITEM, ITEM]),
        ("- a single dash opens a speech", [TEXT]),
        ("1. January\n\nIt snows.\n\n7. March\n\nIt rains.", [TEXT, TEXT, TEXT, TEXT]),
        ("2. one\n5. two", [TEXT, TEXT]),
        ("Name: Mara\nTask: lamps", [TEXT, TEXT]),
        ("12 Monkeys\n\nA film.\n\n9 Songs\n\nA film.\n\n7 Days\n\nA film.", [TEXT] * 6),
    ],
)
def test_only_what_is_sure_is_more_than_text(text: str, kinds: list[BlockKind]) -> None:
    """A list needs a second item and a heading its neighbours; what merely looks like one stays text."""
    assert [each.kind for each in parse_plain_text(text)] == kinds


PIECES = st.sampled_from([
    "a", "A word ", "- ", "1. ", "2. ", "> ", ">", "\f", "\n", "\n\n", "  ", "\t", "====", "----", "-- \n", "From: a\n",
    "Date: b\n", "[Page 3]", "3.2 Scope", "Article 1", "\u2028", "\x1c", f"{LONG}\n", "word " * 14 + "\n",
])  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)), st.integers(0, 5))
def test_every_word_is_in_one_block(text: str, body_start: int) -> None:
    """Blocks stand in order, without white space at their edges, and hold all that is not white space."""
    body_start = min(body_start, len(text))

    blocks = parse_plain_text(text, body_start)

    at = body_start
    for number, block in enumerate(blocks, start=1):
        part = text[block.start : block.end]
        assert block.number == number
        assert part
        assert part == part.strip()
        assert not text[at : block.start].strip()
        assert block.line == 1 + text.count("\n", 0, block.start)
        at = block.end
    assert not text[at:].strip()


@pytest.mark.parametrize("text", [*TEXTS, "feeds", "feet", "nested", "narrow"])
def test_time_is_linear(text: str) -> None:
    """A text of twice the length takes about twice the time."""
    own = {
        "feeds": lambda n: "Head\na\n1\f" * (n // 9),
        "feet": lambda n: "a [Page 1]\nb\n" * (n // 13),
        "nested": lambda n: "\n".join(f"{' ' * (at % 40)}- a" for at in range(n // 20)),
        "narrow": lambda n: "some words of a line that is as long as all the others\nand\n\n" * (n // 60),
    }
    assert_linear(parse_plain_text, own.get(text) or TEXTS[text], largest=64_000)
