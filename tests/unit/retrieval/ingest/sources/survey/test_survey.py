"""Survey of a folder: what it is taken for, and the configuration that is proposed."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.ingest.sources.config import CorpusConfig, load_config
from retrieval.ingest.sources.survey import render_config, survey_folder
from retrieval.ingest.sources.survey.sites import read_site
from tests.support.growth import assert_linear

MKDOCS = """\
site_name: 'Harbour: the manual'
site_url: https://harbour.example.org/
docs_dir: manual
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
plugins: !ENV [PLUGINS, search]
"""


def proposed(folder: Path) -> CorpusConfig:
    """The configuration that is proposed for a folder, read back."""
    (folder / "pullquote.toml").write_text(render_config(survey_folder(folder)), encoding="utf-8")
    config = load_config(folder)
    (folder / "pullquote.toml").unlink()
    assert not config.problems
    return config


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("settings", "text", "file", "link", "kind"),
    [
        ("mkdocs.yml", MKDOCS, "manual/a/index.md", "https://harbour.example.org/a/", "MkDocs"),
        (
            "mkdocs.yml", "a: &x 1\nsite_url: 'https://x.org'\nuse_directory_urls: false\nb: *x\n",
            "docs/a.md", "https://x.org/a.html", "MkDocs",
        ),
        (
            "docusaurus.config.ts", "const c = {\n  url: 'https://x.org',\n  baseUrl: '/p/',\n};\n",
            "docs/01-a.md", "https://x.org/p/docs/a", "Docusaurus",
        ),
        (
            "source/conf.py", 'project = "P"\nhtml_baseurl = "https://x.org/en/"\n',
            "source/a/b.rst", "https://x.org/en/a/b.html", "Sphinx",
        ),
        ("hugo.toml", 'baseURL = "https://x.org/"\n', "content/a/_index.md", "https://x.org/a/", "Hugo"),
    ],
)  # fmt: skip
def test_documentation_is_recognised_by_its_generator(
    tmp_path: Path, settings: str, text: str, file: str, link: str, kind: str
) -> None:
    """The links of files are those of the site, whether the folder is the project or the sources alone."""
    write(tmp_path, {settings: text, file: "Text."})
    sources = Path(file).parts[0]

    assert survey_folder(tmp_path).describe().startswith(f"Documentation of {kind}: 1 ")
    assert proposed(tmp_path).defaults(file).url == link
    assert proposed(tmp_path / sources).defaults(Path(file).relative_to(sources).as_posix()).url == link


@pytest.mark.parametrize(
    ("files", "described"),
    [
        ({f"{n}.txt": "x" for n in range(60)}, "A collection of articles as plain text: 60 plain text"),
        ({"a.pdf": "", "b.md": "", "c.pdf": "", "d.xyz": ""}, "A folder of PDFs: 2 PDF, 1 Markdown"),
        ({".obsidian/x.json": "{}", "a.md": ""}, "An Obsidian vault: 1 Markdown"),
        ({"a.eml": ""}, "Mail: 1 mail"),
        ({"conf.py": "import os\n", "a.md": ""}, "A folder of documents: 1 Markdown"),
        ({}, "A folder of documents: no file in a known format"),
    ],
)
def test_other_folders_are_described_by_what_is_in_them(tmp_path: Path, files: dict[str, str], described: str) -> None:
    """The formats decide, hidden files and files of other formats do not count."""
    assert survey_folder(write(tmp_path, files)).describe() == described


def test_changelogs_are_left_out_and_other_release_notes_proposed(tmp_path: Path) -> None:
    """What is certain is in force, what might be wanted is a comment."""
    write(tmp_path, {"CHANGELOG.md": "", "p/release-notes.md": "", "a.csv": ""})
    text = render_config(survey_folder(tmp_path))

    assert proposed(tmp_path).allows("p/CHANGELOG.md") == 'excluded by "CHANGELOG*"'
    assert proposed(tmp_path).allows("p/release-notes.md") is None
    assert '#exclude = ["CHANGELOG*", "release-notes*"]' in text
    assert '#[folders."a.csv".rows]' in text


@pytest.mark.parametrize("name", ['a"b', "a\\b", "ä]", "a#b", "[a]", "{{x}}"])
def test_names_of_any_kind_are_quoted(tmp_path: Path, name: str) -> None:
    """Folder and site names with quotation marks and control characters give a valid file."""
    write(tmp_path / name, {"mkdocs.yml": f"site_name: {name!r}\nsite_url: https://x.org\n", "docs/a.md": ""})

    config = proposed(tmp_path)

    assert config.defaults(f"{name}/docs/a.pdf").url


@pytest.mark.parametrize("name", ["mkdocs.yml", "docusaurus.config.js", "conf.py", "hugo.toml", "_config.yml"])
@pytest.mark.parametrize(
    "unit", ["a: [", "&a ", "url: '", "project = ", "\n", 'site_url: "', "!!python/object/apply:os.system\n"]
)
def test_hostile_settings_take_linear_time(tmp_path: Path, name: str, unit: str) -> None:
    """Settings of any shape are read in time in proportion to their size, and no tag is obeyed."""

    def read(n: int) -> None:
        (tmp_path / name).write_text(unit * n)
        read_site(tmp_path / name)

    assert_linear(read, lambda n: n, start=500, largest=1 << 17)
