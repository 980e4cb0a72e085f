"""Globs: what they match, as a .gitignore does, and in linear time."""

from __future__ import annotations

import pytest

from retrieval.ingest.sources.config.globs import Glob, fixed_folder
from tests.support.growth import assert_linear


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("CHANGELOG*", "CHANGELOG.md", True),
        ("CHANGELOG*", "packages/a/CHANGELOG.md", True),
        ("/CHANGELOG*", "packages/a/CHANGELOG.md", False),
        ("drafts", "drafts/a/b.md", True),
        ("drafts/", "drafts/a.md", True),
        ("drafts/", "drafts", False),
        ("drafts/**", "drafts/a/b.md", True),
        ("drafts/**", "drafts", False),
        ("a/b", "x/a/b", False),
        ("a/*.md", "a/b/c.md", False),
        ("a/**/c.md", "a/c.md", True),
        ("a/**/c.md", "a/x/y/c.md", True),
        ("**/c.md", "c.md", True),
        ("**", "a/b", True),
        ("*.m?", "a/b.md", True),
        ("[!a]*.md", "a.md", False),
        ("[", "[", True),
        ("a.md", "A.md", False),
        ("a.b", "axb", False),
    ],
)
def test_a_glob_means_what_it_means_in_a_gitignore(pattern: str, path: str, matches: bool) -> None:
    """Slashes anchor, a matched folder takes what is below it, and ``**`` crosses folders."""
    assert Glob(pattern).matches(path) is matches


def test_matching_is_linear_in_a_hostile_path() -> None:
    """Neither stars within a name nor stars over folders are tried in every combination."""
    assert_linear(Glob("*a" * 30 + "*b").matches, lambda n: "a" * n)
    assert_linear(Glob("**/a/" * 30 + "b").matches, lambda n: "a/" * n + "c")


@pytest.mark.parametrize(
    ("pattern", "folder"), [("docs/en/**", "docs/en"), ("blog", "blog"), ("*.md", ""), ("a/b*/c", "a"), ("/a/", "a")]
)
def test_the_folder_of_a_glob_ends_before_its_first_wildcard(pattern: str, folder: str) -> None:
    """Links of a section are relative to this folder."""
    assert fixed_folder(pattern) == folder
