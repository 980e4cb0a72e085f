"""The corpus folder: which files are documents, and how those that cannot be read are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.sources.folder import MAX_FILE_BYTES, list_files, read_document


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    """A vanished file, a dangling link, a folder, a pipe and a huge file raise, and none of them blocks."""
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(MAX_FILE_BYTES + 1)

    for name in ("gone.txt", "folder.txt", "link.txt", "pipe.txt", "huge.txt"):
        with pytest.raises(CorpusFileError, match=name):
            read_document(tmp_path / name, tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_refused(tmp_path: Path) -> None:
    """A file without read permission raises with the system's reason."""
    (tmp_path / "a.txt").write_text("A.")
    (tmp_path / "a.txt").chmod(0)

    with pytest.raises(CorpusFileError, match="Permission denied"):
        read_document(tmp_path / "a.txt", tmp_path)


def test_documents_are_found_below_the_folder_in_order(tmp_path: Path) -> None:
    """Files of every known format at any depth are found, sorted; hidden ones and the catalog are not."""
    outside = tmp_path / "outside.txt"
    outside.write_text("Outside.")
    folder = tmp_path / "corpus"
    for name in (
        "b.txt",
        "a.MD",
        "sub/deep/c.TXT",
        ".hidden.txt",
        ".git/d.txt",
        "README.md",
        "sub/readme.MD",
        "catalog.toml",
        "e.html",
        "d.txt~",
        "sub/catalog.toml",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Text.")
    (folder / "link.txt").symlink_to(outside)
    (folder / "sub" / "loop").symlink_to(folder)

    listing = list_files(folder)
    found, others = ([path.relative_to(folder).as_posix() for path in some] for some in listing[:2])

    assert found == ["README.md", "a.MD", "b.txt", "e.html", "link.txt", "sub/deep/c.TXT", "sub/readme.MD"]
    assert others == ["d.txt~", "sub/catalog.toml"]
    assert read_document(folder / "link.txt", folder).text == "Outside."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    """A folder without permission is not taken for an empty one."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)

    listing = list_files(tmp_path)
    (tmp_path / "closed").chmod(0o700)

    assert [path for path, _ in listing.unlisted] == [tmp_path / "closed"]


def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    """A file name that is no UTF-8 or holds a line break is reported on one line."""
    for name in ("a\nb.txt", os.fsdecode(b"caf\xe9.txt")):
        (tmp_path / name).write_text("Text.")

    for path in list_files(tmp_path).documents:
        with pytest.raises(CorpusFileError, match="name cannot be shown") as caught:
            read_document(path, tmp_path)
        assert str(caught.value).isprintable()
