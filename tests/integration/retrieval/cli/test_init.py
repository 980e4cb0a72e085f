"""``pullquote init``: it writes a configuration once, and indexes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrieval.cli.app import app


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder of documentation."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "pier.md").write_text(
        "# The pier\n\nThe pier of the harbour town is open again since the first of May.\n"
    )
    (folder / "CHANGELOG.md").write_text("# Changes\n\nThe pier was added to the list of all piers in this release.\n")
    return folder


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and output of a command."""
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_init_writes_and_indexes(docs: Path, tmp_path: Path) -> None:
    """The file is written, the folder indexed by it, and the next commands are named."""
    code, output = run("init", docs, "--home", tmp_path / "home")

    assert code == 0
    assert 'exclude = ["CHANGELOG*"]' in (docs / "pullquote.toml").read_text()
    assert "A folder of documents: 2 Markdown." in output.replace("\n", " ")
    assert "pullquote ask" in output


def test_init_overwrites_nothing(docs: Path) -> None:
    """A file that is there stays, and the output says so; --print shows the proposal alone."""
    (docs / "catalog.toml").write_text("# ours\n")

    code, output = run("init", docs, "--no-index")
    shown = run("init", docs, "--print")[1]

    assert (code, (docs / "catalog.toml").read_text()) == (0, "# ours\n")
    assert not (docs / "pullquote.toml").exists()
    assert "catalog.toml is there already" in output.replace("\n", "")
    assert shown.startswith("# What Pullquote reads")


def test_an_address_needs_permission(tmp_path: Path) -> None:
    """Without --fetch nothing is asked of the network, and the line says so."""
    code, output = run("index", "https://docs.example.org/", "--home", tmp_path / "home")

    assert code == 2
    assert "add --fetch" in " ".join(output.replace("│", " ").split())
    assert not (tmp_path / "home").exists()
