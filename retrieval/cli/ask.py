"""``pullquote ask``, ``pullquote find`` and ``pullquote demo``."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

import retrieval
from retrieval.cli.options import (
    CorpusOption,
    HomeOption,
    JsonOption,
    print_json,
    progress_bars,
    settings_from,
    stderr,
    stdout,
    warn,
    write_text,
)
from retrieval.cli.output.json import answer_document, findings_document
from retrieval.cli.output.sanitising import sanitise
from retrieval.cli.output.text import show_answer, show_findings
from retrieval.core.errors import CorpusFileError, QuestionError, UnknownArticleError
from retrieval.core.settings import Settings
from retrieval.core.types import Answer, Outcome
from retrieval.index.sync import run_indexing
from retrieval.search.searcher import Searcher
from retrieval.search.session import open_searcher
from retrieval.storage.articles import open_articles

_SVG_WIDTH = 84  # columns
ArticleOption = Annotated[str | None, typer.Option("--article", help="Search this article only (its id).")]


def ask(
    question: Annotated[str | None, typer.Argument(help="Your question.", show_default=False)] = None,
    quotes: Annotated[int, typer.Option("--quotes", min=1, max=20, help="Maximum number of quotes.")] = 3,
    article: ArticleOption = None,
    as_json: JsonOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show why each passage was chosen.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", help="File with a question a line, or JSON Lines with `question`; - is standard input."
        ),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE.svg", help="Also save the answer as an image.")
    ] = None,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Quote the passages that answer a question. Exit code 1: no article answers it.

    Example: pullquote ask "Who will lead the truce monitoring mechanism?"
    """
    if (question is None) == (batch is None):
        raise typer.BadParameter("give either a question or --batch FILE")
    if batch is not None and svg is not None:
        raise typer.BadParameter("--svg saves one answer; give a question instead of --batch")
    settings = settings_from(home, corpus)
    questions = [question or ""] if batch is None else list(_read_questions(batch))
    code = 0
    with _open_searcher(settings) as searcher:
        for asked in questions:
            try:
                answer = searcher.ask(asked, quotes=quotes, article_id=article)
            except QuestionError as error:
                if batch is None:
                    raise
                code = 2
                answer = Answer(asked, Outcome.NOTHING, 0.0, (str(error),), (), ())
            if as_json:
                print_json(answer_document(answer, explain=explain))
            else:
                show_answer(stdout, answer, explain=explain)
            if svg is not None:
                _save_svg(answer, svg)
            if batch is None and not answer.answered:
                code = 1
    raise typer.Exit(code)


@contextmanager
def _open_searcher(settings: Settings, *, warm: bool = True) -> Iterator[Searcher]:
    """Open a searcher, with its models loaded if ``warm``. An unknown article's error names the nearest id."""
    try:
        with open_searcher(settings) as searcher:
            if warm:
                with stderr.status("Loading the model …"):
                    searcher.warm_up()
                if not searcher.health().good:
                    warn(f"{searcher.health().detail}.")
            yield searcher
    except UnknownArticleError as error:
        with open_articles(settings) as reader:
            raise reader.unknown(error.article_id) from error


def _save_svg(answer: Answer, file: Path) -> None:
    console = Console(record=True, width=_SVG_WIDTH, file=io.StringIO(), highlight=False, emoji=False)
    show_answer(console, answer)
    picture = console.export_svg(title=f"pullquote ask “{sanitise(answer.question)}”")
    # Remove web fonts: an image must not make its readers' browsers call a third party.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    write_text(file, picture)


def _read_questions(file: Path) -> Iterator[str]:
    """Read the questions of a batch file; blank lines are skipped."""
    remedy = "Write one question a line, or JSON objects with a `question`."
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusFileError(file, "it is not UTF-8 text", remedy) from error
    except OSError as error:
        raise CorpusFileError(file, error.strerror or "it cannot be read", remedy) from error
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not lines:
        raise CorpusFileError(file, "it holds no question", remedy)
    as_json = lines[0][1].startswith("{")
    for number, line in lines:
        yield _parse_question(file, number, line) if as_json else line


def _parse_question(file: Path, number: int, line: str) -> str:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise CorpusFileError(file, f"not JSON ({error})", "Write one JSON object a line.", number) from error
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        raise CorpusFileError(file, "no `question` with a text", 'Write {"question": "…"}.', number)
    return str(value["question"])


def find(
    words: Annotated[str, typer.Argument(help='Words that must occur; "…" for a phrase.')],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Maximum number of passages.")] = 10,
    article: ArticleOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Find passages with exact words. Exit code 1: there is none.

    Code and signs count as written: snake_case, --flag, dotted.name, "§ 3".

    Example: pullquote find '"coalition of the willing" Paris'
    """
    settings = settings_from(home, corpus)
    with _open_searcher(settings, warm=False) as searcher:
        findings = searcher.find(words, limit=limit, article_id=article)
    if as_json:
        print_json(findings_document(findings))
    else:
        show_findings(stdout, findings)
    raise typer.Exit(0 if findings.total else 1)


def demo(
    question: Annotated[str, typer.Argument(help="Your question.")] = "Who will lead the truce monitoring mechanism?",
) -> None:
    """Answer from five articles that come with the program.

    Your own data folder and settings are left alone. Exit code 1: no article answers.

    Example: pullquote demo "What did Nausėda say?"
    """
    stated = Path(os.environ.get("XDG_CACHE_HOME", ""))
    cache = stated if stated.is_absolute() else Path.home() / ".cache"
    settings = Settings(home=cache / "pullquote" / "demo", corpus=_seeds_folder())
    with progress_bars() as progress:
        run_indexing(settings, progress=progress)
    stderr.print(Text(f"Five articles from {settings.corpus}, indexed in {settings.home}"), soft_wrap=True)
    with _open_searcher(settings) as searcher:
        answer = searcher.ask(question)
    show_answer(stdout, answer)
    stderr.print(Text("Your own articles: pullquote index FOLDER, then pullquote ask QUESTION"), soft_wrap=True)
    raise typer.Exit(0 if answer.answered else 1)


def _seeds_folder() -> Path:
    """The folder of the articles that come with the program: in the wheel, or in a checkout."""
    package = Path(retrieval.__file__).parent
    for folder in package / "seeds", package.parent / "seeds":
        if (folder / "catalog.toml").is_file():
            return folder
    raise CorpusFileError(package / "seeds", "the articles of the demo are not there", "Install pullquote again.")
