"""Terminal output of answers and articles: block quotes from 60 columns up, plain text in a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from retrieval.cli.output.quotation import quotation
from retrieval.cli.output.sanitising import sanitise
from retrieval.core.errors import one_line
from retrieval.core.types import Answer, ArticleSummary, Findings, Outcome, Quote, TitleSource

MAX_WIDTH = 100  # columns; longer lines are hard to read
_CONTEXT_LINE = 300
_BAR = ("▌ ", "cyan")


def attribution(quote: Quote) -> str:
    """Source of a quote on one line: title, publisher and date where known, page, paragraph."""
    passage, meta = quote.passage, quote.metadata
    first, last = passage.numbers
    page = f"page {passage.page}, " if passage.page is not None else ""
    paragraph = f"{page}paragraph {first}" if first == last else f"{page}paragraphs {first}–{last}"
    parts = [title_of(meta.title, meta.title_source), meta.publisher, meta.published, paragraph]
    return " · ".join(one_line(sanitise(part)) for part in parts if part)


def title_of(title: str, source: TitleSource) -> str:
    """The title, marked unless the document itself states it."""
    mark = {TitleSource.ASSIGNED: " (title assigned)", TitleSource.FILE_NAME: " (file name)"}.get(source, "")
    return f"{title}{mark}"


def print_quote(console: Console, quote: Quote, width: int) -> None:
    """Print a quote under its context, with its attribution, wrapped to ``width`` columns.

    Lines of code are as long as they are: a terminal wraps them without breaking what is copied.
    """
    for part in _quote_parts(console, quote, width):
        console.print(part, soft_wrap=isinstance(part, Text), width=None if isinstance(part, Text) else width)


def _quote_parts(console: Console, quote: Quote, width: int) -> Iterator[RenderableType]:
    bar = Text.assemble(_BAR)  # a style for the whole text would also colour what is appended
    for line in quote.passage.context.lines_under(quote.metadata.title):
        yield from Text(shortened(line, _CONTEXT_LINE), style="dim").wrap(console, width)
    if quote.lead_in:
        gap = "" if quote.lead_in_adjacent else " […]"
        lead = Text(sanitise(quote.lead_in) + gap, style="italic dim")
        yield from (bar + line for line in lead.wrap(console, width - 2))
    yield from quotation(console, quote.text, quote.annotations, quote.highlights, width=width, bar=bar)
    yield from (Text("  ") + line for line in Text(f"— {attribution(quote)}", style="green").wrap(console, width - 2))
    if quote.metadata.url:
        yield from Text(f"  {sanitise(quote.metadata.url)}", style="blue").wrap(console, width)
    if quote.also_in:
        also = Text(f"also in {', '.join(map(sanitise, quote.also_in))}", style="dim")
        yield from (Text("  ") + line for line in also.wrap(console, width - 2))


def show_answer(console: Console, answer: Answer, *, explain: bool = False) -> None:
    """Print an answer: its quotes, or the closest passages under a line that says there is no answer."""
    width = min(console.width, MAX_WIDTH)
    heading = [Text(sanitise(answer.question), "bold magenta")]
    heading += [Text(f"Note: {sanitise(note)}", "yellow") for note in answer.notes]
    if answer.outcome is Outcome.NOT_SURE:
        heading.append(Text("Not sure. These passages are closest, but may not answer:", "yellow"))
    elif answer.outcome is Outcome.NOTHING:
        closest = "\nThe closest passages, which are not an answer:" if answer.closest else ""
        heading.append(Text.assemble(("No article answers this.", "yellow"), (closest, "dim")))
    for text in heading:
        console.print(text, width=width)
        console.print()
    for quote in answer.quotes or answer.closest:
        print_quote(console, quote, width)
        if explain:
            why = "  ".join(f"{name} {value:.2f}" for name, value in quote.evidence)
            console.print(Padding(Text(why, style="dim"), (0, 0, 0, 2)), width=width)
        console.print()
    if explain:
        console.print(Text(f"confidence {answer.confidence:.2f}: {answer.outcome.value}", style="dim"))


def show_findings(console: Console, findings: Findings) -> None:
    """Print the passages found by ``find``."""
    width = min(console.width, MAX_WIDTH)
    more = f", the first {len(findings.hits)}" if len(findings.hits) < findings.total else ""
    hits = "1 passage" if findings.total == 1 else f"{findings.total} passages"
    console.print(Text(f"{hits} with {sanitise(findings.words)}{more}", style="bold magenta"), width=width)
    console.print()
    for quote in findings.hits:
        print_quote(console, quote, width)
        console.print()


def article_heading(summary: ArticleSummary) -> Text:
    """Render an article's title and metadata."""
    meta = summary.metadata
    facts = [meta.publisher, meta.author, meta.published, meta.language, f"{summary.paragraphs} paragraphs"]
    heading = Text(sanitise(title_of(meta.title, meta.title_source)), style="bold")
    heading.append(f"\n{summary.article_id} · " + " · ".join(sanitise(f) for f in facts if f), style="green")
    if meta.url:
        heading.append(f"\n{sanitise(meta.url)}", style="blue")
    return heading


def shortened(text: str, limit: int = 200) -> str:
    """The beginning of ``text`` on one line; a cut is marked."""
    line = one_line(sanitise(text))
    return line if len(line) <= limit else f"{line[: limit - 3]}[…]"
