"""The command ``pullquote``: subcommands, error messages, exit codes."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from retrieval.cli import articles, ask, backup, bench, evaluate, index, init
from retrieval.cli.options import warn
from retrieval.cli.output.text import shortened
from retrieval.core.errors import RetrievalError, one_line
from retrieval.core.system import version

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_COMMANDS = (
    *(ask.ask, ask.find, articles.sources, articles.source, init.init, index.index, index.doctor, ask.demo),
    *(backup.backup, backup.restore, evaluate.evaluate, evaluate.calibrate, bench.bench),
)
for command in _COMMANDS:
    # What `find` does not know as an option of its own is one to look for.
    ways = {"ignore_unknown_options": command is ask.find}
    app.command("eval" if command is evaluate.evaluate else None, context_settings=ways)(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pullquote {version()}")
        raise typer.Exit


@app.callback()
def common(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Answers questions with passages of your own articles: word for word, attributed, or not at all."""


def main() -> None:
    """Run the command line; every error becomes one line on standard error and exit code 2."""
    _replace_unencodable()
    try:
        app()
    except RetrievalError as error:
        _fail(str(error))
    except BrokenPipeError:
        _end_quietly()
    except SystemExit as stop:
        # rich and typer exit with 1 on a broken pipe, which would mean that no article answers.
        cause = stop.__context__
        if isinstance(cause, OSError) and cause.errno == errno.EPIPE:
            _end_quietly()
        raise
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except OSError as error:
        _fail(f"{error.filename or 'The system'}: {error.strerror or error}. Check the disk and its permissions.")
    except Exception as error:
        if os.environ.get("PULLQUOTE_DEBUG"):
            raise
        _fail(
            f"Unexpected error: {type(error).__name__}: {shortened(str(error))}. "
            "Please report it with the output of the same command with PULLQUOTE_DEBUG=1 set."
        )


def _replace_unencodable() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _end_quietly() -> None:
    """End with exit code 0 and without output: the reader of our pipe has closed it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    sys.exit(0)


def _fail(message: str) -> None:
    warn(one_line(message))
    sys.exit(2)
