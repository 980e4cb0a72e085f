"""Cleaning leaves out titles, headings, repeats and boilerplate, and keeps every sentence of the article."""

from __future__ import annotations

import pytest

from retrieval.core.types import Format, Reason
from retrieval.ingest.cleaning.cleaner import CleanedDocument, clean
from retrieval.ingest.parsers.document import MAX_PARAGRAPH, parse_document
from tests.support.growth import assert_linear

BODY = (
    "The council of the harbour town agreed on Monday to rebuild the old pier before the autumn storms arrive.",
    "Two companies from the region will share the work, which is to cost four million euros over three years.",
    "Fishermen had asked for it since 2011, when a winter gale broke the northern end of the structure.",
    "The first piles will be driven in March if the weather allows it, the mayor told reporters after the vote.",
)


def cleaned_of(
    text: str,
    kind: Format = Format.TEXT,
    *,
    known_title: str | None = None,
    keep: frozenset[int] = frozenset(),
    drop: frozenset[int] = frozenset(),
) -> CleanedDocument:
    """The blocks that the parser of ``kind`` finds in a text, cleaned."""
    blocks = parse_document(text.encode(), "a.md" if kind is Format.MARKDOWN else "a.txt").blocks
    return clean(text, blocks, kind=kind, known_title=known_title, keep=keep, drop=drop)


def judged(*lines: str, kind: Format = Format.TEXT) -> list[Reason | None]:
    """The reasons of the lines' blocks, ``None`` for body."""
    return [each.reason for each in cleaned_of("\n".join(lines), kind).blocks]


def omitted(cleaned: CleanedDocument, text: str) -> dict[str, Reason]:
    """The text of each block that is no body, with its reason."""
    return {text[each.block.start : each.block.end]: each.reason for each in cleaned.blocks if each.reason}


@pytest.mark.parametrize(
    "headline",
    [
        "Harbour town to rebuild its old pier",
        "HARBOUR TOWN TO REBUILD PIER",
        "LIVE: Council votes on the pier",
        "Will the old pier ever be rebuilt?",
        "“A good day”: town to rebuild pier",
        "Hafenstadt baut alte Seebrücke wieder auf",
        "旧码头将在秋天前重建",
    ],
)
def test_a_headline_becomes_the_title(headline: str) -> None:
    """A short first line that does not end like a sentence, above text that does, is the title."""
    cleaned = cleaned_of("\n".join([headline, *BODY]))

    assert cleaned.title == headline
    assert [each.reason for each in cleaned.blocks] == [Reason.TITLE, None, None, None, None]


@pytest.mark.parametrize(
    "first", ["The mayor resigned.", "“We are glad.”", "She said:", "No.", "and so it went on", "- a point", BODY[0]]
)
def test_a_first_sentence_is_no_title(first: str) -> None:
    """A sentence, a quotation, an introduction and a list item at the top are text."""
    cleaned = cleaned_of("\n".join([first, *BODY[1:]]))

    assert (cleaned.title, cleaned.blocks[0].reason) == (None, None)


@pytest.mark.parametrize(
    "lines", [["The mayor resigned"], ["Mayor resigns", "The mayor resigned."], ["Hello", "World"]]
)
def test_very_short_documents_stay_whole(lines: list[str]) -> None:
    """A document of one or two short lines has nothing to spare."""
    assert judged(*lines) == [None] * len(lines)


@pytest.mark.parametrize("kicker", ["WORLD NEWS", "Opinion", "LIVE:", "Home > World > Europe"])
def test_a_kicker_is_neither_title_nor_passage(kicker: str) -> None:
    """A section's name above the article is left out, and the headline below it is still found."""
    with_headline = cleaned_of("\n".join([kicker, "Harbour town to rebuild its old pier", *BODY]))
    without = cleaned_of("\n".join([kicker, *BODY]))

    assert [each.reason for each in with_headline.blocks[:3]] == [Reason.KICKER, Reason.TITLE, None]
    if kicker != "LIVE:":
        assert (without.title, [each.reason for each in without.blocks[:2]]) == (None, [Reason.KICKER, None])


def test_headings_become_the_section_of_what_follows() -> None:
    """A short line without a stop between paragraphs is no passage, but the section of the next ones."""
    text = "\n\n".join([*BODY[:2], "What it will cost", BODY[2], "The mayor’s promise", BODY[3]])

    blocks = cleaned_of(text).blocks

    assert [each.reason for each in blocks] == [None, None, Reason.HEADING, None, Reason.HEADING, None]
    assert [each.headings for each in blocks if each.reason is None] == [
        (),
        (),
        ("What it will cost",),
        ("The mayor’s promise",),
    ]


def test_a_heading_can_follow_a_signed_quotation() -> None:
    """A quotation that ends with a dash and its speaker is a complete paragraph."""
    lines = [BODY[0], "The town has waited for it. – Mayor Ida Holm", "What comes next", *BODY[1:]]

    assert judged(*lines)[:4] == [None, None, Reason.HEADING, None]


@pytest.mark.parametrize(
    "lines",
    [
        [BODY[0], "The list names these towns:", "Aalborg", "Esbjerg", BODY[1], BODY[2]],
        [BODY[0], "The minister of the interior of the neighbouring country said that the", "Prime Minister", BODY[1]],
        [
            BODY[0],
            "“We shall rebuild it, whatever it may cost us, before the storms of the autumn come.”",
            "Ida Holm, mayor",
            BODY[1],
        ],
        [BODY[0], "“No.”", "“Why not?”", "Yes.", "NO COMMENT WAS AVAILABLE.", BODY[1]],
        [
            "I walked along the river bank",
            "where willows bend and sway",
            "the moon was pale, the reeds were dank",
            "at closing of the day",
        ],
        [BODY[0], "– Ida Holm, mayor", BODY[1]],
        ["本港的居民多年来一直要求修复码头。", "市长说：“我们会做到的。”", "工程将于三月开始，预计持续三年。"],
        ["قال رئيس البلدية إن العمل سيبدأ في مارس.", "هل ستكفي الأموال؟", "نعم، بحسب المجلس."],
        ["महापौर ने कहा कि काम मार्च में शुरू होगा।", "क्या पैसा काफी होगा?", "हाँ।"],
    ],
    ids=["list", "broken line", "signed quotation", "dialogue", "verse", "dash", "chinese", "arabic", "hindi"],
)
def test_short_lines_that_are_text_stay(lines: list[str]) -> None:
    """Lists, broken lines, names under quotations, dialogue, verse and other scripts are body."""
    assert judged(*lines) == [None] * len(lines)


def test_a_body_that_stands_twice_is_kept_once() -> None:
    """The second copies are repeats, whatever their quotation marks, spaces and case; short lines may stand twice."""
    first = ["Harbour town to rebuild pier", *BODY[:2], "“Yes.”", BODY[2]]
    second = [line.replace("“", '"').replace("”", '"').upper().replace(" ", "\u00a0") for line in first]

    blocks = cleaned_of("\n".join(first + second)).blocks

    reasons = [each.reason for each in blocks]
    assert reasons[:5] == [Reason.TITLE, None, None, None, None]
    assert reasons[5:] == [Reason.HEADING, Reason.REPEAT, Reason.REPEAT, None, Reason.REPEAT]
    assert blocks[6].detail == "same words as paragraph 2"


@pytest.mark.parametrize(
    "line", ["“No.”", "Fishermen had asked for it since the winter gale of 2011 broke the northern end."[:79]]
)
def test_short_answers_and_refrains_are_no_repeats(line: str) -> None:
    """A line below 80 columns that an article repeats is text both times."""
    assert len(line) < 80
    assert judged(BODY[0], line, BODY[1], line, BODY[2], line) == [None] * 6


def test_the_same_words_under_another_heading_are_no_repeat() -> None:
    """A paragraph that holds of two things is text below both headings, and a repeat below the same one."""
    lines = [BODY[0], "", "The old pier", "", BODY[1], "", "The new pier", "", BODY[1], "", BODY[2], "", BODY[1]]

    assert judged(*lines) == [None, Reason.HEADING, None, Reason.HEADING, None, None, Reason.REPEAT]


@pytest.mark.parametrize(
    "line",
    [
        "You might be interested",
        "You may also like",
        "Read more: How piers are built",
        "Read more",
        "Related articles",
        "Subscribe to our newsletter",
        "Share this article",
        "Share on Facebook",
        "Facebook | Twitter | WhatsApp",
        "© 2024 The Harbour Gazette. All rights reserved.",
        "Advertisement",
        "ADVERTISEMENT",
        "Leave a comment",
        "We use cookies to give you the best experience. By continuing you agree to our policy.",
        "Tags: pier, harbour",
        "Photo: Reuters",
        "Follow us on X",
        "Back to top",
        "Story continues below advertisement",
    ],
)
def test_lines_of_the_site_are_boilerplate(line: str) -> None:
    """Lines that sites print around articles are left out, in the middle and at the end."""
    assert judged(*BODY[:2], line, *BODY[2:], line)[2::3] == [Reason.BOILERPLATE, Reason.BOILERPLATE]


@pytest.mark.parametrize(
    "line",
    [
        "Read more books, the librarian advised, and you will write better letters.",
        "Read more about the old pier in the report of last May.",
        "Related articles of the treaty were struck out by the court.",
        "Share prices fell by two percent on Monday.",
        "Subscribe to a theory and you inherit its mistakes, the professor said.",
        "Copyright law is about to change in Europe.",
        "Follow us into the cellar and you will see the old pumps, the guide says.",
        "Advertising revenue rose by a third.",
        "“Read more,” she said.",
        "Comments were not available before the deadline.",
    ],
)
def test_sentences_that_begin_like_boilerplate_stay(line: str) -> None:
    """A sentence that merely begins with such words is text."""
    assert judged(*BODY[:2], line, *BODY[2:])[2] is None


def test_links_below_an_announcement_end_the_article() -> None:
    """The titles under "Related articles" go with it, when nothing else follows."""
    links = ["Related articles", "Storm takes the lighthouse", "Ferry fares to rise"]

    assert judged(*BODY, *links)[4:] == [Reason.BOILERPLATE] * 3
    assert judged(*BODY[:2], *links, *BODY[2:])[5:] == [None, None]


def test_nothing_but_boilerplate_is_still_an_article() -> None:
    """A document that the rules would empty stays whole."""
    assert judged("Advertisement", "Share this article") == [None, None]


def test_keep_and_drop_override_every_rule() -> None:
    """The owner's word counts more than any rule, and the numbers are those of the plain count."""
    text = "\n".join(["WORLD NEWS", "Town to rebuild pier", *BODY, "Read more"])

    blocks = cleaned_of(text, keep=frozenset({1, 7}), drop=frozenset({4})).blocks

    assert [each.reason for each in blocks] == [None, Reason.TITLE, None, Reason.DROPPED, None, None, None]


def test_a_known_title_is_recognised_at_the_top() -> None:
    """The catalog's title in the first line is that title again, even if it ends like a sentence."""
    blocks = cleaned_of("The pier is back.\n" + "\n".join(BODY), known_title="The Pier is back.").blocks

    assert blocks[0].reason is Reason.TITLE


def test_bylines_are_no_text() -> None:
    """Author and date under the headline are left out."""
    reasons = judged("Town to rebuild its old pier", "By Ann Lee and Bo Ek", "Updated: 3 May 2024, 14:05", *BODY)

    assert reasons[:3] == [Reason.TITLE, Reason.BOILERPLATE, Reason.BOILERPLATE]


def test_wrapped_lines_are_joined_to_paragraphs() -> None:
    """In text wrapped at a column a paragraph is a block, and its headline and headings are still found."""
    text = (
        "Town to rebuild its old pier\n\n"
        "The council of the harbour town agreed on Monday to rebuild the old pier\n"
        "before the autumn storms arrive. Two companies from the region will share\n"
        "the work, which is to cost four million euros over three years.\n\n"
        "What happens next\n\n"
        "Fishermen had asked for it since 2011, when a winter gale broke the northern\n"
        "end of the structure. The first piles will be driven in March if the weather\n"
        "allows it.\n"
    )

    blocks = cleaned_of(text).blocks

    assert [(each.reason, each.block.line) for each in blocks] == [
        (Reason.TITLE, 1),
        (None, 3),
        (Reason.HEADING, 7),
        (None, 9),
    ]


def test_markdown_blocks() -> None:
    """Headings, items, fences and tables are blocks of their own; rules, images and comments are markup."""
    text = (
        "<!-- exported\nby a tool -->\n# The *old* pier\n\n"
        "![a photo](pier.jpg)\n\nTwo lines\nof one paragraph.\n- one\n"
        "- two\n  goes on\n\n## What next ##\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n# no heading\n\ncode\n```\n\n"
        "Set in text\n-----------\n\nLast words.\n\n***\n\n**In bold**\n\nThe end.\n\n``` never closed\n"
    )

    cleaned = cleaned_of(text, Format.MARKDOWN)
    texts = [text[each.block.start : each.block.end] for each in cleaned.blocks]
    kinds = [(words.partition("\n")[0], each.reason) for words, each in zip(texts, cleaned.blocks, strict=True)]

    assert cleaned.title == "The old pier"
    assert kinds == [
        ("<!-- exported", Reason.MARKUP),
        ("# The *old* pier", Reason.TITLE),
        ("![a photo](pier.jpg)", Reason.MARKUP),
        ("Two lines", None),
        ("- one", None),
        ("- two", None),
        ("## What next ##", Reason.HEADING),
        ("| a | b |", None),
        ("```", None),
        ("Set in text", Reason.HEADING),
        ("Last words.", None),
        ("***", Reason.MARKUP),
        ("**In bold**", Reason.HEADING),
        ("The end.", None),
        ("``` never closed", None),
    ]
    assert [each.headings for each in cleaned.blocks if each.reason is None] == [
        (),
        (),
        (),
        ("What next",),
        ("What next",),
        ("Set in text",),
        ("Set in text", "In bold"),
        ("Set in text", "In bold"),
    ]


@pytest.mark.parametrize("line", ["```a\n", "<!-- a\n", "Related articles\n", "“He said\n", "a | b\n", "By Ann Lee\n"])
@pytest.mark.parametrize("kind", [Format.TEXT, Format.MARKDOWN])
def test_many_lines_take_linear_time(line: str, kind: Format) -> None:
    """Lines that each look like the start of something take time in proportion to their number."""
    assert_linear(lambda text: cleaned_of(text, kind), lambda n: line * (n // len(line)))


@pytest.mark.parametrize(
    "text",
    [
        "Read more: !\nx",
        "Advertisement.\nx",
        "©  \nx",
        "By Ann \nx",
        "Published 1\nx",
        "A: \nx",
        "a.\nx",
        "Cookies by\nx",
    ],
)
def test_a_long_line_takes_linear_time(text: str) -> None:
    """A line that repeats what a pattern may backtrack over takes time in proportion to its length."""
    first, rest = text.split("\n")
    # The longest that is measured, 8 n, stays below the length from which a paragraph is refused.
    assert_linear(cleaned_of, lambda n: first + first[-1] * n + "\n" + rest, largest=MAX_PARAGRAPH // 20)


STEPS = (
    "Log in to the VPN portal with your token.",
    "Enter your email address and the six digits.",
    "Click here to download the client if it is missing.",
    "Sign in to your account.",
)


@pytest.mark.parametrize(
    "line",
    [
        *STEPS,
        "Log in.",
        "Save this page.",
        "Sign up for our newsletter to receive the programme.",
        "Subscribe to the magazine for 30 pounds a year.",
        "Photo: the new reading room holds 80 seats",
        "Topics: network, security, tokens",
        "Watch: the tide turns at six",
        "No comment.",
        "(c) the fees for the old pier are paid in full",
    ],
)
def test_what_a_site_could_say_is_text_within_an_article(line: str) -> None:
    """The steps of a how-to and a sentence about a newsletter stay where other text surrounds them."""
    assert judged(*BODY[:2], line, *BODY[2:])[2] is None


def test_the_steps_of_a_how_to_stay_up_to_the_last() -> None:
    """Steps that stand one below the other, at the very end or beside an advertisement, are text."""
    assert judged(*BODY[:2], STEPS[0], "Advertisement", *STEPS[1:])[2:] == [None, Reason.BOILERPLATE, None, None, None]


def test_footnotes_are_text_and_link_definitions_are_not() -> None:
    """A Markdown footnote holds words of the article; a link's definition only an address and a title."""
    lines = [
        "[^2]: The probe weighs 820 kilograms.",
        '[2]: https://a.example "The pier"',
        "[Note]: The pier is closed.",
    ]

    assert judged(*BODY, "", "\n\n".join(lines), kind=Format.MARKDOWN)[-3:] == [None, Reason.MARKUP, None]


@pytest.mark.parametrize(
    "fact",
    [
        "Opening price 45 euros",
        "Costs 85,000 euros",
        "Maria Lopez",
        "Maria Lopez, head of the works",
        "Contact: helpdesk@example.org",
        "Write to helpdesk@example.org",
        "Note: the figures are provisional",
        "Mascot: a blue seal named Olle",
    ],
)
def test_facts_are_no_headings(fact: str) -> None:
    """A short line with a figure, an address, a labelled value or a name is text."""
    assert judged(*BODY[:2], fact, *BODY[2:])[2] is None
    assert judged(*BODY[:2], "", f"**{fact}**", "", *BODY[2:], kind=Format.MARKDOWN)[1] is (
        Reason.HEADING if fact.startswith("Maria") else None
    )


@pytest.mark.parametrize("heading", ["Part 2", "Part 2: The storm", "Winter Gale", "Money"])
def test_numbered_and_capitalised_headings_are_headings(heading: str) -> None:
    """A number that counts the parts is no figure, and words that the text writes small are no name."""
    lines = [
        BODY[0],
        BODY[1],
        heading,
        "When a winter gale came, the northern end of the structure broke at once.",
        BODY[3],
    ]

    assert judged(*lines)[2] is Reason.HEADING


@pytest.mark.parametrize("first", ["14:05", "14:05 CET", "Live", "2024"])
def test_a_title_has_two_words(first: str) -> None:
    """The time of an entry in a live blog, or one word, is no title."""
    assert cleaned_of("\n".join([first, *BODY])).title is None
