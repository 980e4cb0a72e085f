"""The image, built by buildah without a daemon and without a registry: its base is made by debootstrap."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.conftest import ROOT

#: Instead of making a base: the name of an image that buildah has or may fetch, such as the Dockerfile's own default.
BASE_VARIABLE = "PULLQUOTE_BASE_IMAGE"
#: The version that the build is given.
VERSION = "1.2.3"
_BASE = "localhost/pullquote-test-base:bookworm"
_NAME = "localhost/pullquote-test:latest"
_BASE_PACKAGES = "python3,python3-venv,ca-certificates"


class BuildError(Exception):
    """Something that is needed for the image could not be made; the message ends with what the tool said."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image in buildah's storage. ``config`` is what a container engine reads; sizes are bytes, uncompressed."""

    name: str
    config: dict[str, Any]
    size: int
    base_size: int
    steps: int
    reused: int


def run(*command: str | Path, timeout: float = 60) -> str:
    """Run a command and return its standard output. Raises BuildError."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=timeout)
    if done.returncode:
        raise BuildError(f"{command[0]} {command[1]} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    return done.stdout


def build(folder: Path) -> Image:
    """Build deploy/Dockerfile; pip's configuration is written into ``folder``. Raises BuildError."""
    base = os.environ.get(BASE_VARIABLE) or _base_image()
    options = ["--build-arg", f"BASE_IMAGE={base}", "--build-arg", f"VERSION={VERSION}"]
    options += ["--build-arg", "REVISION=test", "--build-arg", "CREATED=2000-01-01T00:00:00Z"]
    options += ["--build-arg", "SOURCE=https://example.org/pullquote"]
    configuration = pip_configuration()
    if configuration.keys() & {"index-url", "extra-index-url", "find-links"}:
        # A machine with indexes of its own has its PyTorch there too.
        options += ["--build-arg", "TORCH_INDEX_URL="]
    if configuration:
        secret = folder / "pip.conf"
        secret.write_text(as_pip_conf(configuration), encoding="utf-8")
        options += ["--secret", f"id=pip.conf,src={secret}"]
        for path in local_paths(configuration):
            options += ["--volume", f"{path}:{path}:ro"]
    # The format of Docker's: OCI's own has no place for a HEALTHCHECK.
    command = ("buildah", "bud", "--isolation", "chroot", "--layers", "--format", "docker", *options)
    log = run(*command, "--file", ROOT / "deploy" / "Dockerfile", "--tag", _NAME, ROOT, timeout=3000)
    (config, size), (_, base_size) = _inspected(_NAME), _inspected(base)
    steps = re.findall(r"(?m)^(?:\[\d+/\d+\] )?STEP \d+/\d+: (?:RUN|COPY)", log)
    return Image(_NAME, config, size, base_size, len(steps), _reused(log))


def _reused(log: str) -> int:
    return len(re.findall(r"(?m)^(?:\[\d+/\d+\] )?STEP \d+/\d+: (?:RUN|COPY)[^\n]*\n--> Using cache", log))


def _inspected(name: str) -> tuple[dict[str, Any], int]:
    config = json.loads(run("buildah", "inspect", "--type", "image", name))["Docker"]["config"]
    container = run("buildah", "from", "--pull-never", name).strip()
    try:
        return config, _bytes_in(Path(run("buildah", "mount", container).strip()))
    finally:
        run("buildah", "rm", container)


def _bytes_in(root: Path) -> int:
    return int(run("du", "--summarize", "--bytes", "--one-file-system", root).split()[0])


def _base_image() -> str:
    """The stand-in for the official slim image of Python: the same Debian with its own Python 3.11. Made once."""
    if run("buildah", "images", "--quiet", "--filter", f"reference={_BASE}").strip():
        return _BASE
    folder = Path(tempfile.mkdtemp(prefix="pullquote-base-", dir="/var/tmp"))
    try:
        root = folder / "root"
        include = f"--include={_BASE_PACKAGES}"
        run("debootstrap", "--variant=minbase", include, "bookworm", root, timeout=1200)
        for cache in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(root / cache, ignore_errors=True)
        container = run("buildah", "from", "scratch").strip()
        archive = folder / "root.tar"
        run("tar", "--directory", root, "--create", "--file", archive, ".", timeout=300)
        run("buildah", "add", "--quiet", container, archive, "/", timeout=300)
        run("buildah", "commit", "--quiet", "--rm", container, _BASE, timeout=300)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _BASE


def pip_configuration() -> dict[str, list[str]]:
    """The options with which pip installs on this machine, whichever file or variable sets them."""
    text = run(sys.executable, "-m", "pip", "config", "list")
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"(?m)^(\S+?)='(.*)'$", text):
        section, _, option = key.rpartition(".")
        # A variable goes before a file, as it does for pip.
        if option in _OPTIONS and (section == ":env:" or (section in {"global", "install"} and option not in found)):
            found[option] = value.replace("\\n", " ").split()
    return found


_OPTIONS = frozenset({"index-url", "extra-index-url", "find-links", "trusted-host", "cert", "no-index", "proxy"})


def as_pip_conf(configuration: dict[str, list[str]]) -> str:
    """The same, as a file that pip reads."""
    # One value stays on the line of its option: a file's name with a line end before it is another name.
    lines = [f"{option} = " + "\n    ".join(values) for option, values in configuration.items()]
    return "\n".join(["[global]", *lines, ""])


def local_paths(configuration: dict[str, list[str]]) -> Sequence[Path]:
    """The folders and files of it on this disk."""

    def paths() -> Iterator[Path]:
        for option, values in configuration.items():
            for value in values:
                if value.startswith("file:"):
                    yield _outermost(Path(unquote(urlsplit(value).path)))
                elif option in {"find-links", "cert"} and value.startswith("/"):
                    yield Path(value)

    return sorted({path for path in paths() if path.exists()})


def _outermost(index: Path) -> Path:
    """The folder above a simple index: its pages link to files beside it."""
    return index.parent if index.name == "simple" else index
