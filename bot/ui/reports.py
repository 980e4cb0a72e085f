"""The report on asked questions, as pages and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.store.report import QuestionRow, Report
from bot.ui.answers import BLUE
from bot.ui.markup.layout import Panel, TextLine
from bot.ui.markup.limits import fitted_line
from bot.ui.markup.pages import Form, Page, paged
from retrieval.core.types import Outcome

_LISTED = 10
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = ("question", "times", "last_asked", "outcome", "confidence", "helpful", "not_helpful")
_WORDS = {Outcome.ANSWERED: "answered", Outcome.NOT_SURE: "not sure", Outcome.NOTHING: "no answer"}


def report_pages(report: Report, form: Form = Form.EMBEDS) -> list[Page]:
    """Most asked, unanswered and least helpful, the first ten of each; the CSV has all."""
    if not report.questions:
        text = TextLine(f"No question was asked during the last {report.days} days.")
        return paged([Panel((text,), title="Report", colour=BLUE)], form)
    unanswered = sum(row.times for row in report.unanswered)
    asked = "1 question was asked" if report.asked == 1 else f"{report.asked:,} questions were asked"
    different = f", {len(report.questions):,} of them different" if len(report.questions) < report.asked else ""
    summary = TextLine(f"{asked}{different}; {unanswered:,} had no answer. The file lists all of them.")
    panels = [Panel((summary,), title=f"The last {report.days} days", colour=BLUE)]
    for title, rows in (
        ("Most asked", list(report.questions)),
        ("Unanswered", report.unanswered),
        ("Least helpful", report.least_helpful),
    ):
        lines = [TextLine(_line(row)) for row in rows[:_LISTED]] or [TextLine("None.")]
        if len(rows) > _LISTED:
            lines.append(TextLine(f"-# and {len(rows) - _LISTED:,} more in the file"))
        panels.append(Panel(tuple(lines), title=title, colour=BLUE))
    return paged(panels, form)


def _line(row: QuestionRow) -> str:
    votes = f" · helpful {row.helpful}, not helpful {row.not_helpful}" if row.helpful or row.not_helpful else ""
    return f"**{row.times}×** {fitted_line(row.question, 150)}\n-# {_WORDS[row.outcome]}{votes}"


def report_csv(rows: Sequence[QuestionRow]) -> bytes:
    """All questions, UTF-8 with a byte order mark, so that spreadsheets read it as such; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        asked = datetime.fromtimestamp(row.last_asked, UTC).strftime("%Y-%m-%d %H:%M:%S")
        writer.writerow([
            _harmless(row.question), row.times, asked, row.outcome.value, f"{row.confidence:.2f}", row.helpful,
            row.not_helpful,
        ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig", "replace")


def _harmless(cell: str) -> str:
    """Spreadsheets skip white space before a formula's sign, and take its full-width twin as well."""
    first = cell.lstrip()[:1]
    return f"'{cell}" if cell.startswith(_FORMULA) or first in {*_FORMULA, "＝", "＋", "－", "＠"} else cell
