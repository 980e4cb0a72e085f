"""``pullquote demo``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

import retrieval
from retrieval.cli.options import progress_bars, spinner, stderr, stdout
from retrieval.cli.output.text import show_answer
from retrieval.core.errors import CorpusFileError
from retrieval.core.settings import Settings
from retrieval.core.types import Outcome
from retrieval.index.sync import run_indexing
from retrieval.search.session import open_searcher

QUESTION = "Who will lead the truce monitoring mechanism?"


def demo(
    question: Annotated[str, typer.Argument(help="Your question.")] = QUESTION,
) -> None:
    """Answer from five articles that come with the program.

    Your own data folder and settings are left alone. Exit code 1: no article answers.

    Example: pullquote demo "What did Nausėda say?"
    """
    settings = Settings(home=cache_folder() / "pullquote" / "demo", corpus=seeds_folder())
    with progress_bars() as progress:
        run_indexing(settings, progress=progress)
    stderr.print(Text(f"Five articles from {settings.corpus}, indexed in {settings.home}"), soft_wrap=True)
    with open_searcher(settings) as searcher:
        with spinner("Loading the model …"):
            searcher.warm_up()
        answer = searcher.ask(question)
    show_answer(stdout, answer)
    stderr.print(Text("Your own articles: pullquote index FOLDER, then pullquote ask QUESTION"), soft_wrap=True)
    if answer.outcome is not Outcome.ANSWERED:
        raise typer.Exit(1)


def seeds_folder() -> Path:
    """Return the folder of the articles that come with the program: in the wheel, or in a checkout.

    Raises:
        CorpusFileError: when the installation lacks them.
    """
    package = Path(retrieval.__file__).parent
    for folder in package / "seeds", package.parent / "seeds":
        if (folder / "catalog.toml").is_file():
            return folder
    raise CorpusFileError(package / "seeds", "the articles of the demo are not there", "Install pullquote again.")


def cache_folder() -> Path:
    """Return the user's folder for what can be made again, by the XDG convention."""
    stated = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return stated if stated.is_absolute() else Path.home() / ".cache"
