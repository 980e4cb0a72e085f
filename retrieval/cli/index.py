"""``pullquote index`` and ``pullquote doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from retrieval.cli.options import (
    CorpusOption,
    HomeOption,
    JsonOption,
    print_json,
    print_line,
    progress_bars,
    settings_from,
    stderr,
    stdout,
    warn,
)
from retrieval.cli.output.indexing import finding_lines, problem_lines
from retrieval.cli.output.sanitising import sanitise
from retrieval.core.errors import CorpusFileError
from retrieval.core.findings import Finding, FindingKind
from retrieval.core.health import Verdict
from retrieval.core.settings import Settings
from retrieval.core.settings.environment import variables
from retrieval.index.sync import IndexReport, run_indexing
from retrieval.ingest.sources.materialise import is_folder_source, materialise
from retrieval.maintenance.doctor import run_checks
from retrieval.storage.home.layout import SOURCES_FOLDER


def index(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FOLDER|FILE|ARCHIVE|REPOSITORY|URL]…",
            help="A folder of documents, and any number of files, .zip and .tar.gz archives, bare Git repositories, "
            "and with --fetch addresses of pages, sitemaps and feeds.",
            show_default=False,
        ),
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Allow the network, for addresses.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Rebuild the indexes from the library.")] = False,
    allow_removal: Annotated[
        bool, typer.Option("--allow-removal", help="Allow the removal of more than half of the articles.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Index documents: a folder, and files, archives and repositories, which are copied into the data folder.

    Without a name it is the folder of the last run. Unchanged articles are skipped. Exit code 2: some files could not
    be used; all others were indexed.

    Example: pullquote index handbook
    """
    urls = [each for each in sources or [] if "://" in each]
    if urls and not fetch:
        raise typer.BadParameter(f"{urls[0]} is in the network; add --fetch to allow that")
    folder, others = _divided([each for each in sources or [] if each not in urls])
    settings = settings_from(home, folder or corpus)
    skipped = [
        Finding(FindingKind.UNSAFE, f"{made.name}/{name}", reason)
        for each in others
        for made in [materialise(each, settings.home / SOURCES_FOLDER)]
        for name, reason in made.skipped
    ]
    problems = _fetch(urls, settings.home / SOURCES_FOLDER) if urls else []
    run(settings, rebuild=rebuild, allow_removal=allow_removal, as_json=as_json, skipped=skipped, problems=problems)


def _fetch(urls: list[str], folder: Path) -> list[CorpusFileError]:
    """Fetch pages into the data folder; what could not be fetched."""
    from retrieval.ingest.sources.web import WebClient, fetch_source

    with WebClient() as client, progress_bars() as progress:
        found = [fetch_source(url, folder, client, partial(progress, f"Fetching {url}")) for url in urls]
    return [problem for each in found for problem in each.problems]


def _divided(sources: list[str]) -> tuple[Path | None, list[Path]]:
    """The folder to index where it is, and what is copied into the data folder."""
    paths = [Path(each) for each in sources]
    folders = [path for path in paths if is_folder_source(path)]
    if len(folders) > 1:
        raise typer.BadParameter("name one folder; put the others into it, or link them there")
    named = [path for path in paths if path not in folders]
    if not folders and len(named) == 1 and not named[0].exists() and not named[0].suffix:
        return named[0], []  # the error of a folder that is missing
    return (folders[0] if folders else None), named


def run(
    settings: Settings,
    *,
    rebuild: bool = False,
    allow_removal: bool = False,
    as_json: bool = False,
    skipped: Sequence[Finding] = (),
    problems: Sequence[CorpusFileError] = (),
) -> None:
    """Run the indexing with progress bars, and print its report; exit code 2 if there are problems."""
    with progress_bars() as progress:
        report = run_indexing(settings, rebuild=rebuild, allow_removal=allow_removal, progress=progress)
    report = replace(report, findings=(*report.findings, *skipped), problems=(*problems, *report.problems))
    if as_json:
        print_json(_report_document(report))
    else:
        print_line(_summary(report))
        for line in finding_lines(report.findings):
            print_line(line)
    for line in (*report.notices, *problem_lines(report.problems)):
        warn(line)
    if report.problems:
        raise typer.Exit(2)


def _summary(report: IndexReport) -> str:
    changes = (("new", report.plan.add), ("changed", report.plan.replace), ("removed", report.plan.remove))
    done = ", ".join(f"{len(ids)} {name}" for name, ids in changes if ids) or "nothing to do"
    return f"{report.articles} articles, {report.passages} passages ({done}; {report.seconds:.1f} s)"


def _report_document(report: IndexReport) -> dict[str, object]:
    return {
        "articles": report.articles,
        "passages": report.passages,
        "added": list(report.plan.add),
        "replaced": list(report.plan.replace),
        "removed": list(report.plan.remove),
        "unchanged": len(report.plan.unchanged),
        "seconds": round(report.seconds, 3),
        "problems": [
            {"file": p.file, "line": p.line, "problem": p.problem, "remedy": p.remedy} for p in report.problems
        ],
        "notices": list(report.notices),
        "findings": [{"file": f.file, "kind": f.kind.value, "detail": f.detail} for f in report.findings],
    }


def doctor(as_json: JsonOption = False, home: HomeOption = None, corpus: CorpusOption = None) -> None:
    """Check the installation, the data folder and the bot.

    Discord is asked only if DISCORD_TOKEN or DISCORD_TOKEN_FILE is set. Exit code 2: something needs action.

    Example: pullquote doctor
    """
    settings = settings_from(home, corpus)
    with stderr.status("Checking …"):
        checks = run_checks(settings, variables() | {"PULLQUOTE_HOME": str(settings.home)})
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        signs = {Verdict.GOOD: ("✓", "green"), Verdict.NOTE: ("•", "yellow"), Verdict.BAD: ("✗", "bold red")}
        for check in checks:
            sign, style = signs[check.verdict]
            line = Text.assemble((f"{sign} ", style), f"{check.subject}: {sanitise(check.finding)}")
            stdout.print(line, soft_wrap=True)
            if check.remedy:
                print_line(f"    → {check.remedy}", "bold")
    if any(check.verdict is Verdict.BAD for check in checks):
        raise typer.Exit(2)
