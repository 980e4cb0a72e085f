"""deploy/requirements/install.py: which PyTorch, and what is shown meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.project.scripts import load

install = load("install")


@pytest.mark.parametrize(
    ("system", "graphics_card", "reachable", "index"),
    [
        ("Linux", False, True, True),
        ("Linux", False, False, False),
        ("Linux", True, True, False),
        ("Darwin", False, True, False),
    ],
)
def test_linux_without_a_graphics_card_takes_the_build_for_processors(
    system: str, graphics_card: bool, reachable: bool, index: bool
) -> None:
    """The index is named only where it has something to give and answers; one line says what is taken."""
    options, said = install.torch_options(system, graphics_card=graphics_card, reachable=reachable)
    assert (install.TORCH_INDEX in options) is index
    assert said.startswith("PyTorch: ")
    assert "\n" not in said


def test_an_index_that_does_not_answer_is_not_reachable() -> None:
    """A closed port is found out at once, without an error."""
    assert not install.is_reachable("http://127.0.0.1:9")


def test_progress_is_one_line_that_changes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal pip's lines replace one another, so that a long installation is seen to go on."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    install.show_progress(["Collecting numpy\n", "Collecting torch\n"], "Installing packages")
    out = capsys.readouterr().out
    assert "Collecting numpy" in out
    assert "\n" not in out
    assert out.endswith("\r\033[K")


def test_without_a_terminal_the_step_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A log gets a line a step and none of pip's."""
    install.show_progress(["Collecting numpy\n"], "Installing packages")
    assert capsys.readouterr().out == "Installing packages …\n"


def test_a_failure_shows_what_pip_said(tmp_path: Path) -> None:
    """The program ends with pip's last lines and the step that failed."""
    with pytest.raises(SystemExit) as stopped:
        install.pip(Path(sys.executable), "Installing packages", "--no-index", "-r", str(tmp_path / "none.txt"))
    assert "none.txt" in str(stopped.value.code)
    assert "Installing packages: pip failed" in str(stopped.value.code)
