"""A process that begins with the libraries loaded does what one does that has everything to import."""

from __future__ import annotations

from pathlib import Path

from retrieval.core.settings import Settings
from tests.conftest import run_command


def test_it_makes_no_difference(seeded: Settings) -> None:
    """Either way of starting gives the same exit code and the same words, on standard output and standard error."""
    for command, code in (("ask", "Who will lead the truce monitoring mechanism?"), 0), (("source", "none"), 2):
        arguments = (*command, "--home", seeded.home)
        fresh = run_command(*arguments, fresh=True)
        assert run_command(*arguments) == fresh
        assert fresh.code == code


def test_it_has_its_own_surroundings(tmp_path: Path) -> None:
    """Environment and folder are those that were ordered, not those of the process that it was forked from."""
    run = run_command("sources", PULLQUOTE_HOME=str(tmp_path / "nowhere"))
    assert run.code == 2
    assert "nowhere" in run.complaint
