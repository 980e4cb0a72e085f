"""``pullquote bench``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from retrieval.cli.options import JsonOption, print_json, progress_bars, settings_from, stdout


def bench(
    sizes: Annotated[
        str, typer.Option("--sizes", help="Numbers of passages, with commas between.")
    ] = "1000,10000,100000",
    full: Annotated[bool, typer.Option("--full", help="Encode every passage of every size; takes hours.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure the speed of indexing and asking.

    It uses synthetic corpora and measures a plain pipeline beside it.

    Example: pullquote bench --sizes 1000,10000
    """
    from retrieval.evaluation.benchmark.speed import measure

    try:
        numbers = [int(size.replace("_", "")) for size in sizes.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"--sizes takes numbers with commas between them, not {sizes!r}") from error
    if min(numbers) < 100:
        raise typer.BadParameter("a corpus needs at least 100 passages")
    settings = settings_from(None, None)
    with tempfile.TemporaryDirectory(prefix="pullquote-bench-") as folder, progress_bars() as progress:
        measured = measure(numbers, settings, Path(folder), progress, full=full)
    if as_json:
        print_json(measured)
    else:
        stdout.print(_table(measured))


def _table(measured: dict[str, Any]) -> Table:
    rows, rates = measured["asking"], measured["indexing"]
    columns = [Column(f"{row['passages']:,} passages", justify="right") for row in rows]
    title = "pullquote / plain pipeline = ratio"
    table = Table("measure", *columns, box=SIMPLE_HEAD, title=title, title_justify="left")
    table.add_row("indexing, passages a second", *(_cell(rates.get(row["passages"]), ".0f") for row in rows))
    kinds = (
        ("warm question p50, ms", "p50", 1e3, ".1f"),
        ("warm question p95, ms", "p95", 1e3, ".1f"),
        ("questions a second", "questions_a_second", 1, ".0f"),
        ("start to first answer, s", "first_answer", 1, ".1f"),
        ("peak memory of asking, MB", "peak_bytes", 1e-6, ".0f"),
        ("disk, MB", "disk_bytes", 1e-6, ".0f"),
    )
    for label, name, factor, form in kinds:
        pairs = [{system: row[system][name] * factor for system in ("pullquote", "plain")} for row in rows]
        table.add_row(label, *(_cell(pair, form) for pair in pairs))
    return table


def _cell(pair: dict[str, float] | None, form: str) -> str:
    if pair is None:
        return "–"
    return f"{pair['pullquote']:{form}} / {pair['plain']:{form}} = {pair['pullquote'] / pair['plain']:.2f}"
