"""Mojibake is repaired and recorded; correct text stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.mojibake import repair


@pytest.mark.parametrize(
    ("spoilt", "right"),
    [
        ("Lithuania’s Gitanas NausÄ—da also said so", "Lithuania’s Gitanas Nausėda also said so"),
        ("SkvernelÄ—", "Skvernelė"),
        ("KlauÅ¡, BabiÅ¡", "Klauš, Babiš"),
        ("Å imonytÄ— and Å\u00a0imonytÄ—", "Šimonytė and Šimonytė"),
        ("MiÄ™dzy", "Między"),
        ("Tadeusz KoÅ›ciuszko", "Tadeusz Kościuszko"),
        ("ErdoÄŸan", "Erdoğan"),
        ("JÄ™drzej", "Jędrzej"),
        ("mokyklÅ³", "mokyklų"),
        ("Å½emaitija", "Žemaitija"),
        ("dÄ\x81vana", "dāvana"),
        ("cafÃ©, SÃ£o Paulo, Ã‰lysÃ©e", "café, São Paulo, Élysée"),
        ("donâ€™t", "don’t"),
        ("ÐŸÑƒÑ‚Ð¸Ð½", "Путин"),
    ],
)
def test_mojibake_is_repaired(spoilt: str, right: str) -> None:
    """UTF-8 that was read as cp1252 is restored, even where only one letter of a word is affected."""
    assert repair(spoilt)[0] == right


@pytest.mark.parametrize(
    "text",
    [
        "DIÄ— so hieß es. „Größe“ – »Äpfel«, Öl, Müller—Österreich, ALLÉ“, CAFÉ’s",
        "Å være eller ikke være. Å gjøre, Å lese. På Åland, i Ånge",
        "Élysée, naïve—l’été, ça va… « À demain », œuvre",
        "Erdoğan, İstanbul’da, Şişli",
        "Tiếng Việt rất đẹp, Hà Nội",
        "Nausėda, Šimonytė, Kościuszko, Łódź",
        "3×10³ m², 5 Å², ½ cup, ±2 °C, x≤y",
        "Президент, 大統領, الرئيس",
    ],
)
def test_correct_text_stays(text: str) -> None:
    """The ordinary spelling of other languages is not changed."""
    assert repair(text) == (text, ())


def test_each_repair_is_found_at_its_offset() -> None:
    """Line, offset, and the characters before and after are exact, on every line."""
    text, repairs = repair("plain\nNausÄ—da, KlauÅ¡\n\nâ€œErdoÄŸanâ€\x9d")

    assert text == "plain\nNausėda, Klauš\n\n“Erdoğan”"
    assert [(each.line, each.before, each.after) for each in repairs] == [
        (2, "Ä—", "ė"),
        (2, "Å¡", "š"),
        (4, "â€œ", "“"),
        (4, "ÄŸ", "ğ"),
        (4, "â€\x9d", "”"),
    ]
    assert all(text[each.start : each.start + len(each.after)] == each.after for each in repairs)


@given(st.text(alphabet=st.sampled_from("abK .\n—™›š¡Ÿ“”’\u00a0ÄÅÃÂâ€é³½\x81\x97"), max_size=60))
def test_repairing_is_final_and_recorded(text: str) -> None:
    """A second repair changes nothing, and undoing the recorded ones gives back the text."""
    right, repairs = repair(text)

    assert repair(right)[0] == right
    for each in reversed(repairs):
        assert right[each.start : each.start + len(each.after)] == each.after
        right = right[: each.start] + each.before + right[each.start + len(each.after) :]
    assert right == text


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_is_left_alone(text: str) -> None:
    """Plain ASCII is returned as it is."""
    assert repair(text) == (text, ())
