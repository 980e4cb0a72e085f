"""Front matter: what is recognised, what is not taken for it, and the line of what is broken."""

from __future__ import annotations

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.document import parse_document


def test_yaml_fields_become_one_line_strings() -> None:
    """Dates become ISO strings, lists are joined, other names of a field are known, white space is folded."""
    text = (
        "---\ntitle: |\n  A river\n  returns\nauthor: [Ann Lee, Bo Ek]\ndate: 2024-05-01\nlink: https://example.org/a\n"
        "language: en\ntags: [x]\n---\nBody text.\n"
    )

    document = parse_document(text.encode(), "a.md")

    assert document.properties == {
        "title": "A river returns",
        "author": "Ann Lee, Bo Ek",
        "published": "2024-05-01",
        "url": "https://example.org/a",
        "language": "en",
    }
    assert document.text[document.body_start :] == "Body text.\n"


def test_toml_between_plus_signs() -> None:
    """TOML front matter is read, in plain text too."""
    document = parse_document(b'+++\r\ntitle = "T"\r\npublished = 2024-05-01\r\n+++\r\nBody.', "a.txt")

    assert document.properties == {"title": "T", "published": "2024-05-01"}
    assert document.text[document.body_start :] == "Body."


@pytest.mark.parametrize(
    "text",
    [
        "---\nA scene begins here.\nIt goes on.\n",
        "---\nA quiet scene.\n---\nAnother one.\n",
        "Text.\n---\ntitle: x\n---\n",
    ],
)
def test_rules_in_plain_text_are_no_front_matter(text: str) -> None:
    """A plain text that opens with a rule, or puts prose between two, loses nothing."""
    document = parse_document(text.encode(), "a.txt")

    assert (document.properties, document.body_start) == ({}, 0)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: A\nauthor: [x\n---\nBody.", 4),
        ("---\ntitle: A\n  bad: b\n---\nBody.", 3),
        ("---\n- a\n- b\n---\nBody.", 2),
        ("---\njust words\n---\nBody.", 2),
        ("---\ntitle: A\nurl: ftp://example.org\n---\nBody.", 3),
        ("---\ntitle: A\nurl: javascript:alert(1)\n---\nBody.", 3),
        ("---\nauthor: {name: A}\n---\nBody.", 2),
        ("---\ntitle: A\nBody without an end.", 1),
        ('+++\ntitle = "A"\nurl = \n+++\nBody.', 3),
    ],
)
def test_broken_front_matter_names_the_line(text: str, line: int | None) -> None:
    """Front matter that cannot be read is refused with its line in the file."""
    with pytest.raises(CorpusFileError, match=r"^a\.md") as caught:
        parse_document(text.encode(), "a.md")

    assert line is None or caught.value.line == line


@pytest.mark.parametrize(
    "block",
    [
        "---\na: &a {b: c}\nd: {<<: [" + "*a, " * 1_000 + "*a]}\n---\n",
        "---\ntitle: " + "[" * 30_000 + "\n---\n",
        "---\n? " + "? " * 30_000 + "\n---\n",
        "+++\ntitle = " + "9" * 5_000 + "\n+++\n",
        "+++\na" + ".a" * 30_000 + " = 1\n+++\n",
    ],
    ids=["merge keys", "nested", "nested keys", "toml", "dotted"],
)
def test_hostile_front_matter_is_one_short_line(block: str) -> None:
    """Endless keys, aliases that multiply and deep nesting are refused by one line of bounded length."""
    with pytest.raises(CorpusFileError, match=r"^a\.md") as caught:
        parse_document((block + "Body.").encode(), "a.md")

    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def test_yaml_values_stay_as_they_are_written() -> None:
    """What YAML would read as a number, a time or a truth value is text; only nothing is nothing."""
    text = "---\ntitle: 1.10\nauthor: No\npublisher: 012\ndate: 2024-13-45\nlanguage: no\nurl: ~\n---\nBody."

    document = parse_document(text.encode(), "a.md")

    assert document.properties == {
        "title": "1.10",
        "author": "No",
        "publisher": "012",
        "published": "2024-13-45",
        "language": "no",
    }


def test_values_are_bounded() -> None:
    """A title of any length is kept to what can be shown."""
    document = parse_document(f"---\ntitle: {'word ' * 1000}\n---\nBody.".encode(), "a.md")

    assert len(document.properties["title"]) <= 300
