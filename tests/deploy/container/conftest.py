"""Runs only where it is asked for (make test-container), and only where there is what it needs."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.container.building import BuildError, Image, build
from tests.deploy.container.network import loopback_only
from tests.deploy.container.running import Machine

TOOLS = ("buildah", "debootstrap", "runc")
#: Figures to print when all is over, in the order in which they came.
FIGURES: pytest.StashKey[dict[str, str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-container", action="store_true", help="build the image and run it: minutes")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = {}


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Without the option nothing of this folder is collected."""
    return None if config.getoption("--run-container", default=False) else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A first build installs PyTorch, and counts to the test that asks for it first."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(3600))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the measurements at the end of the run."""
    figures = config.stash.get(FIGURES, {})
    if figures:
        terminalreporter.section("container")
        for name, value in figures.items():
            terminalreporter.write_line(f"{name:<40} {value}")


def missing() -> str | None:
    """Return the reason why no image can be built and run here; ``None`` if it can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "needs Linux and root: the image is built and run without a daemon"
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"needs {', '.join(lacking)}: apt-get install {' '.join(lacking)}" if lacking else None


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> dict[str, str]:
    """Put a line here, and it is printed at the end."""
    return pytestconfig.stash[FIGURES]


@pytest.fixture(scope="session")
def image(figures: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image, built from this very work tree; the layers of an earlier build are taken where nothing changed."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    started = time.monotonic()
    try:
        built = build(tmp_path_factory.mktemp("build"))
    except BuildError as error:
        pytest.fail(str(error), pytrace=False)
    figures["build"] = f"{time.monotonic() - started:.0f} s, {built.reused} of {built.steps} steps from the cache"
    figures["image"] = f"{built.size / 1e9:.2f} GB, of which the base {built.base_size / 1e9:.2f} GB"
    return built


@pytest.fixture(scope="session")
def machine(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A volume and the image's files, and from here on no network but loopback, for this process and its children."""
    folder: Path = tmp_path_factory.mktemp("machine")
    with loopback_only(), Machine(image, folder) as running:
        yield running
