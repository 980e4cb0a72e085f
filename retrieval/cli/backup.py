"""``pullquote backup`` and ``pullquote restore``."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from retrieval.cli.options import HomeOption, JsonOption, print_json, settings_from, stderr, stdout
from retrieval.cli.output.text import harmless
from retrieval.core.environment import variables
from retrieval.core.errors import RetrievalError
from retrieval.core.settings import Settings, home_in
from retrieval.index.sync import reconcile_indexes
from retrieval.maintenance.archive import Manifest
from retrieval.maintenance.backup import STREAM, back_up
from retrieval.maintenance.plugins import database_migrations
from retrieval.maintenance.restore import open_backup
from retrieval.maintenance.restore import restore as put_back


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
        stderr.print(Text(f"pullquote: {harmless(line)}"), soft_wrap=True)
    elif as_json:
        document = {"file": str(file), "bytes": report.size, "seconds": round(report.seconds, 3)}
        print_json(document | asdict(report.manifest))
    else:
        stdout.print(Text(harmless(line)), soft_wrap=True)


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
    place = settings.home
    opened = nullcontext(sys.stdin.buffer) if file == STREAM else open_backup(file)
    with opened as source, stderr.status("Reading the backup") as status:
        report = put_back(
            place,
            source,
            str(file),
            schemas=database_migrations(),
            force=force,
            progress=lambda step, _done, _total: status.update(step),
        )
        status.update("Copying the vectors to the server")
        missing = _fill_server(settings)
    if missing is not None:
        stderr.print(Text(f"pullquote: {harmless(missing)}"), soft_wrap=True)
    if as_json:
        document = {"home": str(place), "articles": report.articles, "passages": report.passages}
        aside = None if report.aside is None else str(report.aside)
        document |= {"aside": aside, "created": report.manifest.created, "seconds": round(report.seconds, 3)}
        document["vectors_missing"] = missing
        print_json(document)
        return
    done = f"{place}: {_contents(report.manifest)}, as of {report.manifest.created} ({report.seconds:.1f} s)"
    stdout.print(Text(harmless(done)), soft_wrap=True)
    if report.aside is not None:
        line = f"The old files are in {report.aside}; delete them once you are sure."
        stdout.print(Text(harmless(line)), soft_wrap=True)


def _fill_server(settings: Settings) -> str | None:
    """Copy the vectors to the configured server; return a line that says why that failed, or ``None``."""
    if settings.chroma is None:
        return None
    try:
        reconcile_indexes(settings)
    except RetrievalError as error:
        return (
            f"The library is restored, but not its vectors. {error} The bot copies them later, or run: pullquote index"
        )
    return None


def _contents(manifest: Manifest) -> str:
    counts = ((manifest.articles, "articles"), (manifest.passages, "passages"))
    known = [f"{count} {what}" for count, what in counts if count is not None]
    return f"{', '.join(known)}; {', '.join(member.name for member in manifest.members)}".removeprefix("; ")
