"""Terminal output of answers and articles: block quotes from 60 columns up, plain text in a pipe."""

from __future__ import annotations

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from retrieval.core.errors import one_line
from retrieval.core.types import Answer, ArticleSummary, Findings, Outcome, Quote, TitleSource

MAX_WIDTH = 100  # columns; longer lines are hard to read

# Control, direction and invisible characters are replaced by visible signs: an article must not steer the terminal.
_CONTROLS = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"}
_CONTROLS |= {0x7F: "\u2421"} | dict.fromkeys(range(0x80, 0xA0), "\ufffd")
_CONTROLS |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], "\ufffd")
_CONTROLS |= dict.fromkeys([*range(0x200B, 0x200E), 0x2028, 0x2029, 0x2060, 0xFEFF], "\ufffd")
_CONTROLS |= dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd")  # no characters at all


def sanitise(text: str) -> str:
    """Replace control characters one for one, so that offsets stay valid."""
    return text.translate(_CONTROLS)


def attribution(quote: Quote) -> str:
    """Source of a quote on one line: title, publisher and date where known, section, paragraph."""
    passage, meta = quote.passage, quote.metadata
    first, last = passage.paragraph, passage.last_paragraph
    paragraph = f"paragraph {first}" if first == last else f"paragraphs {first}–{last}"
    section = f"“{passage.section}”" if passage.section else None
    parts = [title_of(meta.title, meta.title_source), meta.publisher, meta.published, section, paragraph]
    return " · ".join(one_line(sanitise(part)) for part in parts if part)


def title_of(title: str, source: TitleSource) -> str:
    """The title, marked unless the document itself states it."""
    mark = {TitleSource.ASSIGNED: " (title assigned)", TitleSource.FILE_NAME: " (file name)"}.get(source, "")
    return f"{title}{mark}"


def quote_lines(quote: Quote, width: int) -> Group:
    """Render a quote with its attribution, wrapped to ``width`` columns."""
    bar = Text.assemble(("▌ ", "cyan"))  # a style for the whole text would also colour what is appended
    console = Console(width=width)
    lines: list[Text] = []
    if quote.lead_in:
        gap = "" if quote.lead_in_adjacent else " […]"
        lead = Text(sanitise(quote.lead_in) + gap, style="italic dim")
        lines += [bar + line for line in lead.wrap(console, width - 2)]
    text = Text(sanitise(quote.text))
    for start, end in quote.highlights:
        text.stylize("bold", start, end)
    lines += [bar + line for line in text.wrap(console, width - 2)]
    lines += [Text("  ") + line for line in Text(f"— {attribution(quote)}", style="green").wrap(console, width - 2)]
    if quote.metadata.url:
        lines.append(Text(f"  {sanitise(quote.metadata.url)}", style="blue"))
    if quote.also_in:
        also = Text(f"also in {', '.join(map(sanitise, quote.also_in))}", style="dim")
        lines += [Text("  ") + line for line in also.wrap(console, width - 2)]
    return Group(*lines)


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
        console.print(quote_lines(quote, width))
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
        console.print(quote_lines(quote, width))
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
