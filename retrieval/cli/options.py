"""Options that commands share, settings, and output to the two streams."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich import progress as bars
from rich.console import Console
from rich.text import Text

from retrieval.cli.output.sanitising import sanitise
from retrieval.core.errors import StorageError
from retrieval.core.settings import Settings
from retrieval.core.settings.environment import variables
from retrieval.core.timing import Progress

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Data folder (default: PULLQUOTE_HOME or ./.pullquote).", show_default=False),
]
CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", help="Folder of articles (default: PULLQUOTE_CORPUS or seeds).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

stdout = Console(highlight=False, emoji=False, soft_wrap=False)
stderr = Console(stderr=True, highlight=False, emoji=False)


def settings_from(home: Path | None, corpus: Path | None) -> Settings:
    """Read the settings; options take precedence over the environment, and that over ``.env``."""
    settings = Settings.from_env(variables())
    return settings.model_copy(update={"home": home or settings.home, "corpus": corpus or settings.corpus})


def warn(message: str) -> None:
    """Print a line on standard error under the program's name."""
    stderr.print(Text(f"pullquote: {sanitise(message)}"), soft_wrap=True)


def print_line(text: str, style: str = "") -> None:
    """Print a line on standard output that the terminal wraps, not rich."""
    stdout.print(Text(sanitise(text), style), soft_wrap=True)


def write_text(file: Path, text: str) -> None:
    """Write a result to a file that the user has named; raise StorageError if that fails."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(file, error.strerror or str(error), "Name a file that can be written.") from error


def print_json(document: object) -> None:
    """Print a JSON document on one line, with escapes where the encoding of standard output needs them."""
    line = json.dumps(document, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        line = json.dumps(document)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Show a progress bar for each step on standard error; nothing where that is no terminal."""
    columns = ("{task.description}", bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeElapsedColumn())
    with bars.Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as display:
        tasks: dict[str, bars.TaskID] = {}

        def show(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = display.add_task(step, total=total)
            display.update(tasks[step], completed=done, total=total)

        yield show
