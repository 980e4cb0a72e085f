"""Sentence ends in many spellings, and the properties that hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.sentences import split_sentences
from tests.support.growth import assert_linear


def split(text: str) -> list[str]:
    """The sentences themselves."""
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "He came. | She left! | Why? | Nobody knows… | Really.",
        "Mr. and Mrs. Fiala met Dr. Jonas Novák. | They spoke with Messrs. Stubb and Rutte.",
        "The U.S. President met the U.S.-led group. | It is based in the U.S. | The talks went on.",
        "J. K. Rowling and George R. R. Martin wrote, e.g. novels, i.e. long ones. | So did others.",
        "See No. 5 and pp. 3 and Fig. 2 of it. | On Jan. 5 it ended. | No. | We won't go.",
        "It grew by 3.5 percent to 1.234.567 at 10.30 a.m. on Monday. | Then it fell.",
        "Visit https://example.org/a.html?b=1. | It is free.",
        "“We won.” | He smiled. | (That was new.) | All left.",
        "The president knows that he has the backing of all outside Nato. – NATO Secretary General Mark Rutte",
        "“I expect clarity,” Rutte said. | “Will you go?” Macron asked. | “Stop!” he cried. | They stopped.",
        "He said that “guarantees must provide deterrence”. | Nobody disagreed.",
        "Am 3. Mai kam er z. B. nach Bonn. | Das war z.B. neu, d.h. ungewohnt. | Er blieb.",
        "Il a dit : « C’est fini. » | Elle est partie.",
        "¿Qué cambiará? | ¡Mucho! | Nada más.",
        "Так и т.д. не бывает. | Он ушёл в 2022 г. и вернулся.",
        "会谈将持续两天。|他说：“我们准备好了。”|会议结束了！|真的吗？",
        "「準備はできている。」と述べた。|会談が予定されている。",
        "هل ستستمر المحادثات؟ | نعم. | ستستمر.",
        "बैठक कल होगी। | क्या समझौता होगा? | हाँ।",
        "1. First point. | 2. Second point.",
        "Well... maybe so. | Yes... | No.",
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str) -> None:
    """Abbreviations, initials, figures, addresses and quotations do not end a sentence; stops of any script do."""
    parts = [part.strip() for part in text.split("|")]
    glued = text.replace("|", "") if "。" in text else " ".join(parts)

    assert split(glued) == parts


def test_only_the_range_is_split() -> None:
    """Offsets are those of the whole text, and nothing outside of the range is touched."""
    text = "One. Two. Three. Four."

    assert [tuple(span) for span in split_sentences(text, 5, 17)] == [(5, 9), (10, 16)]


@given(st.text(alphabet=st.one_of(st.sampled_from(' \n\u00a0.?!…。"”“’)–Aab1'), st.characters())), st.data())
def test_sentences_hold_all_text_in_order(text: str, data: st.DataObject) -> None:
    """For any text: in order, disjoint, trimmed, and together all that is not white space."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    spans = split_sentences(text, start, end)

    reached = start
    for span in spans:
        assert reached <= span.start < span.end <= end
        assert text[reached : span.start].strip() == ""
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        reached = span.end
    assert text[reached:end].strip() == ""


@pytest.mark.parametrize(
    "text", [".", ". ", "“", "a. ", "A.", "Mr. ", "x. – ", "x.\n", '"', " ", "?!", "x.” ", "(", "No. ", "x? “A "]
)
def test_time_is_linear(text: str) -> None:
    """Marks, spaces and abbreviations, however many, are split in time proportional to their number."""
    assert_linear(split_sentences, lambda n: "A" + text * (n // len(text)), start=50_000)
