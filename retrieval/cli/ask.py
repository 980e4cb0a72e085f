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
    spinner,
    stderr,
    stdout,
)
from retrieval.cli.output.json import answer_document, findings_document
from retrieval.cli.output.text import harmless, show_answer, show_findings
from retrieval.core.errors import CorpusFileError, QuestionError, StorageError, UnknownArticleError
from retrieval.core.settings import Settings
from retrieval.core.types import Answer, Outcome
from retrieval.search.searcher import Searcher
from retrieval.search.session import open_searcher
from retrieval.storage.articles import open_articles

_SVG_WIDTH = 84  # columns
ArticleOption = Annotated[str | None, typer.Option("--article", help="Search this article only (its id).")]


@dataclass(frozen=True, slots=True)
class _Options:
    """Options of one ``ask`` command."""

    quotes: int
    article: str | None
    as_json: bool
    explain: bool


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
    options = _Options(quotes, article, as_json, explain)
    settings = settings_from(home, corpus)
    if batch is not None:
        questions = list(_read_questions(batch))
        with _open_searcher(settings) as searcher:
            _ask_batch(searcher, questions, options)
        return
    with _open_searcher(settings) as searcher:
        answer = searcher.ask(question or "", quotes=quotes, article_id=article)
    _show(answer, options)
    if svg is not None:
        _save_svg(answer, svg)
    if answer.outcome is not Outcome.ANSWERED:
        raise typer.Exit(1)


@contextmanager
def _suggest_article(settings: Settings) -> Iterator[None]:
    """Add the nearest id to the error about an unknown article."""
    try:
        yield
    except UnknownArticleError as error:
        with open_articles(settings) as shelf:
            raise shelf.unknown(error.article_id) from error


@contextmanager
def _open_searcher(settings: Settings) -> Iterator[Searcher]:
    with _suggest_article(settings), open_searcher(settings) as searcher:
        with spinner("Loading the model …"):
            searcher.warm_up()
        if not searcher.health().good:
            stderr.print(Text(f"pullquote: {harmless(searcher.health().detail)}."), soft_wrap=True)
        yield searcher


def _ask_batch(searcher: Searcher, questions: Iterable[str], options: _Options) -> None:
    """Answer in order. A question that is refused gets an empty answer with the reason, and exit code 2 at the end."""
    refused = False
    for question in questions:
        try:
            answer = searcher.ask(question, quotes=options.quotes, article_id=options.article)
        except QuestionError as error:
            refused = True
            answer = Answer(question, Outcome.NOTHING, 0.0, (str(error),), (), ())
        _show(answer, options)
    if refused:
        raise typer.Exit(2)


def _show(answer: Answer, options: _Options) -> None:
    if options.as_json:
        print_json(answer_document(answer, explain=options.explain))
    else:
        show_answer(stdout, answer, explain=options.explain)


def _save_svg(answer: Answer, file: Path) -> None:
    console = Console(record=True, width=_SVG_WIDTH, file=io.StringIO(), highlight=False, emoji=False)
    show_answer(console, answer)
    picture = console.export_svg(title=f"pullquote ask “{harmless(answer.question)}”")
    # Remove web fonts: an image must not make its readers' browsers call a third party.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    try:
        file.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise StorageError(file, error.strerror or str(error), "Name a file that can be written.") from error


def _read_questions(file: Path) -> Iterator[str]:
    """Read the questions of a batch file; blank lines are skipped.

    Raises:
        CorpusFileError: The file cannot be read or a line holds no question; it names the line.
    """
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

    Example: pullquote find '"coalition of the willing" Paris'
    """
    settings = settings_from(home, corpus)
    with _suggest_article(settings), open_searcher(settings) as searcher:
        findings = searcher.find(words, limit=limit, article_id=article)
    if as_json:
        print_json(findings_document(findings))
    else:
        show_findings(stdout, findings)
    if not findings.total:
        raise typer.Exit(1)
