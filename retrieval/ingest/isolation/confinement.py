"""Confinement of parsers by the kernel: which of its means a worker has, and what it may still read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import retrieval
from retrieval.ingest.isolation.landlock import restrict_files
from retrieval.ingest.isolation.seccomp import refuse_calls

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/nix/store")
_DATA = ("/usr/share/zoneinfo", "/dev/null", "/dev/urandom")
_PACKAGE_FOLDERS = frozenset({"site-packages", "dist-packages", "lib-dynload"})


class Confinement(NamedTuple):
    """What confines a worker beside its limits; ``detail`` says it for people."""

    landlock: bool
    seccomp: bool
    detail: str


def confine() -> Confinement:
    """Confine this process for good: it reads Python's own files and libraries, writes nothing, reaches nothing."""
    version = restrict_files(_readable(sys.path))
    return describe({"landlock": version, "seccomp": refuse_calls()})


def describe(found: Mapping[str, object]) -> Confinement:
    """Describe the version of Landlock (0 is none) and whether there is seccomp."""
    landlock, seccomp = bool(found.get("landlock")), bool(found.get("seccomp"))
    means = [*(["Landlock"] if landlock else []), *(["seccomp"] if seccomp else [])]
    detail = f"parsers are confined by {' and '.join(filter(None, [', '.join(means), 'limits']))}"
    lacking = " and ".join(f"no {name}" for name, there in (("Landlock", landlock), ("seccomp", seccomp)) if not there)
    return Confinement(landlock, seccomp, f"{detail}; this system has {lacking}" if lacking else detail)


def confinement() -> Confinement:
    """Start a worker and ask it what confines it.

    Raises:
        ParserStartError: if none can be started.
    """
    from retrieval.ingest.isolation.process import BUILDER, WorkerProcess

    worker = WorkerProcess(BUILDER)
    worker.kill()
    return worker.confinement


def _readable(search_path: Iterable[str]) -> list[str]:
    """Folders of modules, but not those that hold other things as well, such as a checkout with its secrets."""
    modules = [entry for entry in search_path if _PACKAGE_FOLDERS.intersection(Path(entry).parts)]
    own = [*retrieval.__path__, str(Path(os.__file__).parent), str(Path(sys.base_prefix, "lib"))]
    return [os.path.realpath(path) for path in (*modules, *own, *_LIBRARIES, *_DATA)]
