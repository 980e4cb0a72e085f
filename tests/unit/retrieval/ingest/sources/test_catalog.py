"""The catalog: what it may say, and how a mistake in it is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import TitleSource
from retrieval.ingest.sources.catalog import CatalogEntry, load_catalog


def test_a_missing_catalog_is_empty(tmp_path: Path) -> None:
    """A folder without a catalog says nothing of any article."""
    assert load_catalog(tmp_path).entry("a") == CatalogEntry()


def test_every_key_is_read(tmp_path: Path) -> None:
    """All fields arrive typed, a TOML date as an ISO string."""
    (tmp_path / "catalog.toml").write_text(
        '# ours\n[articles."a"]\ntitle = "T"\ntitle_source = "assigned"\npublisher = "P"\nauthor = "A"\n'
        'published = 2024-05-01\nurl = "https://example.org/"\nlanguage = "en"\nkeep = [3]\ndrop = [1, 2]\n'
        "repair = false\n"
    )

    assert load_catalog(tmp_path).entry("a") == CatalogEntry(
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
        line=2,
    )


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('[articles."a"]\ntitle = \n', 2, "TOML"),
        ('[articles."a"\n', 1, "TOML"),
        ('[articles."a"]\n\ntitel = "T"\n', 3, "titel"),
        ('[articles."b"]\n[articles."a"]\ntitle = 5\n', 3, "title"),
        ('[articles."a"]\nkeep = "all"\n', 2, "keep"),
        ('[articles."a"]\nkeep = [0]\n', 2, "keep"),
        ('[articles."a"]\nkeep = [1]\ndrop = [1]\n', 3, "paragraph 1"),
        ('[articles."a"]\nrepair = "no"\n', 2, "repair"),
        ('[articles."a"]\ntitle = "T"\ntitle_source = "guess"\n', 3, "title_source"),
        ('[articles."a"]\ntitle_source = "assigned"\n', 2, "title_source"),
        ('[articles."a"]\nurl = "ftp://example.org"\n', 2, "url"),
        ("articles = 3\n", 1, "articles"),
        ("\n[article.a]\n", 2, "article"),
        ("[articles]\na = 3\n", 1, "table"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    """Broken TOML, unknown keys and wrong values raise one line that says where and what to do."""
    (tmp_path / "catalog.toml").write_text(text)

    with pytest.raises(CorpusFileError, match=rf"catalog\.toml, line \d+: .*{problem}") as caught:
        load_catalog(tmp_path)

    assert caught.value.line in {line, line + (text == "[articles]\na = 3\n")}
    assert "\n" not in str(caught.value)


def test_a_catalog_that_is_no_text_is_reported(tmp_path: Path) -> None:
    """A catalog in another encoding, or a folder of that name, raises too."""
    (tmp_path / "catalog.toml").write_bytes(b'[articles."a"]\ntitle = "\xe9"\n')
    with pytest.raises(CorpusFileError, match=r"line 2.*UTF-8"):
        load_catalog(tmp_path)

    (tmp_path / "catalog.toml").unlink()
    (tmp_path / "catalog.toml").mkdir()
    with pytest.raises(CorpusFileError, match="cannot be read"):
        load_catalog(tmp_path)


def test_strangers_and_missing_paragraphs_are_named(tmp_path: Path) -> None:
    """An entry without an article, and a paragraph number without a paragraph, are reported with the line."""
    (tmp_path / "catalog.toml").write_text('[articles."a"]\nkeep = [2, 9]\n[articles."gone"]\ntitle = "T"\n')
    catalog = load_catalog(tmp_path)

    assert [(error.line, "gone" in str(error)) for error in catalog.strangers(["a"])] == [(3, True)]
    assert ["no paragraph 9" in str(error) for error in catalog.missing_paragraphs("a", range(1, 5))] == [True]
