"""``pullquote backup`` and ``pullquote restore``."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from retrieval.cli.options import HomeOption, JsonOption, print_json, print_line, settings_from, stderr, warn
from retrieval.core.errors import RetrievalError
from retrieval.core.settings import Settings, home_in
from retrieval.core.settings.environment import variables
from retrieval.index.sync import reconcile_indexes
from retrieval.maintenance.archive import Manifest
from retrieval.maintenance.backup import STREAM, back_up
from retrieval.maintenance.plugins import database_migrations
from retrieval.maintenance.restore import open_backup
from retrieval.maintenance.restore import restore as restore_home


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; - is standard output.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite an older backup.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Back up the library and the bot's records.

    A running bot may go on. The file holds all articles and members' questions: keep it private.

    Example: pullquote backup pullquote.tar.gz
    """
    report = back_up(home or home_in(variables()), file, force=force)
    seconds = f"{report.seconds:.1f} s"
    size = f"{report.size / 1e6:.1f} MB, " if report.size else ""
    line = f"{file}: {_contents(report.manifest)} ({size}{seconds})"
    if file == STREAM:  # standard output carries the backup itself
        warn(line)
    elif as_json:
        document = {"file": str(file), "bytes": report.size, "seconds": round(report.seconds, 3)}
        print_json(document | asdict(report.manifest))
    else:
        print_line(line)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup; - is standard input.")],
    force: Annotated[bool, typer.Option("--force", help="Replace existing data; the old files are kept.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Restore the data folder from a backup. Stop the bot first. A damaged backup changes nothing.

    Example: pullquote restore pullquote.tar.gz
    """
    settings = settings_from(home, None)
    opened = nullcontext(sys.stdin.buffer) if file == STREAM else open_backup(file)
    with opened as source, stderr.status("Reading the backup") as status:
        schemas = database_migrations()
        report = restore_home(settings.home, source, str(file), schemas=schemas, force=force, progress=status.update)
        status.update("Copying the vectors to the server")
        missing = _fill_server(settings)
    if missing is not None:
        warn(missing)
    if as_json:
        aside = None if report.aside is None else str(report.aside)
        created, seconds = report.manifest.created, round(report.seconds, 3)
        document = {"home": str(settings.home), "articles": report.articles, "passages": report.passages}
        print_json(document | {"aside": aside, "created": created, "seconds": seconds, "vectors_missing": missing})
        return
    contents = f"{_contents(report.manifest)}, as of {report.manifest.created}"
    print_line(f"{settings.home}: {contents} ({report.seconds:.1f} s)")
    if report.aside is not None:
        print_line(f"The old files are in {report.aside}; delete them once you are sure.")


def _fill_server(settings: Settings) -> str | None:
    """Copy the vectors to the configured server; return a line that says why that failed, or ``None``."""
    if settings.chroma is None:
        return None
    try:
        reconcile_indexes(settings)
    except RetrievalError as error:
        later = "The bot copies them later, or run: pullquote index"
        return f"The library is restored, but not its vectors. {error} {later}"
    return None


def _contents(manifest: Manifest) -> str:
    counts = ((manifest.articles, "articles"), (manifest.passages, "passages"))
    known = [f"{count} {what}" for count, what in counts if count is not None]
    return f"{', '.join(known)}; {', '.join(member.name for member in manifest.members)}".removeprefix("; ")
