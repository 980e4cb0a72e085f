"""``pullquote ask`` and ``pullquote find``."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from retrieval.cli.options import (
    CorpusOption,
    HomeOption,
    JsonOption,
    print_json,
    settings_from,
    stderr,
    stdout,
    waiting,
)
from retrieval.cli.output.json import answer_document, findings_document
from retrieval.cli.output.text import harmless, show_answer, show_findings
from retrieval.core.errors import CorpusFileError, QuestionError, StorageError, UnknownArticleError
from retrieval.core.settings import Settings
from retrieval.core.types import Answer, Outcome
from retrieval.search.searcher import Searcher
from retrieval.search.session import open_searcher
from retrieval.storage.articles import open_shelf

PICTURE_WIDTH = 84  # columns
ArticleOption = Annotated[str | None, typer.Option("--article", help="Search this article only (its id).")]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How questions are asked and answers shown."""

    quotes: int
    article: str | None
    as_json: bool
    explain: bool


def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.", show_default=False)] = None,
    quotes: Annotated[int, typer.Option("--quotes", min=1, max=20, help="How many quotes at most.")] = 3,
    article: ArticleOption = None,
    as_json: JsonOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show why each passage was chosen.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", help="File with a question a line, or JSON Lines with `question`; - reads a pipe."),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE.svg", help="Save what is shown as a picture, too.")
    ] = None,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Quote the passages that answer a question. Exit code 1: no article answers.

    Example: pullquote ask "Who will lead the truce monitoring mechanism?"
    """
    if (question is None) == (batch is None):
        raise typer.BadParameter("give either a question or --batch FILE")
    if batch is not None and svg is not None:
        raise typer.BadParameter("--svg draws one answer; give a question instead of --batch")
    manner = _Manner(quotes, article, as_json, explain)
    settings = settings_from(home, corpus)
    if batch is not None:
        questions = list(_read_questions(batch))
        with _ready(settings) as searcher:
            _ask_all(searcher, questions, manner)
        return
    with _ready(settings) as searcher:
        answer = searcher.ask(question or "", quotes=quotes, article_id=article)
    _show(answer, manner)
    if svg is not None:
        _draw(answer, svg)
    if answer.outcome is not Outcome.ANSWERED:
        raise typer.Exit(1)


@contextmanager
def _suggesting(settings: Settings) -> Iterator[None]:
    """An unknown article's error names the nearest id."""
    try:
        yield
    except UnknownArticleError as error:
        with open_shelf(settings) as shelf:
            raise shelf.unknown(error.article_id) from error


@contextmanager
def _ready(settings: Settings) -> Iterator[Searcher]:
    with _suggesting(settings), open_searcher(settings) as searcher:
        with waiting("Loading the model …"):
            searcher.warm_up()
        if not searcher.health().good:
            stderr.print(Text(f"pullquote: {harmless(searcher.health().detail)}."), soft_wrap=True)
        yield searcher


def _ask_all(searcher: Searcher, questions: Iterable[str], manner: _Manner) -> None:
    """Answer in order; what cannot be asked gets an empty answer that says why, and the exit code tells."""
    refused = False
    for question in questions:
        try:
            answer = searcher.ask(question, quotes=manner.quotes, article_id=manner.article)
        except QuestionError as error:
            refused = True
            answer = Answer(question, Outcome.NOTHING, 0.0, (str(error),), (), ())
        _show(answer, manner)
    if refused:
        raise typer.Exit(2)


def _show(answer: Answer, manner: _Manner) -> None:
    if manner.as_json:
        print_json(answer_document(answer, explain=manner.explain))
    else:
        show_answer(stdout, answer, explain=manner.explain)


def _draw(answer: Answer, file: Path) -> None:
    console = Console(record=True, width=PICTURE_WIDTH, file=io.StringIO(), highlight=False, emoji=False)
    show_answer(console, answer)
    picture = console.export_svg(title=f"pullquote ask “{harmless(answer.question)}”")
    # Without the fonts that it would fetch from elsewhere: a picture must not tell others who looks at it.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    try:
        file.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise StorageError(file, error.strerror or str(error), "Name a file that can be written.") from error


def _read_questions(file: Path) -> Iterator[str]:
    """The questions of a batch file; blank lines are passed over. Raises CorpusFileError with the line's number."""
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
        yield _question_of(file, number, line) if as_json else line


def _question_of(file: Path, number: int, line: str) -> str:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise CorpusFileError(file, f"not JSON ({error})", "Write one JSON object a line.", number) from error
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        raise CorpusFileError(file, "no `question` with a text", 'Write {"question": "…"}.', number)
    return str(value["question"])


def find(
    words: Annotated[str, typer.Argument(help='Words that must occur; "…" for a phrase.')],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many passages at most.")] = 10,
    article: ArticleOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Find passages that hold exact words. Exit code 1: there is none.

    Example: pullquote find '"coalition of the willing" Paris'
    """
    settings = settings_from(home, corpus)
    with _suggesting(settings), open_searcher(settings) as searcher:
        findings = searcher.find(words, limit=limit, article_id=article)
    if as_json:
        print_json(findings_document(findings))
    else:
        show_findings(stdout, findings)
    if not findings.total:
        raise typer.Exit(1)
