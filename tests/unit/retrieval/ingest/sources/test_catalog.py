"""The catalog: what it may say, and how a mistake in it is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.core.types import TitleSource
from retrieval.ingest import build_article, parse_document
from retrieval.ingest.sources.config import CatalogEntry, load_config


def test_a_missing_catalog_is_empty(tmp_path: Path) -> None:
    """A folder without a catalog says nothing of any article."""
    assert load_config(tmp_path).entry("a.txt", "a") == CatalogEntry()


def test_every_key_is_read(tmp_path: Path) -> None:
    """All fields arrive typed, a TOML date as an ISO string."""
    (tmp_path / "catalog.toml").write_text(
        '# ours\n[articles."a"]\ntitle = "T"\ntitle_source = "assigned"\npublisher = "P"\nauthor = "A"\n'
        'published = 2024-05-01\nurl = "https://example.org/"\nlanguage = "en"\nkeep = [3]\ndrop = [1, 2]\n'
        "repair = false\n"
    )

    assert load_config(tmp_path).entry("a.txt", "a") == CatalogEntry(
        title="T",
        title_source=TitleSource.ASSIGNED,
        publisher="P",
        author="A",
        published="2024-05-01",
        url="https://example.org/",
        language="en",
        keep=frozenset({3}),
        drop=frozenset({1, 2}),
        repair=False,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[articles."a"]\ntitle = \n', "line 2: it is no valid TOML"),
        ('[articles."a"\n', "it is no valid TOML"),
        ('[articles."a"]\n\ntitel = "T"\n', 'articles."a".titel is unknown. Known are title, '),
        ('[articles."a"]\ntitle = 5\n', 'articles."a".title is no text. Write title = "…".'),
        ('[articles."a"]\ntitle = "  "\n', 'articles."a".title is no text'),
        ('[articles."a"]\nkeep = "all"\n', 'articles."a".keep is no list of paragraph numbers. Write keep = [1, 2].'),
        ('[articles."a"]\nkeep = [0, -1, "x"]\n', 'articles."a".keep is no list of paragraph numbers'),
        ('[articles."a"]\nkeep = [true]\n', 'articles."a".keep is no list of paragraph numbers'),
        ('[articles."a"]\nkeep = [1]\ndrop = [1]\n', 'articles."a" keeps and drops paragraph 1. Name it in one'),
        ('[articles."a"]\nrepair = "no"\n', 'articles."a".repair is neither true nor false'),
        ('[articles."a"]\ntitle = "T"\ntitle_source = "guess"\n', 'articles."a".title_source is unknown. Write'),
        ('[articles."a"]\ntitle = "T"\ntitle_source = "catalog"\n', 'articles."a".title_source is unknown'),
        ('[articles."a"]\ntitle_source = "assigned"\n', 'articles."a" has a title_source without a title'),
        ('[articles."a"]\nurl = "ftp://example.org"\n', 'articles."a".url is no web address'),
        ("articles = 3\n", "articles is no table"),
        ("\n[article.a]\n", "line 2: article is unknown. Known are "),
        ("[articles]\na = 3\n", 'articles."a" is no table. Write [articles."a"].'),
    ],
)
def test_a_mistake_is_reported_with_its_key(tmp_path: Path, text: str, problem: str) -> None:
    """Broken TOML, unknown keys and wrong values give one line that says where and what to do."""
    (tmp_path / "catalog.toml").write_text(text)

    (found,) = load_config(tmp_path).problems

    assert str(found).startswith("catalog.toml")
    assert problem in str(found)
    assert str(found).isprintable()


def test_a_mistake_costs_its_own_entry_only(tmp_path: Path) -> None:
    """Each wrong key is named, and what the catalog says of other articles stays in force."""
    (tmp_path / "catalog.toml").write_text('[articles.a]\ntitel = "T"\nkeep = 1\n[articles.b]\ntitle = "B"\n')

    catalog = load_config(tmp_path)

    assert [problem.problem for problem in catalog.problems] == [
        'articles."a".titel is unknown',
        'articles."a".keep is no list of paragraph numbers',
    ]
    assert (catalog.entry("a.txt", "a").title, catalog.entry("b.txt", "b").title) == (None, "B")


@pytest.mark.parametrize(
    "text",
    [
        "[articles.a]\nkeep = [" + "9" * 5_000 + "]\n",
        "[articles.a]\nkeep = [0x" + "f" * 5_000 + "]\n",
        "[articles.a]\ntitle = 0x" + "f" * 500_000 + "\n",
        "a = " + "[" * 100_000,
        "a" + ".a" * 1_000_000 + " = 1\n",
        "['" + "x" * 1_000_000 + "\\n']\n",
        "[articles.a]\n'" + "x" * 1_000_000 + "' = 1\n",
        "#" * (8 * 1024 * 1024 + 1),
    ],
    ids=["decimal", "hexadecimal", "title", "nested", "dotted", "top key", "key", "large"],
)
def test_a_hostile_catalog_is_one_short_line(tmp_path: Path, text: str) -> None:
    """Endless numbers, names, nesting and files are refused by one line of bounded length."""
    (tmp_path / "catalog.toml").write_text(text)

    (found,) = load_config(tmp_path).problems

    assert len(str(found)) < 1_000
    assert str(found).isprintable()


def test_a_catalog_that_is_no_text_is_reported(tmp_path: Path) -> None:
    """A catalog in another encoding, or a folder of that name, is a problem too."""
    (tmp_path / "catalog.toml").write_bytes(b'[articles."a"]\ntitle = "\xe9"\n')
    assert str(load_config(tmp_path).problems[0]) == "catalog.toml, line 2: it is not in UTF-8. Save it as UTF-8."

    (tmp_path / "catalog.toml").unlink()
    (tmp_path / "catalog.toml").mkdir()
    assert "no regular file" in str(load_config(tmp_path).problems[0])


def test_unknown_articles_and_missing_paragraphs_are_named(tmp_path: Path) -> None:
    """An entry without an article, and a paragraph number without a paragraph, are reported."""
    (tmp_path / "catalog.toml").write_text('[articles."a"]\nkeep = [2, 9]\n[articles."gone"]\ntitle = "T"\n')
    catalog = load_config(tmp_path)
    article = build_article(parse_document(b"---\ntitle: T\n---\nOne.\n\nTwo.\n\n***", "a.md"))

    assert ['no article "gone"' in str(error) for error in catalog.unknown_articles({"a.md": "a"})] == [True]
    problems = catalog.missing_paragraphs(article)
    assert ['"a" has no paragraph 9. See' in str(error) for error in problems] == [True]
