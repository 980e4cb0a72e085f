"""The wheel: all that a user of the command line has to install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, SEEDS


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a command and return its standard output. Fails with the command's messages if it fails."""
    whole = os.environ | environment
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110, cwd=folder, env=whole)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this work tree's committed and changed files, built by way of a source distribution."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    left_out = shutil.ignore_patterns(".git", ".venv", ".pullquote", "__pycache__", ".*_cache", "build", "*.egg-info")
    shutil.copytree(ROOT, source, ignore=left_out, symlinks=True)
    build = ("-m", "build", "--no-isolation", "--outdir", folder)
    run(sys.executable, *build, source, folder=folder, SETUPTOOLS_SCM_PRETEND_VERSION="1.2.3")
    (built,) = folder.glob("*.whl")
    return built


def test_it_carries_what_the_program_reads(wheel: Path) -> None:
    """Every module, the weights, the marks of typed packages and the seeds; nothing of tests or of other folders."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {
        str(path.relative_to(ROOT)) for package in ("retrieval", "bot") for path in (ROOT / package).rglob("*.py")
    }
    data = {"retrieval/py.typed", "bot/py.typed", "retrieval/search/answer/confidence.json"}
    assert names == modules | data | {f"retrieval/seeds/{path.name}" for path in SEEDS.iterdir()}


def test_the_demo_answers_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed alone, it answers from the seeds that it carries, and leaves the folder that it is called in alone."""
    installed, elsewhere, cache = tmp_path / "installed", tmp_path / "elsewhere", tmp_path / "cache"
    elsewhere.mkdir()
    options = ("--quiet", "--no-deps", "--no-index", "--target", installed)
    run(sys.executable, "-m", "pip", "install", *options, wheel, folder=tmp_path)
    environment = {
        "PYTHONPATH": os.pathsep.join([str(installed), os.environ["PYTHONPATH"].split(os.pathsep)[0]]),
        "XDG_CACHE_HOME": str(cache),
        "CHROMA_URL": "http://127.0.0.1:9",
    }
    assert run(sys.executable, "-m", "retrieval", "--version", folder=elsewhere, **environment) == "pullquote 1.2.3\n"
    answer = run(sys.executable, "-m", "retrieval", "demo", folder=elsewhere, **environment)
    assert "The US has agreed to lead a truce monitoring mechanism" in answer
    assert list(elsewhere.iterdir()) == []
    assert (cache / "pullquote" / "demo" / "library.sqlite3").is_file()


def test_a_tree_without_history_has_a_version(tmp_path: Path) -> None:
    """An archive of the repository, or a container's build, can be installed: it gets the version of last resort."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = (sys.executable, "-m", "hatchling", "version")
    version = run(*command, folder=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert version.strip() == "0.1.0.dev0"
