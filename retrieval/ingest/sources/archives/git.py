"""Git repositories: the files that git ignores, and the files of a bare repository's last commit.

A repository's own configuration can name programs that git runs. None is run here: no monitor, filter, pager or
transport.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, cast

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.sources.archives.extraction import Extracted, is_hidden, unsafe_path

_TIMEOUT = 120  # seconds
_MAX_FILES, _MAX_BYTES, _MAX_FILE = 100_000, 2 << 30, 64 << 20
_MAX_LISTING = 64 << 20  # bytes
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager", "--literal-pathspecs")
_REGULAR_MODES = {"100644", "100755"}


def is_bare_repository(path: Path) -> bool:
    """True for a folder that is a repository without a working tree."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def ignored_files(folder: Path) -> frozenset[str]:
    """Paths in and below a working tree that git ignores, a folder with a slash at its end; none where it cannot say.

    A folder that is ignored as a whole was named on purpose: nothing in it counts as ignored.
    """
    if not any((above / ".git").exists() for above in (folder.absolute(), *folder.absolute().parents)):
        return frozenset()
    try:
        listing = _run(folder, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    except CorpusFileError:
        return frozenset()
    found = frozenset(os.fsdecode(name) for name in listing.split(b"\0") if name)
    return frozenset() if "./" in found else found


def is_ignored(path: str, ignored: frozenset[str]) -> bool:
    """True if the path, or a folder above it, is one of ``ignored``."""
    return path in ignored or any(f"{above}/" in ignored for above in PurePosixPath(path).parents)


def export_head(repository: Path, folder: Path) -> Extracted:
    """Write the files of a repository's HEAD into ``folder``, which exists and is empty. Links are left out.

    Raises:
        CorpusFileError: when git is missing, there is no commit, or the files are too many or too large.
    """
    result = Extracted()
    wanted: list[tuple[str, str]] = []
    for mode, digest, size, path in _listed(repository):
        if is_hidden(path):
            continue
        reason = "" if mode in _REGULAR_MODES else "it is no regular file"
        reason = reason or unsafe_path(path) or ("it is too large" if size > _MAX_FILE else "")
        if reason:
            result.skip(path, reason)
            continue
        result.size += size
        wanted.append((digest, path))
    if len(wanted) > _MAX_FILES or result.size > _MAX_BYTES:
        raise CorpusFileError(repository, "its files are too many or too large", "Index a folder of a clone of it.")
    if wanted:
        _write_blobs(repository, folder, wanted, result)
    return result


def _listed(repository: Path) -> Iterator[tuple[str, str, int, str]]:
    for entry in _run(repository, "ls-tree", "-r", "-z", "--long", "HEAD").split(b"\0"):
        described, tab, path = entry.partition(b"\t")
        if tab:
            mode, _, digest, size = described.decode("ascii", "replace").split()
            yield mode, digest, int(size) if size.isdigit() else 0, path.decode("utf-8", "surrogateescape")


def _write_blobs(repository: Path, folder: Path, wanted: list[tuple[str, str]], result: Extracted) -> None:
    names = folder.parent / f"{folder.name}.objects"
    names.write_text("".join(f"{digest}\n" for digest, _ in wanted), encoding="ascii")
    try:
        with names.open("rb") as listed, _start(repository, listed, "cat-file", "--batch") as git:
            output = cast("IO[bytes]", git.stdout)
            try:
                for _, path in wanted:
                    _write_blob(repository, output, folder, path, result)
            finally:
                git.kill()
    finally:
        names.unlink()


def _write_blob(repository: Path, output: IO[bytes], folder: Path, path: str, result: Extracted) -> None:
    header = output.readline(200).split()
    if len(header) != 3 or header[1] != b"blob" or int(header[2]) > _MAX_FILE:
        raise CorpusFileError(repository, "an object in it is missing or damaged", "Clone it again.")
    data = output.read(int(header[2]) + 1)
    if len(data) != int(header[2]) + 1:
        raise CorpusFileError(repository, "it cannot be read to its end", "Clone it again.")
    try:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("xb") as file:
            file.write(data[:-1])
        result.files += 1
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        result.skip(path, "another file of that name came before it")


def _run(folder: Path, *arguments: str) -> bytes:
    with _start(folder, subprocess.DEVNULL, *arguments) as git:
        output = git.stdout.read(_MAX_LISTING + 1) if git.stdout else b""
        if len(output) > _MAX_LISTING:
            git.kill()
        code = git.wait(_TIMEOUT)
    if code or len(output) > _MAX_LISTING:
        raise CorpusFileError(folder, "git cannot list its files", "Check it with: git log")
    return output


def _start(folder: Path, stdin: int | IO[bytes], *arguments: str) -> subprocess.Popen[bytes]:
    git = shutil.which("git")
    if git is None:
        raise CorpusFileError(folder, "git is not installed", "Install git, or index a folder of files.")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    return subprocess.Popen(  # noqa: S603 - the program is git, the arguments are our own
        [git, *_SAFE, *arguments], cwd=folder, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment,
    )  # fmt: skip
