"""Passages keep quotations whole, fit the model's window, and have a lead-in where one is needed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from retrieval.core.types import Article
from retrieval.ingest.chunking import grouping
from retrieval.ingest.chunking.packing import estimate
from retrieval.ingest.parsers.document import parse_document
from retrieval.ingest.pipeline import build_article
from tests.support.growth import assert_linear


@pytest.fixture(autouse=True)
def short_paragraphs_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples are short; that short paragraphs are joined is proved where grouping is."""
    monkeypatch.setattr(grouping, "SHORT", 0)
    monkeypatch.setattr("retrieval.ingest.pipeline.JOINED", 0)


def article(*lines: str, name: str = "a.txt", max_tokens: int = 256) -> Article:
    """The article that these paragraphs make."""
    return build_article(parse_document("\n".join(lines).encode(), name), max_tokens=max_tokens)


def paragraphs(of: Article) -> list[tuple[int, int]]:
    """First and last paragraph of each passage."""
    return [(each.paragraph, each.last_paragraph) for each in of.passages]


def lead_ins(of: Article) -> list[str | None]:
    """The lead-in of each passage."""
    return [None if each.lead_in is None else of.slice(each.lead_in) for each in of.passages]


@pytest.mark.parametrize(
    "lines",
    [
        [
            "Estonia’s Ida Tamm said that “guarantees must be defined by those who seek them.",
            "Russia has no say in it.” Latvia’s leader agreed with “all of it”.",
            "The talks went on.",
        ],
        ["Ida Tamm sagte: „Das ist ein langer Weg.", "Wir gehen ihn.“ Dann ging sie.", "Es war spät."],
        ["Ida Tamm a dit : « C’est un long chemin.", "Nous irons. » Elle est partie.", "Il était tard."],
        ['Ida Tamm said: "It is a long way.', 'We shall go it." Then she left.', "It was late."],
    ],
    ids=["curly", "german", "french", "straight"],
)
def test_a_quotation_over_two_paragraphs_is_one_passage(lines: list[str]) -> None:
    """Words that run on into the next paragraph keep their speaker."""
    assert paragraphs(article(*lines)) == [(1, 2), (3, 3)]


def test_marks_that_open_again_in_each_paragraph() -> None:
    """The printers' convention for long quotations joins all its paragraphs."""
    quotation = ["“We have lost a friend.", "“He taught us to read.", "“He asked for nothing.”"]
    text = article(f"The pastor said: {quotation[0]}", *quotation[1:], "They left.")

    assert paragraphs(text) == [(1, 3), (4, 4)]


@pytest.mark.parametrize(
    "lines",
    [
        ["He said: “We will never give in.", "The talks ended.", "“A waste,” a delegate said.", "They go on."],
        ["He said: “We will never give in.", *[f"Day {n} passed." for n in range(20)], "So it was.”"],
        ["He said: “We will never give in.", *[f"Day {n} passed." for n in range(4)], "So it was.”"],
        ['The pitch was 5" wet.', "The talks ended.", 'He said "yes" to it.'],
        ["“One,” he said.", "“Two,” she said.", "“Three.”"],
    ],
    ids=["forgotten", "far", "unmarked", "inches", "dialogue"],
)
def test_a_mark_that_never_closes_joins_nothing(lines: list[str]) -> None:
    """A forgotten mark does not swallow the article."""
    assert all(first == last for first, last in paragraphs(article(*lines)))


def test_a_heading_ends_a_quotation() -> None:
    """Text is never joined over something that is left out."""
    text = article(
        "The mayor of the town said at length: “We will rebuild the pier before the storms of autumn come.",
        "",
        "What comes next",
        "",
        "The storms arrive in September, and by then the work has to be done.” That was all he said about it.",
    )

    assert paragraphs(text) == [(1, 1), (3, 3)]
    assert text.passages[1].section == "What comes next"


def test_long_paragraphs_are_cut_at_sentence_ends() -> None:
    """Each piece fits the window and holds whole sentences; the pieces are numbered parts of one paragraph."""
    long = " ".join(f"Sentence number {n} tells about the harbour and its long history." for n in range(60))
    text = article("Short one.", long, max_tokens=128)

    assert [each.passage_id for each in text.passages[:4]] == ["a:1", "a:2", "a:2.2", "a:2.3"]
    assert {each.paragraph for each in text.passages[1:]} == {2}
    for each in text.passages:
        assert estimate(text.text, each.start, each.end) <= 128
        assert text.text[each.end - 1] == "."


@pytest.mark.parametrize("unit", ["word ", "a", "中", "1", "é", ".a"])
def test_a_sentence_without_end_is_cut_all_the_same(unit: str) -> None:
    """A sentence that alone is longer than the window is cut at spaces, or anywhere."""
    text = article(unit * 3_000, max_tokens=64)

    assert len(text.passages) > 1
    assert all(estimate(text.text, each.start, each.end) <= 64 for each in text.passages)
    assert all(text.text[one.end : two.start].strip() == "" for one, two in pairwise(text.passages))
    if unit == "word ":
        assert {text.text[each.start : each.end].split()[-1] for each in text.passages} == {"word"}


def test_an_opening_pronoun_brings_the_sentence_above() -> None:
    """The last sentence of the paragraph above leads in, if it holds a name; what lies farther away never does."""
    text = article(
        "Nato Secretary General Mark Rutte cautioned against being “naive” about Russia.",
        "He stated that the state invests 40% of its budget in defence.",
        "However, he also warned everybody.",
        "The sea was calm.",
        "She swam on Monday.",
        "It is clear that nobody won.",
        "This week it rained.",
    )

    assert lead_ins(text) == [
        None,
        "Nato Secretary General Mark Rutte cautioned against being “naive” about Russia.",
        None,
        None,
        None,
        None,
        None,
    ]


def test_a_sentence_that_opens_with_a_pronoun_is_no_lead_in() -> None:
    """The sentence before it leads in instead, as it names the person."""
    text = article("Mark Rutte spoke first. He warned Europe.", "His words were heard.")

    assert lead_ins(text)[1] == "Mark Rutte spoke first."


def test_a_name_at_the_beginning_counts_where_the_article_shows_that_it_is_one() -> None:
    """A first word is a name if it stands with a capital within another sentence too."""
    assert lead_ins(article("Officials met Berg in May.", "Berg left.", "She smiled."))[2] == "Berg left."
    assert lead_ins(article("Officials met in May.", "Berg left.", "She smiled."))[2] is None


def test_joined_paragraphs_that_are_too_long_are_cut_again() -> None:
    """Each part says which paragraphs it holds, under the number of the first."""
    long = " ".join(f"Sentence number {n} tells about the harbour." for n in range(12))
    text = article(f"Ida Tamm said: “{long}", f"{long} That is all.”", "The end.", max_tokens=64)

    parts = [each for each in text.passages if each.passage_id.startswith("a:1")]
    assert parts[-1].paragraph == parts[-1].last_paragraph == 2
    assert [each.passage_id for each in text.passages][-1] == "a:3"
    assert parts[-1].lead_in is not None


def test_a_quotation_after_a_colon_has_a_lead_in() -> None:
    """A paragraph of plain text that a colon introduces brings who said it."""
    text = article(
        "Secretary General Mark Rutte was clear on Thursday. He also spoke of the long conflict in the east of Europe:",
        "The president knows that he has our full backing, and that of all outside Nato.",
    )

    assert lead_ins(text)[1] == "Secretary General Mark Rutte was clear on Thursday."


def test_a_piece_of_a_quotation_has_a_lead_in() -> None:
    """The second part of a long quoted paragraph brings the sentence with its speaker; names in quotes do not count."""
    words = " ".join(f"We told Anna Bell {n} times that the harbour must be rebuilt." for n in range(30))
    text = article(f"Mayor Ida Holm was blunt. She said: “{words}”", max_tokens=96)

    assert len(text.passages) > 3
    assert lead_ins(text)[1] == "Mayor Ida Holm was blunt."


def test_a_bare_quotation_has_a_lead_in_but_a_dialogue_has_none() -> None:
    """A paragraph of nothing but quoted words brings the speaker before it; the reply to it is not put in her mouth."""
    text = article("Mayor Ida Holm welcomed the vote of the council.", "“We have waited for years.”", "“So have we.”")

    assert lead_ins(text) == [None, "Mayor Ida Holm welcomed the vote of the council.", None]


BERG = "Prime Minister Anna Berg opened the conference on fishing in the harbour town."


def test_it_is_never_led_in_across_a_heading() -> None:
    """The antecedent of "it" is never sought in another section, and "we" at the head of a quoted block is no name."""
    lines = ["> We built it in ninety days.", "", "## Money", "", "It cost 3 million euros.", "", "It broke."]

    assert lead_ins(article(*lines, name="a.md")) == [None, None, None]
    assert lead_ins(article(*lines[:2], *lines[4:], name="a.md")) == [None, None, None]
    assert lead_ins(article("The Aurora left.", "", "## Sea", "", "The Boreas came.", "", "It sank.", name="a.md"))[
        2
    ] == ("The Boreas came.")


@pytest.mark.parametrize("marker", ["> ", "- ", "* ", "“", "1. "])
def test_the_first_word_of_a_block_is_no_name(marker: str) -> None:
    """A capital that a word owes to its place, behind the marks of a block, names nothing."""
    assert lead_ins(article(f"{marker}Boats lay in the harbour.", "", "It was grey.", name="a.md"))[1] is None


def test_it_took_needs_no_lead_in() -> None:
    """ "It took me two years" speaks of nothing, "it took part" does."""
    assert lead_ins(article("The Aurora came.", "It took me two years to find out.")) == [None, None]
    assert lead_ins(article("The Aurora came.", "It took part in the race.")) == [None, "The Aurora came."]


@pytest.mark.parametrize(
    "line",
    [
        "“We will not sign a treaty that empties our harbours,” she said.",
        "“We will not sign. We will go home,” she told reporters.",
        "“We will not sign,” said she.",
        "“We will not sign.” Then she added that it was late.",
        "In a later interview she called Karl Moen a fool.",
        "According to her, the quota is fair.",
        "That, she said, was the end of it.",
        "The quota, she later explained, is fair.",
        "It is a fair quota, she said.",
        '"We will not sign," she said.',
    ],
)
def test_a_speaker_within_the_sentence_is_led_in(line: str) -> None:
    """A pronoun beside a verb of speech, wherever it stands, brings the sentence above that names the speaker."""
    assert lead_ins(article(BERG, line))[1] == BERG


@pytest.mark.parametrize(
    "line",
    [
        "“We will not sign,” Ida Holm told reporters, and later she said it again.",
        "In a speech Ida Holm said she would not sign.",
        "The minister resigned because she said too much.",
        "The company said that she called twice.",
        "The poster read: “No, she said.”",
        "Fishermen asked whether she added anything.",
    ],
)
def test_a_sentence_that_names_its_speaker_needs_none(line: str) -> None:
    """A pronoun behind a name or a noun, or only in quoted words, needs no lead-in."""
    assert lead_ins(article(BERG, line))[1] is None


@pytest.mark.parametrize(
    "line", ["“No,” she said.", "Berg told him that Moen said he went.", "In a later interview", "He", "x: "]
)
@pytest.mark.parametrize("end", ["\n", " "], ids=["paragraphs", "one paragraph"])
def test_lead_ins_take_linear_time(line: str, end: str) -> None:
    """Many lines that each want a name take time in proportion to their number."""
    assert_linear(article, lambda n: BERG + "\n" + (line + end) * (n // 20))
