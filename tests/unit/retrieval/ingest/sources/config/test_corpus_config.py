"""Configuration of a corpus folder: what it says of a path, and what a mistake in it costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.ingest.parsers.rows import RowColumns
from retrieval.ingest.sources.config import CorpusConfig, load_config
from retrieval.ingest.sources.config.validation import parse_config
from tests.support.growth import assert_linear


def written(folder: Path, text: str, name: str = "pullquote.toml", paths: tuple[str, ...] = ()) -> CorpusConfig:
    """The configuration of a folder that has this file."""
    (folder / name).write_text(text, encoding="utf-8")
    return load_config(folder, paths)


def test_include_and_exclude_give_a_reason(tmp_path: Path) -> None:
    """A file is left out by the last pattern that matches it, and the reason names the pattern."""
    config = written(tmp_path, 'include = ["docs/**", "*.pdf"]\nexclude = ["CHANGELOG*", "old/", "!old/keep.pdf"]\n')

    assert config.allows("docs/a.md") is None
    assert config.allows("a.md") == "not named by include"
    assert config.allows("docs/CHANGELOG.md") == 'excluded by "CHANGELOG*"'
    assert config.allows("old/a.pdf") == 'excluded by "old/"'
    assert config.allows("old/keep.pdf") is None


def test_sections_of_folders_go_before_what_holds_for_all(tmp_path: Path) -> None:
    """Defaults, columns and links are merged from the file's top through every section that matches."""
    config = written(
        tmp_path,
        'base_url = "https://x.org"\nlinks = "mkdocs"\n[defaults]\npublisher = "P"\nlanguage = "en"\n'
        '[rows]\ntext = "body"\n[folders."blog/**"]\nbase_url = "https://blog.x.org/"\nlinks = "plain"\n'
        '[folders."blog/**".defaults]\npublisher = "Blog"\n[folders."data.csv".rows]\ntitle = "head"\n'
        'each = "passage"\n[folders."api/**"]\nurl = "https://api.x.org/#{name}"\n',
    )

    assert not config.problems
    assert config.defaults("a/b.md").url == "https://x.org/a/b/"
    assert config.defaults("blog/c.md").url == "https://blog.x.org/c.md"
    assert config.defaults("api/d.md").url == "https://api.x.org/#d"
    assert (config.defaults("blog/c.md").publisher, config.defaults("blog/c.md").language) == ("Blog", "en")
    assert config.defaults("a/b.md").publisher == "P"
    assert config.rows("data.csv") == RowColumns(text="body", title="head", each="passage")
    assert config.rows("x.csv") == RowColumns(text="body")


def test_an_article_is_named_by_path_id_or_a_name_that_only_one_file_has(tmp_path: Path) -> None:
    """Entries of earlier versions, by the bare name, hold as long as it names one file."""
    files = {"a/x.md": "a/x", "b/x.md": "b/x", "b/y.txt": "b/y", "z.txt": "z.txt", "z.md": "z.md"}
    text = "".join(f'[articles."{name}"]\ntitle = "{name}"\n' for name in ("x", "a/x", "y", "z.txt", "gone"))
    config = written(tmp_path, text, paths=tuple(files))

    titles = {path: config.entry(path, article_id).title for path, article_id in files.items()}

    assert titles == {"a/x.md": "a/x", "b/x.md": None, "b/y.txt": "y", "z.txt": "z.txt", "z.md": None}
    problems = [error.problem for error in config.unknown_articles(files)]
    assert problems == [
        'there is no article "gone"',
        '"x" names 2 files',
    ]


def test_both_files_are_read_and_pullquote_toml_takes_precedence_key_by_key(tmp_path: Path) -> None:
    """What only catalog.toml says holds, and that both are there is a notice, no problem."""
    (tmp_path / "catalog.toml").write_text('[articles.a]\ntitle = "Old"\nauthor = "A"\n[articles.b]\ntitle = "B"\n')
    config = written(tmp_path, '[articles.a]\ntitle = "New"\n')

    assert (config.entry("a.md", "a").title, config.entry("a.md", "a").author) == ("New", "A")
    assert config.entry("b.md", "b").title == "B"
    assert not config.problems
    assert len(config.notices) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('\nexlude = ["a"]\n', "line 2: exlude is unknown. Known are "),
        ("exclude = 3\n", 'line 1: exclude is no list of globs. Write exclude = ["CHANGELOG*", "drafts/**"].'),
        ('exclude = ["a",\n  ""]\n', "line 1: exclude holds what is no glob."),
        ('base_url = "x.org"\n', "line 1: base_url is no web address. Start it with https://."),
        ('\n\nlinks = "hugo"\n', 'line 3: links is unknown. Write "mkdocs", "docusaurus", "sphinx" or "plain".'),
        ('url = "https://x.org/"\n', "line 1: url is no pattern of a link."),
        ('[defaults]\n# ours\npublishers = "P"\n', "line 3: defaults.publishers is unknown. Known are publisher, "),
        ("defaults = 1\n", "line 1: defaults is no table. Write [defaults]."),
        ('[folders."b/**"]\nlink = "plain"\n', 'line 2: folders."b/**".link is unknown. Known are base_url, '),
        ('[folders."b/**".rows]\neach = "line"\n', 'line 2: folders."b/**".rows.each is unknown. Write "article"'),
        ("[folders.b.rows]\ntext = 1\n", 'line 2: folders."b".rows.text is no name of a column. Write text = "body".'),
        ("[folders]\nb = 1\n", 'line 2: folders."b" is no table. Write [folders."b"].'),
        ("folders = 1\n", 'line 1: folders is no table. Write [folders."blog/**"].'),
        ('a = """\nlinks = 1\n"""\n[articles.x]\ndrop = 1\n', None),
    ],
)
def test_a_mistake_names_its_line_and_leaves_the_rest_in_force(tmp_path: Path, text: str, problem: str | None) -> None:
    """One line for each wrong key; what else the file and the same table say holds."""
    rest = '\n[articles."kept"]\ntitle = "Kept"\nauthor = 3\n'
    config = written(tmp_path, text + rest)

    assert config.entry("kept.md", "kept").title == "Kept"
    *others, last = map(str, config.problems)
    assert 'articles."kept".author is no text' in last
    if problem is None:
        assert "line 1: a is unknown" in others[0]
        assert 'line 5: articles."x".drop is no list' in others[1]
    else:
        assert len(others) == 1
        assert problem in others[0]


def test_thousands_of_mistakes_are_fifty_lines(tmp_path: Path) -> None:
    """A file of nothing but mistakes does not flood the terminal."""
    config = written(tmp_path, "".join(f"a{n} = 1\n" for n in range(5_000)))

    assert len(config.problems) == 51
    assert "4950 more mistakes" in str(config.problems[-1])


_KEYS = st.sampled_from(["include", "exclude", "links", "url", "defaults", "rows", "folders", "articles", "a", "b/**"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("https://x.org/{path}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_any_table_is_reduced_to_what_is_allowed(values: dict[str, object]) -> None:
    """Whatever keys and values the file has, removing the mistakes ends, and what remains is valid."""
    from retrieval.ingest.sources.config.schema import ConfigFile
    from retrieval.ingest.sources.config.validation import remove_mistakes

    for problem in remove_mistakes(values, "pullquote.toml"):
        assert str(problem).isprintable()
    ConfigFile.model_validate(values)


@pytest.mark.parametrize(
    "unit", ['[articles."{n}"]\ntitel = 1\n', "[a{n}]\n", 'k{n} = """x""" # """\n', '[folders."{n}"]\nlinks = 1\n']
)
def test_reading_is_linear(unit: str) -> None:
    """Many tables, many mistakes and many strings take time in proportion to their number."""

    def read(source: bytes) -> None:
        parse_config(source, "pullquote.toml")

    assert_linear(read, lambda n: "".join(unit.replace("{n}", str(i)) for i in range(n)).encode(), start=500)


@pytest.mark.parametrize("part", ["a", r'"\""', "'a'", '"a"'])
def test_a_key_of_thousands_of_parts_is_refused(part: str) -> None:
    """The parser's time and memory grow with the square of a key's parts, however these are quoted."""
    _, problems = parse_config((".".join([part] * 10_000) + " = 1\n").encode(), "pullquote.toml")

    assert "too many parts" in str(problems[0])
