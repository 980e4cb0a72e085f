"""The locks in deploy/requirements/: whole, hashed, and of one mind."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.unit.project.scripts import load

LOCKS = {name: ROOT / "deploy" / "requirements" / f"{name}.txt" for name in ("build", "run", "dev")}
TORCH = ROOT / "deploy" / "requirements" / "torch.txt"


def pins(lock: Path) -> dict[str, str]:
    """Package → version."""
    found = re.findall(r"(?m)^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"))
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_its_hashes(name: str) -> None:
    """A pin without a hash, or a package from an address, would be installed without being checked."""
    text = re.sub(r"\\\n\s*", "", LOCKS[name].read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w.-]+==[^\s;]+( ; [^\\]+?)? ?(--hash=sha256:[0-9a-f]{64} ?)+", line), line[:80]


def test_the_locks_agree() -> None:
    """The run and build locks have the versions that were tested."""
    dev = pins(LOCKS["dev"])
    assert pins(LOCKS["run"]).items() <= dev.items()
    assert {name: dev[name] for name in pins(LOCKS["build"]) if name in dev}.items() <= pins(LOCKS["build"]).items()


def test_the_locks_fulfil_the_project() -> None:
    """A dependency that was added, or raised, without ``make lock`` is not what gets installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, dev = pins(LOCKS["run"]) | pins(TORCH), pins(LOCKS["dev"]) | pins(TORCH)
    extras = project["project"]["optional-dependencies"]
    for lock, wanted in (
        (run, project["project"]["dependencies"]),
        (dev, [*extras["eval"], *(each for each in extras["dev"] if not each.startswith("pullquote"))]),
        (pins(LOCKS["build"]), project["build-system"]["requires"]),
    ):
        for each in map(Requirement, wanted):
            assert each.specifier.contains(lock[canonicalize_name(each.name)]), each


def test_nothing_for_graphics_cards_is_locked() -> None:
    """PyTorch and its gigabytes are chosen when they are installed."""
    for lock in LOCKS.values():
        assert not load("lock").NOT_LOCKED.findall(lock.read_text(encoding="utf-8"))
