"""Git repositories: their files come out, and nothing that they name is run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest import scan_corpus
from retrieval.ingest.sources.archives import export_head, ignored_files, is_bare_repository, is_ignored


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working tree with a commit, an ignored folder, a new file and a link."""
    folder = tmp_path / "tree"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "ä.md").write_text("Text.")
    (folder / "link.md").symlink_to("/etc/passwd")
    (folder / ".gitignore").write_text("build/\n")
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", "First")
    (folder / "build").mkdir()
    (folder / "build" / "b.md").write_text("Built.")
    (folder / "new.md").write_text("New.")
    return folder


def test_ignored_files_are_known(tree: Path, tmp_path: Path) -> None:
    """Ignored folders and files count, tracked and new ones do not; a folder that was named itself is not ignored."""
    (tree / "build" / "sub").mkdir()
    ignored = ignored_files(tree)

    assert [is_ignored(path, ignored) for path in ("build/b.md", "build/sub/c.md", "docs/ä.md", "new.md")] == [
        *(True, True),
        *(False, False),
    ]
    assert ignored_files(tree / "build") == frozenset()
    assert ignored_files(tmp_path) == frozenset()


def test_ignored_files_are_left_out_of_a_corpus(tree: Path) -> None:
    """What a project builds or installs is no document of it, and is listed with the reason."""
    scan = scan_corpus(tree)

    assert {file.file for file in scan.files} >= {"docs/ä.md", "new.md"}
    assert [(finding.file, finding.detail) for finding in scan.findings] == [("build/b.md", "ignored by git")]


def test_a_bare_repository_is_exported(tree: Path, tmp_path: Path) -> None:
    """The files of the last commit are written as they are stored, links are left out."""
    git(tmp_path, "clone", "-q", "--bare", str(tree), "bare.git")
    target = tmp_path / "target"
    target.mkdir()

    exported = export_head(tmp_path / "bare.git", target)

    assert is_bare_repository(tmp_path / "bare.git")
    assert [path.relative_to(target).as_posix() for path in target.rglob("*.md")] == ["docs/ä.md"]
    assert (target / "docs" / "ä.md").read_text() == "Text."
    assert exported.skipped == [("link.md", "it is no regular file")]


def test_programs_that_a_repository_names_are_not_run(tree: Path, tmp_path: Path) -> None:
    """A monitor and a filter in the repository's own configuration stay unused."""
    mark = tmp_path / "ran"
    git(tree, "config", "core.fsmonitor", f"touch {mark}")
    git(tree, "config", "filter.x.smudge", f"touch {mark}")
    (tree / ".git" / "info" / "attributes").write_text("*.md filter=x\n")
    target = tmp_path / "target"
    target.mkdir()

    ignored_files(tree)
    export_head(tree / ".git", target)

    assert (target / "docs" / "ä.md").exists()
    assert not mark.exists()


def test_a_repository_without_a_commit_is_one_line(tmp_path: Path) -> None:
    """The error says what to do."""
    git(tmp_path, "init", "-q", "--bare", "empty.git")

    with pytest.raises(CorpusFileError, match=r"git cannot list its files\. Check it with"):
        export_head(tmp_path / "empty.git", tmp_path)
