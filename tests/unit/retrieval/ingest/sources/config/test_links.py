"""Links: the page that each generator makes of a file."""

from __future__ import annotations

import pytest

from retrieval.ingest.sources.config.links import LinkStyle, is_link_pattern, page_link, pattern_link


@pytest.mark.parametrize(
    ("style", "path", "link"),
    [
        ("mkdocs", "index.md", ""),
        ("mkdocs", "a/index.md", "a/"),
        ("mkdocs", "a/README.md", "a/"),
        ("mkdocs", "a/b c.md", "a/b%20c/"),
        ("mkdocs", "a/b.pdf", "a/b.pdf"),
        ("docusaurus", "01-intro.md", "intro"),
        ("docusaurus", "02-guides/03_first.mdx", "guides/first"),
        ("docusaurus", "02-guides/index.md", "guides/"),
        ("docusaurus", "guides/guides.md", "guides/"),
        ("docusaurus", "2024-01-02-news.md", "2024-01-02-news"),
        ("docusaurus", "7.0.md", "7.0"),
        ("sphinx", "index.rst", "index.html"),
        ("sphinx", "a/b.rst", "a/b.html"),
        ("sphinx", "a/b.png", "a/b.png"),
        ("plain", "a/ä.md", "a/%C3%A4.md"),
    ],
)
@pytest.mark.parametrize("base", ["https://example.org/docs", "https://example.org/docs/"])
def test_a_path_becomes_the_page_of_its_generator(base: str, style: str, path: str, link: str) -> None:
    """Pages are where the generator puts them, with and without a slash at the end of the base."""
    assert page_link(base, LinkStyle(style), path) == f"https://example.org/docs/{link}"


@pytest.mark.parametrize(
    ("slug", "link"), [("/", ""), ("/start", "start"), ("other", "guides/other"), (None, "guides/a")]
)
def test_a_slug_replaces_the_path_or_its_last_part(slug: str | None, link: str) -> None:
    """Front matter of a Docusaurus page names an address from the base, or within its folder."""
    assert page_link("https://x.org", LinkStyle.DOCUSAURUS, "01-guides/a.md", slug) == f"https://x.org/{link}"


def test_a_pattern_is_filled_with_quoted_parts_of_the_path() -> None:
    """The path, the path without its ending and the bare name stand for themselves, whatever the path holds."""
    assert pattern_link("https://x.org/{stem}.html", "a/{name} b.md") == "https://x.org/a/%7Bname%7D%20b.html"
    assert pattern_link("https://x.org/?p={path}&n={name}", "a/b.md") == "https://x.org/?p=a/b.md&n=b"


@pytest.mark.parametrize(
    "value", ["https://x.org/", "https://x.org/{id}", "ftp://x.org/{path}", "{path}", "https://{path"]
)
def test_what_is_no_pattern_is_refused(value: str) -> None:
    """A pattern is a web address with at least one placeholder and no unknown one."""
    assert not is_link_pattern(value)
