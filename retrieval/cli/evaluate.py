"""``pullquote eval`` and ``pullquote calibrate``."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table
from rich.text import Text

from retrieval.cli.options import (
    CorpusOption,
    HomeOption,
    JsonOption,
    print_json,
    progress_bars,
    settings_from,
    stderr,
    stdout,
    write_text,
)
from retrieval.cli.output.sanitising import sanitise
from retrieval.cli.output.text import shortened
from retrieval.core.errors import RetrievalError, VectorsUnavailableError
from retrieval.core.settings import Settings
from retrieval.core.timing import Progress
from retrieval.evaluation import calibration, report
from retrieval.evaluation.datasets import LabelledQuestion, read_questions, read_squad
from retrieval.evaluation.metrics import roc_area
from retrieval.evaluation.systems import Example, IndexedCorpus, examples, run, temporary_corpus
from retrieval.search.answer.confidence import Confidence, default_confidence
from retrieval.search.session import open_session


def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="JSON Lines: question, answers [{article, contains}].", show_default=False),
    ] = None,
    squad: Annotated[
        Path | None, typer.Option("--squad", help="Questions in SQuAD format; their paragraphs become the corpus.")
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List the misses with what was found instead.")] = False,
    plot_file: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw the risk–coverage curve and hit@k.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Measure how well questions are answered or declined.

    Plain vectors and plain BM25 are measured beside it.

    Example: pullquote eval --squad questions.json --errors
    """
    if bool(files) == bool(squad):
        raise typer.BadParameter("give either files of questions or --squad FILE")
    settings = settings_from(home, corpus)
    with progress_bars() as progress, _indexed(settings, files or [], squad, progress) as (indexed, questions):
        results = run(indexed, questions, progress)
        threshold = default_confidence().answered
        found = report.document(results, len(indexed.passages), threshold)
        wrong = report.misses(results, indexed.texts(), threshold)
    if plot_file is not None:
        report.plot(found, plot_file)
    if as_json:
        print_json(found | ({"errors": wrong} if errors else {}))
        return
    stdout.print(report.tables(found))
    for miss in wrong if errors else ():
        stdout.print(Text(f"\n{sanitise(miss['question'])}", style="bold"))
        stdout.print(Text(f"  {', '.join(miss['faults'])}; confidence {miss['confidence']:.2f}", style="yellow"))
        stdout.print(Text(f"  expected {', '.join(miss['expected']) or 'no answer'}", style="green"))
        if miss["shown"]:
            stdout.print(Text(f"  first {miss['shown']}: {shortened(miss['shown_text'])}", style="dim"))
        if miss["shown_without"]:
            text = shortened(miss["shown_without_text"])
            stdout.print(Text(f"  first without the answer {miss['shown_without']}: {text}", style="dim"))


def calibrate(
    squad: Annotated[Path, typer.Option("--squad", help="Questions in SQuAD format to fit the weights on.")],
    about: Annotated[
        str | None,
        typer.Option("--about", help="Source and licence of the questions, stored with the weights."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE.json", help="Write the weights here (confidence.json).")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Fit the confidence weights and print their reliability.

    The fit is cross-validated by article.

    Example: pullquote calibrate --squad questions.json --output retrieval/search/answer/confidence.json
    """
    settings = settings_from(home, corpus)
    with progress_bars() as progress, _indexed(settings, [], squad, progress) as (indexed, questions):
        made = examples(indexed, questions, progress)
        passages = len(indexed.passages)
    try:
        fitted = calibration.fit([e.features for e in made], [e.answerable for e in made], [e.group for e in made])
    except ValueError as error:
        raise RetrievalError(f"{squad}: {error}. Use a file with questions on more articles.") from error
    found = _calibration_document(made, fitted.out_of_fold)
    weights = Confidence(
        fitted.intercept,
        fitted.weights,
        answered=found["threshold"],
        not_sure=round(found["threshold"] / 3, 2),
        made={
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "command": f"pullquote calibrate --squad {squad.name}",
            "data": f"{about or squad.name}: {len(questions)} questions, {passages} passages; each question with its "
            "answer and without, in the whole corpus and among three articles",
            "model": settings.embedding_model,
        },
    )
    if output is not None:
        write_text(output, weights.to_json())
    if as_json:
        print_json(found | {"weights": weights.weights._asdict(), "intercept": weights.intercept})
    else:
        _print_calibration(found)
        if output is None:
            stderr.print(Text("Nothing was written; name a file with --output to keep these weights."))


def _calibration_document(made: list[Example], out_of_fold: calibration.Floats) -> dict[str, Any]:
    """Out-of-fold figures for each setting; the threshold is chosen on the whole corpus."""
    labels, settings = np.array([e.answerable for e in made]), np.array([e.setting for e in made])
    whole = settings == "whole corpus"
    threshold = calibration.best_threshold(labels[whole], out_of_fold[whole])
    parts = {}
    for setting in dict.fromkeys(settings.tolist()):
        part, values = labels[settings == setting], out_of_fold[settings == setting]
        answered, declined = calibration.at_threshold(part, values, threshold)
        area = roc_area(values[part].tolist(), values[~part].tolist())
        parts[setting] = {"roc_area": area, "answered": answered, "declined": declined}
    rows = calibration.reliability(labels[whole], out_of_fold[whole])
    return {"threshold": threshold, "settings": parts, "reliability": [row._asdict() for row in rows]}


def _print_calibration(found: dict[str, Any]) -> None:
    columns = [Column(name, justify="right") for name in ("ROC area", "answered when answerable", "declined when not")]
    title = f"Out of fold, threshold {found['threshold']:.2f}"
    table = Table("setting", *columns, box=SIMPLE_HEAD, title=title, title_justify="left")
    for setting, part in found["settings"].items():
        table.add_row(setting, *(f"{part[name]:.3f}" for name in ("roc_area", "answered", "declined")))
    stdout.print(table)
    columns = [Column(name, justify="right") for name in ("confidence", "examples", "predicted", "observed")]
    reliability = Table(*columns, box=SIMPLE_HEAD, title="Reliability, whole corpus", title_justify="left")
    for row in found["reliability"]:
        bounds = f"{row['low']:.1f}–{row['high']:.1f}"
        reliability.add_row(bounds, str(row["examples"]), f"{row['predicted']:.2f}", f"{row['observed']:.2f}")
    stdout.print(reliability)


@contextmanager
def _indexed(
    settings: Settings, files: list[Path], squad: Path | None, progress: Progress
) -> Iterator[tuple[IndexedCorpus, list[LabelledQuestion]]]:
    if squad is not None:
        articles, questions = read_squad(squad)
        with temporary_corpus(articles, settings, progress) as indexed:
            yield indexed, questions
        return
    questions = [asked for file in files for asked in read_questions(file)]
    with open_session(settings) as session:
        if not session.vectors.health().good:  # figures of keywords alone would pass for those of the whole
            raise VectorsUnavailableError(settings.home, session.vectors.health())
        yield IndexedCorpus.of(session), questions
