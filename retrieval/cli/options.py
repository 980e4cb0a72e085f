"""Options that every command has, and what they are made into."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from retrieval.core.environment import variables
from retrieval.core.settings import Settings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Data folder (default: PULLQUOTE_HOME or ./.pullquote).", show_default=False),
]
CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", help="Folder of articles (default: PULLQUOTE_CORPUS or seeds).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]

stdout = Console(highlight=False, emoji=False, soft_wrap=False)
stderr = Console(stderr=True, highlight=False, emoji=False)


def settings_from(home: Path | None, corpus: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from .env, the environment and the options; the latter go before the former. Raises SettingsError."""
    settings = Settings.from_env(variables(environ))
    return settings.model_copy(update={"home": home or settings.home, "corpus": corpus or settings.corpus})


def print_json(document: object) -> None:
    """One JSON document on one line of standard output, escaped where that cannot hold its characters."""
    line = json.dumps(document, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        line = json.dumps(document)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int | None], None]]:
    """Bars on standard error while the block runs, one a stage; nothing where nobody can see them."""
    columns: Any = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """A moving sign on standard error while something takes its time."""
    with stderr.status(what):
        yield
