"""``pullquote init``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from retrieval.cli.index import run
from retrieval.cli.options import HomeOption, print_line, settings_from
from retrieval.core.errors import CorpusFileError, StorageError
from retrieval.ingest.sources.config import CONFIG_NAMES
from retrieval.ingest.sources.survey import render_config, survey_folder


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of documents.", show_default=False)] = Path(),
    show: Annotated[bool, typer.Option("--print", help="Print pullquote.toml, and write and index nothing.")] = False,
    no_index: Annotated[bool, typer.Option("--no-index", help="Write pullquote.toml only.")] = False,
    home: HomeOption = None,
) -> None:
    """Look at a folder of documents, write a pullquote.toml that fits it, and index it.

    A file that is there already is left as it is.

    Example: pullquote init ../handbook
    """
    if not folder.is_dir():
        raise CorpusFileError(folder, "there is no such folder", "Create it or name another one.")
    survey = survey_folder(folder)
    text = render_config(survey)
    if show:
        typer.echo(text, nl=False)
        return
    print_line(f"{survey.describe()}.")
    present = next((name for name in CONFIG_NAMES if os.path.lexists(folder / name)), None)
    if present:
        print_line(f"{folder / present} is there already and stays as it is; --print shows what init would write.")
    else:
        _write(folder / CONFIG_NAMES[0], text)
        print_line(f"Wrote {folder / CONFIG_NAMES[0]}.")
    if not no_index:
        try:
            run(settings_from(home, folder))
        finally:
            _suggest(home)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        problem = error.strerror or str(error)
        raise StorageError(path, problem, "Check the folder's permissions, or use --print.") from error


def _suggest(home: Path | None) -> None:
    option = f" --home {shlex.quote(str(home))}" if home else ""
    print_line("Next:")
    print_line(f'  pullquote ask "…"{option}')
    print_line(f"  pullquote sources --audit --summary{option}")
    print_line(f"  pullquote index{option}    after a change")
