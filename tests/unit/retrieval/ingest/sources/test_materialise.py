"""Files, archives and repositories as folders: named, replaced as a whole, never half."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.roots import scan_roots
from retrieval.ingest.sources.materialise import materialise, safe_name


def zipped(path: Path, files: dict[str, str]) -> Path:
    """A zip file with these members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def below(folder: Path) -> list[str]:
    """Files in a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_an_archive_becomes_a_folder_that_a_new_version_replaces(tmp_path: Path) -> None:
    """The one folder that it holds, named by version, is no part of the paths; what is gone from it is gone."""
    sources = tmp_path / "sources"
    materialise(zipped(tmp_path / "docs.zip", {"docs-1.0/a.md": "A", "docs-1.0/b/c.md": "C"}), sources)
    assert sorted(path.relative_to(sources).as_posix() for path in sources.rglob("*.md")) == [
        "docs/a.md",
        "docs/b/c.md",
    ]

    made = materialise(zipped(tmp_path / "docs.zip", {"docs-1.1/a.md": "A2", "/etc/x.md": "X"}), sources)

    assert [path.name for path in sources.iterdir()] == ["docs"]
    assert (sources / "docs" / "a.md").read_text() == "A2"
    assert not (sources / "docs" / "b").exists()
    assert made.skipped == (("/etc/x.md", "its path leads out of the archive"),)


def test_what_cannot_be_read_leaves_the_former_version(tmp_path: Path) -> None:
    """A damaged archive changes nothing, and leaves no traces."""
    sources = tmp_path / "sources"
    archive = zipped(tmp_path / "docs.zip", {"a.md": "A"})
    materialise(archive, sources)
    archive.write_bytes(archive.read_bytes()[:-30])

    with pytest.raises(CorpusFileError, match="no archive that can be read"):
        materialise(archive, sources)

    assert below(sources) == ["docs/a.md"]
    assert [path.name for path in sources.iterdir()] == ["docs"]


def test_files_share_a_folder_and_are_replaced(tmp_path: Path) -> None:
    """A single file keeps its name, a second version takes its place, a missing one is one line."""
    (tmp_path / "a b.txt").write_text("One.")
    materialise(tmp_path / "a b.txt", tmp_path / "sources")
    (tmp_path / "a b.txt").write_text("Two.")
    materialise(tmp_path / "a b.txt", tmp_path / "sources")

    assert {path.name: path.read_text() for path in (tmp_path / "sources" / "files").iterdir()} == {"a-b.txt": "Two."}
    with pytest.raises(CorpusFileError, match="there is no such file"):
        materialise(tmp_path / "gone.pdf", tmp_path / "sources")


@pytest.mark.parametrize(
    ("text", "name"), [("../..", "source"), (".git", "git"), ("a/b c", "a-b-c"), ("ä" * 99, "ä" * 80)]
)
def test_a_name_is_always_one_visible_part_of_a_path(text: str, name: str) -> None:
    """Nothing of a source's name leads elsewhere or hides its folder."""
    assert safe_name(text) == name


def test_sources_are_scanned_below_their_names(tmp_path: Path) -> None:
    """Ids and files of a source begin with its name; the corpus folder's own are as ever."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text("The pier is open again.")
    materialise(zipped(tmp_path / "docs.zip", {"a.md": "The pier is closed.", "x.bin": ""}), tmp_path / "sources")
    (tmp_path / "sources" / "empty").mkdir()

    scan = scan_roots(tmp_path / "corpus", tmp_path / "sources")

    assert [(file.article_id, file.file, file.options["article_id"]) for file in scan.files] == [
        ("a", "a.md", "a"),
        ("docs/a", "docs/a.md", "docs/a"),
    ]
    assert [finding.file for finding in scan.findings] == ["docs/x.bin"]
    assert ["no file in it is in a known format" in str(problem) for problem in scan.problems] == [True]
    assert [file.article_id for file in scan_roots(None, tmp_path / "sources").files] == ["docs/a"]
