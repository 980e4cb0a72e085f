"""Renew the locked requirements: ``make lock``.

uv resolves for all platforms and for Python 3.11 and newer at once. PyTorch stays out of the locks, with what it needs
for graphics cards: its builds for processors have other hashes than those for cards. ``torch.txt`` pins it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parents[1] / "pyproject.toml"
#: Installed by ``install.py``, or not at all where there is no graphics card; pip comes with the virtual environment.
NOT_LOCKED = re.compile(r"(?m)^(pip|torch|triton|cuda-[\w-]+|nvidia-[\w-]+)==")
#: What hatchling asks for besides, where it installs the work tree in place.
EDITABLE = ["editables~=0.3"]
COMPILE = [sys.executable, "-m", "uv", "pip", "compile", "--custom-compile-command", "make lock", "--quiet"]
COMPILE += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]


def compile_lock(name: str, *sources: str, requirements: str = "") -> None:
    """Write the lock ``name``. Pins that it has already stay, unless ``make lock UPGRADE=1`` lifts them."""
    lock = FOLDER / name
    upgrade = ("--upgrade",) if "--upgrade" in sys.argv else ()
    command = [*COMPILE, *upgrade, *sources, "--output-file", str(lock)]
    subprocess.run(command, input=requirements, text=True, check=True)
    left_out = sorted(set(NOT_LOCKED.findall(lock.read_text(encoding="utf-8"))))
    if left_out:
        without = [option for package in left_out for option in ("--no-emit-package", package)]
        subprocess.run([*command, *without], input=requirements, text=True, check=True)


def main() -> None:
    """Lock all that development needs; then what runs and what builds, in the same versions."""
    torch, dev = ("--constraint", str(FOLDER / "torch.txt")), ("--constraint", str(FOLDER / "dev.txt"))
    build = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["build-system"]["requires"]
    compile_lock("dev.txt", str(PROJECT), "--extra", "dev", *torch)
    compile_lock("run.txt", str(PROJECT), *torch, *dev)
    compile_lock("build.txt", "-", *dev, requirements="\n".join([*build, *EDITABLE]))


if __name__ == "__main__":
    main()
