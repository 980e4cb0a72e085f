"""``pullquote sources`` and ``pullquote source``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from retrieval.cli.options import CorpusOption, HomeOption, JsonOption, print_json, settings_from, stdout
from retrieval.cli.output.audit import show_audit
from retrieval.cli.output.json import article_document
from retrieval.cli.output.quotation import quotation
from retrieval.cli.output.sanitising import sanitise
from retrieval.cli.output.text import MAX_WIDTH, article_heading
from retrieval.core.display import display
from retrieval.core.errors import RetrievalError
from retrieval.storage.articles import Paragraph, open_articles


def _article_ids(incomplete: str) -> list[str]:
    """Complete an article id in the shell; nothing where there is no library."""
    try:
        with open_articles(settings_from(None, None)) as reader:
            return [each.article_id for each in reader.articles() if each.article_id.startswith(incomplete)]
    except RetrievalError:
        return []


ArticleArgument = Annotated[
    str,
    typer.Argument(metavar="ID", help="The article's id, as `sources` lists it.", autocompletion=_article_ids),
]


def sources(
    audit: Annotated[
        bool, typer.Option("--audit", help="List all text and all files that are not indexed, with the reason.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="With --audit: only what has this reason, or its beginning.")
    ] = None,
    article: Annotated[
        str | None,
        typer.Option("--article", help="With --audit: only this article (its id).", autocompletion=_article_ids),
    ] = None,
    summary: Annotated[bool, typer.Option("--summary", help="With --audit: count by reason.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """List the articles.

    With --audit it lists every piece of their text that is not indexed, and every file that is left out.

    Example: pullquote sources --audit --reason repeat
    """
    if not audit and (reason is not None or article is not None or summary):
        raise typer.BadParameter("--reason, --article and --summary belong to --audit")
    with open_articles(settings_from(home, corpus)) as reader:
        if audit:
            show_audit(reader, reason=reason, article_id=article, summary=summary, as_json=as_json)
        elif as_json:
            print_json([article_document(each) for each in reader.articles()])
        else:
            for each in reader.articles():
                stdout.print(article_heading(each), width=min(stdout.width, MAX_WIDTH))
                for repair in each.repairs:
                    line = f"  repaired in line {repair.line}: {repair.before} → {repair.after}"
                    stdout.print(Text(sanitise(line), style="dim"))
                for name in each.files[1:]:
                    stdout.print(Text(f"  the same text as {sanitise(name)}", style="dim"))
                stdout.print()


def source(
    article_id: ArticleArgument,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Print an article with numbered paragraphs.

    Paragraphs that are not indexed are marked.

    Example: pullquote source 001_c89cddc9c1940466
    """
    with open_articles(settings_from(home, corpus)) as reader:
        summary, paragraphs = reader.read(article_id)
    if as_json:
        listed = [
            {
                "paragraph": p.number,
                "start": p.start,
                "end": p.end,
                "left_out": p.left_out,
                "text": p.text,
                "display": display(p.text, p.annotations).text,
            }
            for p in paragraphs
        ]
        print_json(article_document(summary) | {"text": listed})
        return
    width = min(stdout.width, MAX_WIDTH)
    stdout.print(article_heading(summary), width=width)
    for paragraph in paragraphs:
        stdout.print()
        _print_paragraph(paragraph, width)


def _print_paragraph(paragraph: Paragraph, width: int) -> None:
    number, margin = Text.assemble((f"{paragraph.number:>4} ", "cyan")), Text("     ")
    if paragraph.left_out:
        shown = display(paragraph.text, paragraph.annotations).text
        body = Text.assemble((f"[{paragraph.left_out}] ", "yellow"), (sanitise(shown), "dim"))
        lines: Iterable[RenderableType] = (margin + line for line in body.wrap(stdout, width - 5))
    else:
        lines = quotation(stdout, paragraph.text, paragraph.annotations, width=width, bar=margin)
    for index, line in enumerate(lines):
        if not isinstance(line, Text):
            stdout.print(line, width=width)
        elif index == 0:
            stdout.print(number + line[len(margin) :], soft_wrap=True)
        else:
            stdout.print(line, soft_wrap=True)
